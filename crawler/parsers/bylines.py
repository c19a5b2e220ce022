"""Bylines in the page: elements that say by markup that the names near the title are the authors'."""

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, takewhile

from lxml import etree

from crawler.parsers.blocks import Block
from crawler.parsers.furniture import tokens_of
from crawler.parsers.names import is_person, is_role, names_in
from crawler.parsers.text import loose, squeeze
from crawler.parsers.walk import is_hidden

_LINK = re.compile(
    r"/(?:authors?|autor(?:en|es|i)?|auteurs?|people|staff|profiles?|contributors?|writers?|by|redaktion|journalists?|"
    r"columnists?|users?|reporters?)[/-][^/]|/@\w|[?&]author="
)
_NO_BYLINES = frozenset({"html", "body", "main", "form", "input", "img", "script"})
_TEST_WORDS = re.compile(r"[^A-Za-z]+|(?<=[a-z])(?=[A-Z])")
_AUTHOR = frozenset(
    "author authors byline bylines autor autoren autores auteur auteurs autore autori writer writers reporter "
    "reporters contributor contributors authorname authored postauthor articleauthor autorin".split()
)
_NAME = frozenset({"name", "names", "fn", "link", "authorname"})
# Parts of a byline that are no name, and what else has authors: comments, quotes, pictures.
_OTHER = frozenset(
    (
        "avatar bio biography comment comments copyright count credit date dates desc description editor email "
        "excerpt follow headshot image images img job jobtitle mail photo photographer photos picture popup "
        "position quote reviewer reviewers role roles share social tags testimonial thumb thumbnail time "
        "timestamp tooltip topics twitter"
    ).split()
)
_BREAKS = frozenset(
    "a address article br dd div dl dt figure footer h1 h2 h3 h4 h5 h6 header li ol p section table td tr ul".split()
)
_SILENT = frozenset("script style svg img time button template noscript picture input select textarea".split())
_JOINED = re.compile(r"^\W*(?:and|und|et|y|e|en|og|och|ve|и|by|von|par|por|di|da|door|af|av|with)?\W*$", re.IGNORECASE)
_BY_LINE = re.compile(
    r"^\W*(?:(?:written|posted|published|words|text|story)\s+)?(?:by|von|par|por|di|door|af|av)\b", re.IGNORECASE
)
_NO_NAME = re.compile(
    r"\b(?:about|more|share|follow|read|view|see|all|posts?|articles?|sign|subscribe|comments?|our|meet|contact|profile|"
    r"updated|published|written|posted|author|authors|by|bio|website|search|menu|login|home|advertis\w*)\b|\d[:/.]?\d",
    re.IGNORECASE,
)
_LONE_NAME = re.compile(
    r"^(?:(?:Dr|Prof)\.\s)?(?:[^\W\d_a-z][\w'’.-]{0,20}\s+){1,3}[^\W\d_a-z][^\W\d_A-Z]['’\w-]{0,20}(?:\s[JS]r\.)?$"
)
_MOST_INNER, _MOST_LINES, _MOST_TEXT = 60, 12, 400
_ABOVE, _BELOW, _AFTER = 16, 3, 12
# Who helped is no author.
_HELPED = re.compile(
    r"^\W*(?:with\s+)?(?:additional\s+)?(?:contributions?|reporting|reviewed|edited|fact[- ]checked)\s+(?:from|by)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Found:
    """A marked element, the block it stands in, and what marks it."""

    element: etree._Element
    index: int
    rule: str


class PageBylines:
    """The marked elements of a page by rule, read when they are first asked for."""

    def __init__(
        self, blocks: Sequence[Block], title: int | None, core: Sequence[int], dated: Iterable[int] = ()
    ) -> None:
        self._dated = frozenset(dated)
        self._blocks = blocks
        first = self._first = core[0] if core else len(blocks)
        self._title = title if title is not None else max(0, first - _ABOVE)
        # A short article's byline is looked for in it, not among what stands below it.
        end = min(max(first, self._title) + _BELOW, core[-1] if core else len(blocks))
        self._near = range(self._title - _ABOVE, end + 1)
        self._after = range(core[-1], core[-1] + _AFTER) if core else range(0)

    def names(self, rule: str, *, after: bool = False) -> tuple[str, ...]:
        """Return the names of the elements that a rule marks near the title, or after the text."""
        found = [item for item in (self._marked_after if after else self._marked) if item.rule == rule]
        if rule == "link:author":
            found = [item for item in found if item.index >= self._title]
        found.sort(key=lambda item: item.index < self._title)
        names: dict[str, str] = {}
        last = None
        for item in found:
            if last is not None and not 0 <= item.index - last <= 3:
                break
            own = names_of(item.element, tight=rule not in ("class:byline", "link:author"))
            if after or rule == "link:author":
                own = tuple(filter(is_person, own))
            if names and not all(map(is_person, own)):
                continue
            if own:
                last = item.index
                for name in own:
                    names.setdefault(loose(name), name)
                if rule == "class:byline":
                    break
        return tuple(names.values())

    def helpers(self) -> frozenset[str]:
        """Return who only helped, as a byline says ("Contributions from NAME"), in their loose form."""
        found: set[str] = set()
        for item in self._marked:
            if item.rule == "class:byline":
                helped = False
                for line in _lines(item.element):
                    helped = helped or _HELPED.match(line) is not None
                    if helped:
                        found.update(loose(name) for name in names_in(line) if is_person(name))
        return frozenset(found)

    def lone_name(self) -> tuple[str, ...]:
        """Return a name that stands alone between title and text, beside a date or again below the text."""
        for block in self._blocks[self._title + 1 : self._first]:
            if not _LONE_NAME.match(block.text) or not is_person(block.text) or block.kind in ("li", "image", "table"):
                continue
            if self._dated.isdisjoint(range(block.index - 2, block.index + 3)) and not self._is_repeated(block):
                continue
            if block.within("nav", "aside", "figure", "li") is None:
                return (block.text,)
        return ()

    def _is_repeated(self, block: Block) -> bool:
        below = (self._blocks[index] for index in self._after if 0 <= index < len(self._blocks))
        return any(
            other.loose == block.loose or (other.text.startswith(block.text) and other.text.endswith("."))
            for other in below
        )

    @cached_property
    def _marked(self) -> list[Found]:
        return self._marked_in(self._near)

    @cached_property
    def _marked_after(self) -> list[Found]:
        return [item for item in self._marked_in(self._after) if not self._is_card(item.index)]

    def _is_card(self, index: int) -> bool:
        """Return whether a block below the text stands with the heading of another article."""
        around = self._blocks[index - 1 : index + 2]
        return self._blocks[index].within("aside", "nav") is not None or any(
            block.kind == "h" and block.link_share > 0.8 for block in around
        )

    def _marked_in(self, zone: range) -> list[Found]:
        """Return the marked elements of a zone in reading order, each with the first block that it has to do with."""
        before = self._blocks[zone.start - 1].path if 0 < zone.start <= len(self._blocks) else ()
        seen: set[etree._Element] = set(before)
        found: list[Found] = []
        for block in self._blocks[max(zone.start, 0) : max(zone.stop, 0)]:
            for element, tokens in _marks_of(block, seen):
                seen.add(element)
                rule = _rule_of(element, tokens)
                if rule:
                    found.append(Found(element, block.index, rule))
        return found


def _marks_of(block: Block, seen: Container[etree._Element]) -> Iterator[tuple[etree._Element, frozenset[str]]]:
    """Yield the elements around and in a block with their words, the outermost first; what was seen was so whole."""
    around = list(takewhile(lambda box: box.element not in seen, block.box.up()))
    yield from ((box.element, box.tokens) for box in reversed(around))
    for element in islice(block.element.iterdescendants(etree.Element), _MOST_INNER):
        if element not in seen:
            yield element, tokens_of(element)


def _rule_of(element: etree._Element, tokens: frozenset[str]) -> str:
    """Return by which mark an element with these words says that it names authors, or nothing."""
    if element.tag in _NO_BYLINES or not _OTHER.isdisjoint(tokens):
        return ""
    rule = _mark_of(element, tokens)
    # The names in a figure are photographers'.
    return "" if rule and next(element.iterancestors("figure", "figcaption"), None) is not None else rule


def _mark_of(element: etree._Element, tokens: frozenset[str]) -> str:
    rel, prop = element.get("rel"), element.get("itemprop")
    if rel and "author" in rel.lower().split():
        return "rel:author"
    if prop and "author" in prop.lower().split():
        return "microdata:author"
    said = tokens | _tested(element)
    if not _AUTHOR.isdisjoint(said):
        return "class:byline" if _NAME.isdisjoint(said) else "class:author-name"
    return "link:author" if element.tag == "a" and _LINK.search(element.get("href") or "") else ""


def _tested(element: etree._Element) -> frozenset[str]:
    """Return the words by which a site's own tests find an element; pages whose classes are hashes still have them."""
    said = element.get("data-testid") or element.get("data-qa") or element.get("data-test")
    return frozenset(word.lower() for word in _TEST_WORDS.split(said)) if said else frozenset()


def names_of(element: etree._Element, *, tight: bool) -> tuple[str, ...]:
    """Return the names that an element says: its first lines that are persons', else a single line's name.

    A `tight` mark stands on the name itself, so that any short text without a verb or a date is one.
    """
    inner = element.find(".//*[@itemprop='name']")
    lines = list(_lines(inner if inner is not None and tight else element))
    names: list[str] = []
    for line in lines[:_MOST_LINES]:
        if _HELPED.match(line):
            break
        own = names_in(line, declared=True)
        people = [name for name in own if is_person(name)]
        if people:
            names.extend(people)
        elif names and not _JOINED.match(line):
            break
    if names:
        return tuple(dict.fromkeys(names))
    for line in lines[:2]:
        if tight or ((_BY_LINE.match(line) or len(lines) == 1) and not any(map(str.isdigit, line))):
            own = tuple(name for name in names_in(line, declared=True) if _could_be(name))
            if own and not (is_role(own[0]) and not tight):
                return own
    return ()


def _could_be(name: str) -> bool:
    return not _NO_NAME.search(name) and not _JOINED.match(name) and len(name.split()) <= 5


def _lines(element: etree._Element) -> Iterator[str]:
    """Yield the lines of an element as a reader sees them, links as lines of their own."""
    text, size = [""], 0
    for piece in _pieces(element):
        size += len(piece)
        text.append(piece)
        if size > _MOST_TEXT:
            break
    for line in "".join(text).split("\n"):
        spans = [squeeze(part) for part in line.split("\x1f")]
        if any(is_person(part) for part in spans):
            yield from (part for part in spans if part)
        elif squeeze(line.replace("\x1f", "")):
            yield squeeze(line.replace("\x1f", ""))


def _pieces(element: etree._Element) -> Iterator[str]:
    stack = [(element, iter(element))]
    yield element.text or ""
    while stack:
        node, children = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            if stack:
                yield "\n" if node.tag in _BREAKS else "\x1f"
                yield node.tail or ""
        elif _is_silent(child):
            yield "\x1f" + (child.tail or "")
        else:
            stack.append((child, iter(child)))
            yield "\n" if child.tag in _BREAKS else "\x1f"
            yield child.text or ""


def _is_silent(element: etree._Element) -> bool:
    tag = element.tag
    return not isinstance(tag, str) or tag in _SILENT or is_hidden(element) or not _OTHER.isdisjoint(tokens_of(element))
