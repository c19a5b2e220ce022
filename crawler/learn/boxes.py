"""The box that a listing gives each of its articles: which element it is, and what it says beside the link."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from crawler.learn.links import Group, Link, Paths, around, class_names, said
from crawler.learn.selectors import is_stable
from crawler.parsers.dates import DateContext, find_date
from crawler.parsers.page import Page
from crawler.parsers.text import squeeze
from crawler.selectors import compile_selector

_MOST_TEXTS = 300
_LONGEST_DATE = 90
_MOST_ANCESTORS = 6
_MEANT = frozenset("entry item post article news story teaser card list listing archive result blog press".split())
_LOOKS = frozenset(
    "has is no row col column columns grid flex clearfix status type format mb mt pb pt small large left right".split()
)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


@dataclass(frozen=True, slots=True)
class Boxed:
    """The entries of a listing page: the box of each address, and the links that lead to it."""

    page: Page
    boxes: dict[str, etree._Element]
    links: dict[str, list[Link]]


def boxes_of(page: Page, group: Group) -> Boxed:
    """Return the largest element around each address' links that holds the links of no other of the group."""
    owners: dict[etree._Element, set[str]] = {}
    for link in group.links:
        for element in (link.element, *around(link.element)):
            owners.setdefault(element, set()).add(link.url)
    boxes: dict[str, etree._Element] = {}
    links: dict[str, list[Link]] = {}
    for link in group.links:
        links.setdefault(link.url, []).append(link)
        if link.url in boxes:
            continue
        box = link.element
        for element in around(link.element):
            if len(owners[element]) > 1:
                break
            box = element
        boxes[link.url] = box
    if len(boxes) == 1:
        # Alone on its page, nothing says where the box of an entry ends.
        boxes = {url: _modest(links[url][0].element) for url in boxes}
    return Boxed(page, boxes, links)


def _modest(link: etree._Element) -> etree._Element:
    telling = next((element for element in around(link) if element.tag in ("article", "li", "tr")), None)
    parent = link.getparent()
    return telling if telling is not None else parent if parent is not None else link


def entry_selector(pages: Sequence[Boxed]) -> tuple[str, float] | None:
    """Return the simplest selector that finds the boxes on all pages, and how well (F1 over boxes)."""
    best: tuple[float, str] | None = None
    first = next((box for page in pages for box in page.boxes.values()), None)
    if first is None:
        return None
    for selector in islice(_candidates(pages), 60):
        score = _fit(pages, selector)
        if best is None or score > best[0] + 0.005:
            best = score, selector
        if score > 0.999:
            break
    return (best[1], best[0]) if best else None


def _candidates(pages: Sequence[Boxed]) -> Iterator[str]:
    """Yield selectors from the plainest: the box by its own name, then by that of what is around it."""
    boxes = [box for page in pages for box in page.boxes.values()]
    own = _own_names(boxes)
    yield from (name for name in own if name not in _HEADINGS and "." in name)
    outer = _outer_names(boxes)
    for name in own:
        yield from (f"{anchor} > {name}" for anchor, direct in outer if direct)
        yield from (f"{anchor} {name}" for anchor, direct in outer if not direct)
    yield from own


def _own_names(boxes: Sequence[etree._Element]) -> list[str]:
    """Return what all boxes are called, one name alone before all of them together, and their tag."""
    tag = Counter(str(box.tag) for box in boxes).most_common(1)[0][0]
    shared = frozenset.intersection(*map(class_names, boxes))
    single = [f"{tag}.{name}" for name in sorted(shared, key=_plainness)]
    both = [f"{tag}.{'.'.join(sorted(shared))}"] if len(shared) > 1 else []
    return [*single, *both, tag]


def _plainness(name: str) -> tuple[bool, bool, int, str]:
    """Return a key that puts names of what an entry is before those of how it looks or what it happens to have."""
    words = re.split(r"[-_]+", name.lower())
    return not _MEANT.intersection(words), bool(_LOOKS.intersection(words)), len(name), name


def _outer_names(boxes: Sequence[etree._Element]) -> list[tuple[str, bool]]:
    """Return the names of what stands around all boxes, the nearest first, and whether it is the boxes' parent."""
    found: list[tuple[str, bool]] = []
    first, others = boxes[0], boxes[1:]
    for depth, element in enumerate(islice(around(first), _MOST_ANCESTORS)):
        tag = str(element.tag)
        names = [f"{tag}.{name}" for name in sorted(class_names(element))]
        own_id = element.get("id") or ""
        if is_stable(own_id):
            names.insert(0, f"{tag}#{own_id}")
        if tag in ("main", "section", "table", "article"):
            names.append(tag)
        found += [(name, depth == 0) for name in names if all(_stands_in(box, name) for box in others[:20])]
    return found


