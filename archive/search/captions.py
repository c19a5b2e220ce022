"""Searching captions: which articles have words in their captions, and which of their pictures has them in its own."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from sqlite_utils import Database

from archive.folding import fold
from archive.keys import mark_token
from archive.search.asking import Filters, _Asking
from archive.search.marking import occurrences
from archive.search.matching import Matcher, Part
from archive.search.query import All, Any, Days, Key, Near, Node, Not, Phrase, Problem, Word
from archive.search.running import Clock, OutOfTimeError, Run

_BUDGET, _AT_ONCE = 0.5, 100


class CaptionSearch:
    """One query to the captions of an archive; words without a field are looked for in captions alone.

    Raises NotFoundError for a site of the filters that the archive does not have.
    """

    def __init__(self, db: Database, text: str, filters: Filters, credit: str | None = None) -> None:
        asking = _Asking(db, text, filters, Clock(_BUDGET))
        node = _in_captions(asking.query.node) if asking.query.node else None
        self._own = _own(node) if node else None
        wanted: list[Node] = [node] if node else []
        if self._own is None:
            wanted.append(Key((mark_token("image"),)))
        if credit:
            # It stands in the index with its caption.
            wanted.append(Phrase(credit, "captions"))
        if node or asking.query.days:
            asking.query = replace(asking.query, node=_joined(wanted))
        self._asking = asking
        self._parts: dict[tuple[Node, bool], tuple[Part, ...]] = {}

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What of the query could not be understood."""
        return self._asking.query.problems

    @property
    def stopped(self) -> bool:
        """Whether the time was over before all was found."""
        return self._asking.clock.stopped

    def articles(self, last: int | None = None) -> Iterator[int]:
        """Yield the articles that may have such a picture, the newest first, from the last id on down."""
        run = self._asking.run(widen=True)
        high = last + 1 if last is not None else run.scope.high if run else 0
        while run is not None:
            found = self._newest(run, high)
            yield from found
            if len(found) < _AT_ONCE:
                return
            high = found[-1]

    def _newest(self, run: Run, high: int) -> list[int]:
        scope = run.scope
        guests = tuple(each for each in scope.guests if each < high)
        below = replace(run, scope=replace(scope, high=min(high, scope.high), guests=guests))
        try:
            with self._asking.clock.watching(self._asking.db):
                return below.newest(_AT_ONCE)
        except OutOfTimeError:
            self._asking.clock.stopped = True
            return []

    def fits(self, caption: str) -> bool:
        """Return whether a picture's own caption has what was asked of captions."""
        return self._own is None or self._holds(self._own, fold(caption), widen=True)

    def _holds(self, node: Node, folded: str, *, widen: bool) -> bool:
        if isinstance(node, All):
            return all(self._holds(each, folded, widen=widen) for each in node.nodes)
        if isinstance(node, Any):
            return any(self._holds(each, folded, widen=widen) for each in node.nodes)
        if isinstance(node, Near):
            return all(self._holds(each, folded, widen=widen) for each in node.terms)
        if isinstance(node, Not):
            # As it was typed, as the search itself leaves out.
            return not self._holds(node.node, folded, widen=False)
        return any(occurrences(part, folded) for part in self._parts_of(node, widen=widen))

    def _parts_of(self, node: Node, *, widen: bool) -> tuple[Part, ...]:
        if (node, widen) not in self._parts:
            matcher = Matcher(self._asking.vocabulary, 0, widen=widen)
            self._parts[node, widen] = tuple(matcher.expression(node).parts)
        return self._parts[node, widen]


def _in_captions(node: Node) -> Node:
    """Return what was asked, words without a field as words of captions."""
    if isinstance(node, Word | Phrase):
        return node if node.field else replace(node, field="captions")
    if isinstance(node, Not):
        return Not(_in_captions(node.node))
    if isinstance(node, All | Any):
        return type(node)(tuple(map(_in_captions, node.nodes)))
    return node


def _own(node: Node) -> Node | None:
    """Return what of this a picture's own caption is to have, None where only the article is asked."""
    if isinstance(node, Key | Days) or (isinstance(node, Word | Phrase) and node.field != "captions"):
        return None
    if isinstance(node, Not):
        inner = _own(node.node)
        return Not(inner) if inner else None
    if isinstance(node, All):
        return _joined([own for each in node.nodes if (own := _own(each))])
    if isinstance(node, Any):
        found = [_own(each) for each in node.nodes]
        return None if None in found else node
    return node


def _joined(nodes: Sequence[Node]) -> Node | None:
    return All(tuple(nodes)) if len(nodes) > 1 else nodes[0] if nodes else None
