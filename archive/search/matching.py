"""From a query to FTS5: the expression that finds it, with the forms of its words or without, and what it costs."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from archive.folding import BREAK, FIELD_MARKS, indexed, is_special, is_unspaced, words_of
from archive.search.query import All, Any, Days, Key, Near, Node, Not, Phrase, Term, Word
from archive.search.vocabulary import Vocabulary

# What a word is worth to the plan where nothing was counted: enough to be careful.
_UNKNOWN = 200_000
# A word that stands in a third of all articles is left out while others remain; small archives have no such words.
_EVERYWHERE, _FEW = 0.3, 10_000
_TEXTS = "{body title captions source byline}"
NOTHING = '"\ue000nothing"'


@dataclass(frozen=True, slots=True)
class Part:
    """A word or phrase of the match: its tokens as the index has them, how many articles have it at most, its cost.

    The cost is counted in postings that FTS5 walks to find all of them.
    """

    tokens: tuple[str, ...]
    docs: int
    cost: int
    field: str | None = None
    prefix: bool = False


@dataclass(slots=True)
class Expression:
    """An FTS5 expression, and what its parts are."""

    sql: str
    parts: list[Part] = field(default_factory=list)
    # At most so many articles match, and it costs so many postings to find them all.
    docs: int = 0
    cost: int = 0
    # So many lists are opened for each span of ids that is asked for.
    lists: int = 1
    # Expressions that this one finds together, where it is no more than their sum.
    alternatives: tuple["Expression", ...] = ()


@dataclass(slots=True)
class Matcher:
    """Makes expressions of nodes; what it left out or shortened is written down for the answer."""

    vocabulary: Vocabulary
    articles: int
    states: Sequence[str] = ("live", "gone")
    widen: bool = False
    shorten: bool = False
    left_out: list[str] = field(default_factory=list)
    shortened: list[str] = field(default_factory=list)

    def expression(self, node: Node) -> Expression:
        """Return the expression of a node; one that can match nothing matches nothing."""
        found = self._of(node)
        return found or Expression(NOTHING)

    def _of(self, node: Node) -> Expression | None:
        if isinstance(node, Key):
            return self._key(node)
        if isinstance(node, All):
            return self._all(node)
        if isinstance(node, Any):
            return _either([found for each in node.nodes if (found := self._of(each))])
        if isinstance(node, Not):
            return self._all(All((node,)))
        if isinstance(node, Near):
            return self._near(node)
        return None if isinstance(node, Days) else self._term(node)

    def _key(self, node: Key) -> Expression:
        joined = " OR ".join(f'"{token}"' for token in node.tokens)
        docs = sum(self._docs(token) for token in node.tokens)
        return Expression(f"keys : ({joined})", [], docs, docs)

    def _all(self, node: All) -> Expression | None:
        wanted = [each for each in node.nodes if not isinstance(each, Not)]
        found = [one for each in self._without_common(wanted) if (one := self._of(each))]
        # As it was typed: the forms of what is left out would take more away than was asked for.
        typed = replace(self, widen=False)
        unwanted = [one for each in node.nodes if isinstance(each, Not) and (one := typed._of(each.node))]
        if not found:
            if not unwanted:
                return None
            found = [self._key(Key(tuple(f"\ue000t{state}" for state in self.states)))]
        # A filter shrinks a match as any word does; the rarest leads.
        sql = " AND ".join(f"({one.sql})" for one in found)
        docs = min(one.docs for one in found)
        cost = sum(min(one.cost, 4 * docs) for one in found) + sum(one.cost for one in unwanted)
        if unwanted:
            sql = f"({sql}) NOT ({' OR '.join(f'({one.sql})' for one in unwanted)})"
        lists = sum(one.lists for one in (*found, *unwanted))
        return Expression(sql, [part for one in found for part in one.parts], docs, cost, lists)

    def _without_common(self, nodes: Sequence[Node]) -> Sequence[Node]:
        """Return the nodes without the words that stand nearly everywhere, while others remain."""
        if not self.shorten or self.articles < _FEW:
            return nodes
        bare = [each for each in nodes if isinstance(each, Word) and not each.field and not each.prefix]
        common = [each for each in bare if self._is_everywhere(each.text)]
        others = [each for each in nodes if not isinstance(each, Key) and each not in common]
        if not others or not common:
            return nodes
        self.left_out += [each.text for each in common if each.text not in self.left_out]
        return [each for each in nodes if each not in common]

    def _is_everywhere(self, text: str) -> bool:
        tokens = indexed(text).split()
        return len(tokens) == 1 and self._docs(tokens[0]) > _EVERYWHERE * self.articles

    def _near(self, node: Near) -> Expression | None:
        phrases = [tokens for term in node.terms if (tokens := _tokens(term.text))]
        if len(phrases) < 2:
            return self._term(node.terms[0])
        parts = [self._part(tokens) for tokens in phrases]
        quoted = " ".join(_quoted(tokens) for tokens in phrases)
        docs = min(part.docs for part in parts)
        # As a phrase walks positions, so does this.
        cost = 8 * docs + sum(part.cost for part in parts if len(part.tokens) > 1)
        return Expression(f"NEAR({quoted}, {node.distance})", parts, docs, cost, sum(map(len, phrases)))

    def _term(self, term: Term) -> Expression | None:
        if isinstance(term, Near):
            return self._near(term)
        tokens = _tokens(term.text)
        if not tokens:
            return None
        if isinstance(term, Word) and len(tokens) == 1 and not is_unspaced(tokens[0]):
            if term.prefix:
                return self._beginning(tokens[0], term.field)
            forms = self.vocabulary.forms(tokens[0]) if self.widen else ()
            return _either([self._plain((form,), term.field) for form in (tokens[0], *forms)])
        found = self._plain(tokens, term.field, prefix=isinstance(term, Word) and term.prefix)
        if isinstance(term, Phrase) and not term.field and is_special(term.text):
            # As it is printed a phrase may go on over the end of a line, at which what is folded is kept apart.
            typed = tuple(words_of(term.text.lower()))
            if not all(map(is_unspaced, typed)):
                sql = f"({found.sql} OR {_TEXTS} : {_quoted(typed)})"
                return replace(found, sql=sql, lists=found.lists + len(typed))
        return found

    def _beginning(self, start: str, name: str | None) -> Expression:
        """Return what finds words that begin so: each by name where few do, else by FTS5 itself, or the commonest."""
        words, complete = self.vocabulary.beginning(start)
        if self.vocabulary.counted is None or not (self.shorten or (complete and self.vocabulary.is_fresh)):
            return self._plain((start,), name, prefix=True)
        if not complete and start not in self.shortened:
            self.shortened.append(start)
        found = _either([self._plain((word,), name) for word in words]) or Expression(NOTHING)
        docs = min(found.docs, self.articles)
        part = Part((start,), docs, found.cost, name, prefix=True)
        return replace(found, parts=[part], docs=docs)

    def _plain(self, tokens: tuple[str, ...], name: str | None, *, prefix: bool = False) -> Expression:
        part = self._part(tokens, name)
        sql = _quoted(tokens) + (" *" if prefix else "")
        if name:
            sql = f"({name} : {sql} OR search_extra : {_quoted(_marked(tokens, name))}{' *' if prefix else ''})"
        elif is_unspaced("".join(tokens)):
            sql = f"search_extra : {sql}"
        if prefix:
            part = Part(tokens, _UNKNOWN, 5 * _UNKNOWN, name, prefix=True)
        return Expression(sql, [part], part.docs, part.cost, len(tokens) * (2 if name else 1))

    def _part(self, tokens: tuple[str, ...], name: str | None = None) -> Part:
        docs = [self._docs(token) for token in tokens]
        rarest = min(docs)
        # Measured: a phrase walks positions for as many articles as its rarest word has, at eight times the price.
        return Part(tokens, rarest, rarest if len(tokens) == 1 else 8 * rarest, name)

    def _docs(self, token: str) -> int:
        if token == BREAK:
            return self.articles
        docs = self.vocabulary.docs(token)
        return min(_UNKNOWN, self.articles) if docs is None else docs


def _either(found: Sequence[Expression]) -> Expression | None:
    if len(found) < 2:
        return found[0] if found else None
    sql = " OR ".join(f"({one.sql})" for one in found)
    parts = [part for one in found for part in one.parts]
    lists = sum(one.lists for one in found)
    flat = tuple(each for one in found for each in (one.alternatives or (one,)))
    return Expression(sql, parts, sum(one.docs for one in found), sum(one.cost for one in found), lists, flat)


def _tokens(text: str) -> tuple[str, ...]:
    """Return a text's words as the index has them; none where only signs are left."""
    return tuple(words_of(indexed(text)))


def _marked(tokens: Sequence[str], name: str) -> tuple[str, ...]:
    return tuple(FIELD_MARKS[name] + token for token in tokens if token != BREAK)


def _quoted(tokens: Sequence[str]) -> str:
    return '"' + " ".join(tokens) + '"'