def _stands_in(box: etree._Element, name: str) -> bool:
    tag, sign, wanted = re.split(r"([.#])", name, maxsplit=1) if re.search(r"[.#]", name) else (name, "", "")
    for element in around(box):
        if element.tag != tag:
            continue
        if (
            not sign
            or (sign == "." and wanted in class_names(element))
            or (sign == "#" and element.get("id") == wanted)
        ):
            return True
    return False


def _fit(pages: Sequence[Boxed], selector: str) -> float:
    """Return the F1 of what a selector finds against the boxes; an element without any link counts for nothing."""
    hits = extra = wanted = 0
    for page in pages:
        boxes = set(page.boxes.values())
        found = compile_selector(selector).elements(page.page.root)
        hits += sum(1 for element in found if element in boxes)
        extra += sum(1 for element in found if element not in boxes and next(element.iter("a"), None) is not None)
        wanted += len(boxes)
    return 2 * hits / (hits + extra + wanted) if hits else 0.0


def link_selector(pages: Sequence[Boxed]) -> str | None:
    """Return a selector for the article's link inside its box, None where the first link is it everywhere."""
    pairs = [(box, page.links[url]) for page in pages for url, box in page.boxes.items()]
    if all(_first_link(box) in {link.element for link in links} for box, links in pairs):
        return None
    candidates = ["h1 a", "h2 a", "h3 a", "h4 a", "h5 a", "a:has(h2)", "a:has(h3)", "a:has(h4)"]
    names = Counter(name for _, links in pairs for name in {n for link in links for n in class_names(link.element)})
    candidates += [f"a.{name}" for name, _ in names.most_common(5)]
    outer = Counter(
        f"{parent.tag!s}.{name} a"
        for _, links in pairs
        for link in links
        if (parent := link.element.getparent()) is not None
        for name in class_names(parent)
    )
    candidates += [name for name, _ in outer.most_common(5)]
    scored = [(_hits(pairs, selector), -number, selector) for number, selector in enumerate(candidates)]
    best = max(scored)
    return best[2] if best[0] > 0.9 * len(pairs) else None


def _hits(pairs: Sequence[tuple[etree._Element, list[Link]]], selector: str) -> int:
    compiled = compile_selector(selector)
    return sum(
        1 for box, links in pairs if next(iter(compiled.elements(box)), None) in {link.element for link in links}
    )


def _first_link(box: etree._Element) -> etree._Element | None:
    return box if box.tag == "a" else next((link for link in box.iter("a") if link.get("href")), None)


def part_selector(pages: Sequence[Boxed], paths: Paths, tells: Callable[[etree._Element], bool]) -> str | None:
    """Return a selector, inside the boxes, of the smallest elements that tell something (a date, a summary)."""
    counted: Counter[str] = Counter()
    boxes = [box for page in pages for box in page.boxes.values()]
    for box in boxes:
        names = {
            name
            for element in islice(box.iterdescendants(etree.Element), _MOST_TEXTS)
            if tells(element)
            for name in _names(element, paths)
        }
        counted.update(names)
    usable = [(count, name) for name, count in counted.items() if count >= 0.6 * len(boxes)]
    if not usable:
        return None
    most = max(count for count, _ in usable)
    near = [name for count, name in usable if count >= 0.95 * most]
    good = [name for name in near if _first_tells(boxes, name, tells)]
    return min(good, key=lambda name: ("." not in name and not name.startswith("time"), len(name)), default=None)


def _first_tells(boxes: Sequence[etree._Element], name: str, tells: Callable[[etree._Element], bool]) -> bool:
    compiled = compile_selector(name)
    first = [next(iter(compiled.elements(box)), None) for box in boxes]
    return sum(1 for element in first if element is not None and tells(element)) >= 0.6 * len(boxes)


def _names(element: etree._Element, paths: Paths) -> list[str]:
    tag = str(element.tag)
    return [*(f"{tag}.{name}" for name in paths.step(element)[1]), tag]


def tells_date(element: etree._Element, context: DateContext) -> bool:
    """Return whether an element's own text is a date and hardly more."""
    text = squeeze("".join(islice(element.itertext(), _MOST_TEXTS)))
    if not text or len(text) > _LONGEST_DATE:
        return False
    return find_date(text, context) is not None


def tells_summary(element: etree._Element, title: str) -> bool:
    """Return whether an element is a paragraph that is longer than the title and does not repeat it."""
    if element.tag not in ("p", "div", "span", "td", "dd") or len(element.xpath(".//p")) > 1:
        return False
    text = squeeze("".join(islice(element.itertext(), _MOST_TEXTS)))
    return 60 <= len(text) <= 800 and title not in text and said(element) != title
