"""Selectors for an element of a page, by names that will stand there tomorrow too."""

import re
from collections.abc import Iterator
from itertools import combinations, islice

from lxml import etree

# A name as CSS writes it without escapes; one with a digit counts or hashes something.
_NAME = re.compile(r"[A-Za-z][A-Za-z_-]*$")
# What build tools put before or behind a hash.
_BUILT = re.compile(r"(?:css|sc|jsx|svelte|emotion|tss|mui|ng|makestyles|styled|astro)-|_{1,2}[A-Za-z_-]{5,8}$|-sc-")
_CASED = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
# Names of a state or of a place in a row: positions in disguise.
_PASSING = frozenset(
    (
        "active first last odd even current selected open opened closed hidden visible show shown fade in out loaded "
        "lazy lazyload lazyloaded js nojs clearfix cf left right"
    ).split()
)
# Names that say where something stands, not what it is.
_LAYOUT = frozenset(
    "col cols column columns row rows grid flex container wrapper wrap inner outer box center center-block".split()
)
_TELLING_TAGS = frozenset("h1 h2 h3 time article main figcaption address figure".split())
_VOWELS = frozenset("aeiouyAEIOUY")
_ATTRIBUTES = ("itemprop", "data-testid", "property", "rel")
_MOST_ABOVE, _MOST_NAMES = 6, 4


def is_stable(name: str) -> bool:
    """Return whether a class or id is a word that somebody chose: no hash, no number, no state."""
    if not 2 <= len(name) <= 50 or not _NAME.match(name) or name.lower() in _PASSING:
        return False
    hashed = _BUILT.match(name) or (_BUILT.search(name) and _is_hash(re.split(r"_+", name)[-1]))
    return not hashed and not any(_is_hash(part) for part in re.split(r"[-_]+", name))


def _is_hash(part: str) -> bool:
    """Return whether a part of a name is no word: its case jumps about, or it has hardly a vowel."""
    cased = _CASED.findall(part)
    if len(part) >= 5 and len(cased) >= 3 and sum(len(piece) <= 2 for piece in cased) * 2 >= len(cased):
        return True
    return len(part) >= 6 and not _VOWELS.intersection(part)


def selectors_of(element: etree._Element) -> Iterator[tuple[str, int]]:
    """Yield selectors that find an element by names, each with what it costs: the cheaper says less by chance."""
    own = list(_own(element))
    yield from own
    tag = str(element.tag)
    for distance, above in enumerate(islice(element.iterancestors(), _MOST_ABOVE)):
        if above.tag in ("body", "html"):
            break
        for outer, price in islice(_own(above), _MOST_NAMES):
            yield f"{outer} {tag}", price + 3 + distance
            if distance == 0:
                yield f"{outer} > {tag}", price + 4
            for inner, cost in own[:_MOST_NAMES]:
                if inner != tag:
                    yield f"{outer} {inner}", price + cost + 2 + distance


def is_named(selector: str) -> bool:
    """Return whether the last part of a selector names what it finds, by more than a tag that anything may have."""
    last = selector.partition("::")[0].rpartition(" ")[2]
    return not last.isalnum() or last in _TELLING_TAGS


def _own(element: etree._Element) -> Iterator[tuple[str, int]]:
    """Yield the selectors that an element's own names make."""
    tag = str(element.tag)
    for name in _ATTRIBUTES:
        value = element.get(name) or ""
        if 2 <= len(value) <= 40 and re.fullmatch(r"[A-Za-z][A-Za-z:._ -]*", value):
            yield f"{tag}[{name}='{value}']", 1
    own_id = element.get("id") or ""
    if is_stable(own_id):
        yield f"{tag}#{own_id}", 2
    classes = [name for name in dict.fromkeys((element.get("class") or "").split()) if is_stable(name)][:6]
    for name in classes:
        yield f"{tag}.{name}", 5 if name.lower() in _LAYOUT else 2
    if tag in _TELLING_TAGS:
        yield tag, 4
    for pair in islice(combinations(classes, 2), 6):
        yield f"{tag}.{'.'.join(pair)}", 4
