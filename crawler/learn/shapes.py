"""The shape that the addresses of a section's articles share, as a regular expression."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

_DIGITS = re.compile(r"\d+")
_YEAR = re.compile(r"(?:19|20)\d\d")
# Shapes that fewer addresses have are those of single pages.
_LEAST_SHARE = 0.05
_ANY = r"[^/?#]+"
# What slugs can have in common: a number at an end, three words, two.
_MANY = 5
_SLUGS = (
    rf"{_ANY}[-_]\d{{3,}}", rf"\d{{3,}}[-_]{_ANY}", rf"{_ANY}[-_]{_ANY}[-_]{_ANY}", rf"{_ANY}[-_]{_ANY}",
)  # fmt: skip
_TELLING = re.compile(r"(?:19|20)\d\d[/_-]?(?:0?[1-9]|1[0-2])(?!\d{3})|\d{5,}")


@dataclass(frozen=True, slots=True)
class Shape:
    """A regular expression for addresses, how many had it, and whether it says enough to tell articles by alone.

    It is telling where it has a date or a long number, or a folder of its own. `strict` also asks for what all slugs
    have: a number at an end, several words.
    """

    pattern: str
    strict: str
    count: int
    is_dated: bool
    has_folder: bool

    def matches(self, url: str, *, strictly: bool = False) -> bool:
        """Return whether an address has this shape."""
        return re.search(self.strict if strictly else self.pattern, url) is not None


def shapes_of(urls: Iterable[str]) -> list[Shape]:
    """Return the shapes of these addresses, the commonest first; rare ones are left out."""
    clusters: dict[tuple[object, ...], list[str]] = defaultdict(list)
    known = list(dict.fromkeys(urls))
    for url in known:
        clusters[_kind(url)].append(url)
    found = [_shape(group) for group in clusters.values() if len(group) >= max(1, _LEAST_SHARE * len(known))]
    return sorted(found, key=lambda shape: -shape.count)


def union(shapes: Sequence[Shape], *, strictly: bool = False) -> str | None:
    """Return one expression for several shapes."""
    patterns = list(dict.fromkeys(shape.strict if strictly else shape.pattern for shape in shapes))
    if not patterns:
        return None
    return patterns[0] if len(patterns) == 1 else f"(?:{'|'.join(patterns)})"


def _kind(url: str) -> tuple[object, ...]:
    """Return what addresses of one shape have in common: their segments' number and make, extension, parameters."""
    parts = urlsplit(url)
    segments = parts.path.split("/")
    names = tuple(sorted(pair.partition("=")[0] for pair in parts.query.split("&") if pair))
    makes = tuple("0" if segment.isdecimal() else "a" for segment in segments[:-1])
    last = segments[-1]
    return len(segments), makes, _extension(last), names, not last


def _extension(segment: str) -> str:
    name, dot, ending = segment.rpartition(".")
    return ending.lower() if dot and name and ending.isalpha() and len(ending) <= 5 else ""


def _shape(urls: Sequence[str]) -> Shape:
    rows = [urlsplit(url).path.split("/") for url in urls]
    columns = list(zip(*rows, strict=True))
    parts = [_segment(column, last=number == len(columns) - 1) for number, column in enumerate(columns)]
    folders = [part for part, column in zip(parts[1:-1], columns[1:-1], strict=True) if len(set(column)) == 1]
    strict = [*parts[:-1], _slug(columns[-1], parts[-1])]
    queries = [urlsplit(url).query for url in urls]
    query = rf"\?{_query(queries)}" if any(queries) else ""
    dated = all(_TELLING.search(url.partition("://")[2].partition("/")[2]) for url in urls)
    loose, tight = (f"{'/'.join(some)}{query}$" for some in (parts, strict))
    return Shape(loose, tight, len(urls), dated, bool(folders))


def _slug(column: Sequence[str], part: str) -> str:
    """Return a stricter expression for the last segment, of what all of many slugs have."""
    if not part.startswith(_ANY) or len(column) < _MANY:
        return part
    rest = part.removeprefix(_ANY)
    for form in _SLUGS:
        if all(re.match(form + rest + "$", segment) for segment in column):
            return form + rest
    return part


def _segment(column: Sequence[str], *, last: bool) -> str:
    """Return an expression for what stands in one place of the path."""
    distinct = set(column)
    if len(distinct) == 1 and (len(column) > 1 or not last):
        only = column[0]
        # A year or a number is no name of a folder.
        return re.escape(only) if not _DIGITS.search(only) else _numbers(only)
    skeletons = Counter(_numbers(segment) for segment in column)
    if len(skeletons) == 1:
        return next(iter(skeletons))
    if "" in distinct:
        return "[^/?#]*"
    extension = _extension(column[0]) if last else ""
    return rf"{_ANY}\.{extension}" if extension else _ANY


def _numbers(segment: str) -> str:
    """Return an expression for a segment with its numbers left open."""
    parts, place = [], 0
    for match in _DIGITS.finditer(segment):
        parts.append(re.escape(segment[place : match.start()]))
        parts.append(_open(match[0]))
        place = match.end()
    return "".join([*parts, re.escape(segment[place:])])


def _open(digits: str) -> str:
    if len(digits) == 4 and _YEAR.fullmatch(digits):
        return r"\d{4}"
    if len(digits) == 8 and _YEAR.match(digits):
        return r"\d{8}"
    if len(digits) <= 2:
        return r"\d{1,2}"
    return r"\d{3,}"


def _query(queries: Sequence[str]) -> str:
    pairs = [dict(pair.partition("=")[::2] for pair in query.split("&") if pair) for query in queries]
    names = sorted(pairs[0])
    said = []
    for name in names:
        values = {pair.get(name, "") for pair in pairs}
        if len(values) == 1 and len(pairs) > 1:
            value = re.escape(next(iter(values)))
        else:
            value = r"\d+" if all(map(str.isdecimal, values)) else "[^&]*"
        said.append(rf"(?=(?:.*&)?{re.escape(name)}=?{value})")
    return "".join(said) + ".*"
