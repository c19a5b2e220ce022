"""The addresses an image element names, the largest first, and what two addresses of one picture share."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from lxml import etree

_LAZY = (
    "data-src",
    "data-original",
    "data-lazy-src",
    "data-lazy",
    "data-url",
    "data-img",
    "data-hi-res-src",
    "data-full-src",
    "_src",
)
_LAZY_NAME = re.compile(r"src|original|lazy|img|image|full|large|hi-?res", re.IGNORECASE)
_EXTENSION = re.compile(r"\.(?:jpe?g|png|gif|webp|bmp|tiff?|svg|avif|jfif)$", re.IGNORECASE)
_IMAGE_FILE = re.compile(
    r"^[^\s{}<>\"']{1,2000}?\.(?:jpe?g|png|gif|webp|avif)(?:[?#][^\s<>\"']{0,2000})?$", re.IGNORECASE
)
_IMAGE_IN_JSON = re.compile(
    r"\"((?:https?:)?(?:\\?/)[^\s\"<>]{1,1000}?\.(?:jpe?g|png|webp|avif)(?:\?[^\s\"<>]{0,500})?)\""
)
_PLACEHOLDER = re.compile(
    r"(?:^|[_.-])(?:pixel|spacer|blank|transparent|empty|1x1|loading|lazy|place-?holder|no-?image|default-?image)"
    r"(?:[_.@-]?\d{1,4}(?:x\d{1,4})?)?(?:\.(?:png|gif|jpe?g|svg|webp)|$)",
    re.IGNORECASE,
)
_LONGEST_SRCSET = 20_000
_SRCSET_SIZE = re.compile(r"([\d.]{1,12})[wxh]")
_SRCSET_GLUED = re.compile(r"([\d.]{1,12})[wxh],+(?=\S)")
_MOST_SOURCES = 24
_MOST_DATA = 100
_INNER_URL = re.compile(r"(?:https?:/{1,2})(?=[^/])", re.IGNORECASE)
# A path segment that says how a picture is rendered, not which it is: sizes, crops, qualities, formats.
_RENDERING = re.compile(
    r"(?:\d{1,4}(?:x|:|-)\d{1,4}|[a-z]{1,4}[_:=]?\d{1,4}(?:[._,-][a-z]{0,4}_?[\d.]{1,6}){0,6}|"
    r"[a-z-]{1,14}[:=,_][\w:.,=%@-]{1,120}|\d{1,4}@\d{1,3}|v\d{1,3}|-)",
    re.IGNORECASE,
)
_SIZE = re.compile(r"\d{1,4}x\d{1,4}|\d{3,4}@\d{1,3}")
_NAME_SIZE = re.compile(
    r"(?:-\d{2,4}x\d{2,4}|-scaled|-e\d{9,}|@\dx|[_-](?:w|h|m)\d{2,4}(?:x\d{2,4})?|_v\d{1,2}_\d{1,2}_\d{2,4}|"
    r"(?:_r[\d.]{1,6})(?:_fp[xy][\d.]{1,5}){0,2})+$",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_LONG_NUMBER = re.compile(r"\d{5}")


def addresses(element: etree._Element, picture_sets: list[str]) -> list[str]:
    """Return an image's addresses, best first: the largest of its sets, its lazy address, its `src`."""
    said: dict[str, str] = _attributes(element)
    sized = [item for text in (*_sets(said), *picture_sets) for item in parse_srcset(text)]
    named = [said[name] for name in (*_LAZY, "src") if name in said]
    plain = [value for value in named if value and not value.startswith("data:")]
    largest = max(sized, key=lambda item: item[1], default=None)
    best = [largest[0]] if largest and (largest[1] > 1 or not plain) else []
    found = list(dict.fromkeys([*best, *plain, *(item[0] for item in sized)]))
    real = [address for address in found if not _PLACEHOLDER.search(_file_name(address))]
    return [*real, *(address for address in found if address not in real)] if real else [*_scripted(said), *found]


def picture_sets(picture: etree._Element) -> list[str]:
    """Return the sets of the `source` elements of a `picture`; libxml2 nests unclosed ones into each other."""
    found: list[str] = []
    for number, source in enumerate(picture.iter("source")):
        if number >= _MOST_SOURCES:
            break
        found.extend(_sets(_attributes(source)))
    return found


def parse_srcset(text: str) -> list[tuple[str, float]]:
    """Return the addresses of a `srcset` with their widths or densities (HTML, 4.8.4.2.1); time is linear."""
    found: list[list[str]] = []
    for word in text[:_LONGEST_SRCSET].split():
        size = _SRCSET_SIZE.fullmatch(word.rstrip(","))
        if size and found:
            found[-1].append(size[1])
        elif word.strip(","):
            # "a.jpg 400w,b.jpg 800w": an address may follow its neighbour's size without a space.
            glued = _SRCSET_GLUED.match(word) if found else None
            if glued:
                found[-1].append(glued[1])
            found.append([word[glued.end() if glued else 0 :].strip(",")])
    return [
        (address, _number(sizes[0]) if sizes else 1.0)
        for address, *sizes in found
        if address and not address.startswith("data:")
    ]


@lru_cache(maxsize=4096)
def identity(url: str) -> str:
    """Return what the addresses of one picture share whatever its size, crop or host."""
    parts = _split(_innermost(url[:3000]))
    segments = [segment for segment in parts.path.split("/") if segment]
    name = _stem(segments[-1]) if segments else ""
    if _SIZE.fullmatch(name):
        name = ""
    if _is_telling(name):
        return name
    if len(name) >= 20:
        # Many a name is the article's title: the numbers of the path tell its pictures apart.
        numbers = [_stem(segment) for segment in segments[-8:-1] if _LONG_NUMBER.search(segment)]
        return "/".join([*(item for item in numbers if not _RENDERING.fullmatch(item)), name])
    kept = [_stem(segment) for segment in segments[-6:-1] if not _RENDERING.fullmatch(_stem(segment))]
    kept += [name] if name else []
    if not kept or not _EXTENSION.search(parts.path):
        kept += [value for _, value in parse_qsl(parts.query)[:20] if len(value) >= 5 and _DIGIT.search(value)]
    return "/".join(kept).casefold() or parts.path


def is_placeholder(url: str) -> bool:
    """Return whether an address is that of a picture that stands for another one still to be loaded."""
    return _PLACEHOLDER.search(_file_name(url)) is not None


def is_image_file(url: str) -> bool:
    """Return whether an address ends as an image's file does."""
    return _EXTENSION.search(_split(url).path) is not None


def _attributes(element: etree._Element) -> dict[str, str]:
    # Names first: to read the value of every attribute takes the square of their number.
    return {str(name): _value(element, name) for name in islice(element.keys(), _MOST_DATA)}


def _value(element: etree._Element, name: str) -> str:
    try:
        return element.get(name) or ""
    except ValueError:
        # A page may call its attributes as no name can be ("{").
        return ""


def _sets(attributes: Mapping[str, str]) -> Iterator[str]:
    return (value for name, value in attributes.items() if name.endswith("srcset") and value)


def _scripted(attributes: Mapping[str, str]) -> Iterator[str]:
    """Yield the image addresses that a script would read from a data attribute, in JSON or plain."""
    for label, said in attributes.items():
        if not label.startswith("data-") or label.endswith("srcset"):
            continue
        if said[:1] in ("{", "["):
            yield from (match[1].replace("\\/", "/") for match in _IMAGE_IN_JSON.finditer(said[:_LONGEST_SRCSET]))
        elif _LAZY_NAME.search(label) and _IMAGE_FILE.match(said):
            yield said


def _file_name(url: str) -> str:
    return url.partition("?")[0].partition("#")[0].rsplit("/", 1)[-1]


def _innermost(url: str) -> str:
    """Return the address inside that of a resizing service, which carries it in its path or query."""
    said = url
    for _ in range(2):
        if "%" in said:
            said = unquote(said)
    inner = [match.start() for match in _INNER_URL.finditer(said)]
    if not inner or not inner[-1]:
        return said
    own = said[inner[-1] :]
    return own.partition("&")[0] if "?" in said[: inner[-1]] else own


def _split(url: str) -> SplitResult:
    """Return the parts of an address; one that is none is all path."""
    try:
        return urlsplit(url)
    except ValueError:
        return SplitResult("", "", url, "", "")


def _stem(segment: str) -> str:
    name = segment
    while _EXTENSION.search(name):
        name = _EXTENSION.sub("", name)
    return _NAME_SIZE.sub("", name).casefold()


def _is_telling(name: str) -> bool:
    """Return whether a file's name is one that no other picture has."""
    digits = sum(map(str.isdigit, name))
    return digits >= 6 or (len(name) >= 7 and digits >= 4 and digits * 3 >= len(name))


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 1.0
