"""The query language: a grammar of its own, and no text that it refuses.

A token that stands where the grammar has no place for it counts as a word; the problem says so and points at it.
"""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any as Anything
from typing import cast

from lark import Lark, Token, Transformer, UnexpectedInput

from archive.search.query import All, Any, Days, Field, Key, Narrowing, Near, Node, Not, Phrase, Problem, Query, Word
from archive.search.spans import read_span

GRAMMAR = r"""
start: [all]
all: (any | _AND)+
any: near (_OR near)*
near: unary (NEAR unary)*
?unary: _MINUS atom -> excluded
      | atom
?atom: WORD -> word
     | QUOTED -> phrase
     | FIELD WORD -> field_word
     | FIELD QUOTED -> field_phrase
     | FILTER -> filter
     | NEARCALL -> nearcall
     | _LPAR all _RPAR

QUOTED.6: /"[^"]*"?/
FIELD.5: /(title|captions?|source|byline):(?=[^\s()])/i
FILTER.5: /(site|section|lang|language|date|updated|is|has):[^\s()"]+/i
NEARCALL.5: /near\([^()"]*\)/i
NEAR.4: /near(\/\d{1,3})?(?=[\s(]|$)/i
_OR.4: /OR(?=[\s(]|$)/
_AND.4: /AND(?=[\s(]|$)/
_MINUS.4: /(?<![^\s(])(-(?=[^\s)-])|NOT\s+(?=[^\s)]))/
_LPAR.3: "("
_RPAR.3: ")"
WORD.1: /[^\s"()]+/
%ignore /\s+/
"""
LONGEST, MOST_TERMS, _DEEPEST, _MOST_REPAIRS, _NEAR = 2_000, 64, 12, 16, 10
_FIELDS: dict[str, Field] = {
    "title": "title", "caption": "captions", "captions": "captions", "source": "source", "byline": "byline",
}  # fmt: skip
_SAID = {
    "_OR": "OR needs a word on each side", "NEAR": "near needs a word on each side",
    "_LPAR": "the parenthesis is never closed", "_RPAR": "there is no parenthesis to close",
    "_MINUS": "there is nothing to leave out", "FIELD": "the field needs a word after it",
}  # fmt: skip
_PLAIN = str.maketrans("“”„«»＂\x00", '""""""' + " ")
Keys = Callable[[str, str], tuple[str, ...] | str]


def parse(text: str, keys: Keys) -> Query:
    """Return what a text asks for; `keys` gives the tokens of a filter's value, or says why there are none."""
    problems: list[Problem] = []
    shown = _read(text)
    if len(shown) > LONGEST:
        problems.append(Problem(LONGEST, 1, f"only the first {LONGEST:,} characters count"))
        shown = shown[:LONGEST]
    tokens = _limited(list(_parser().lex(shown)), problems)
    tree = _tree(tokens, problems)
    node = _Nodes(keys, problems).transform(tree) if tree is not None else None
    words, days = _apart(node, problems)
    return Query(text, words, days, tuple(sorted(problems, key=lambda problem: problem.start)))


def narrowing(text: str) -> tuple[Narrowing, ...]:
    """Return the filters that stand in a text by themselves, so that each can be taken out of it.

    What stands within parentheses, or beside OR and near, is part of something larger.
    """
    tokens = list(_parser().lex(_read(text)[:LONGEST]))
    found, depth = [], 0
    for index, token in enumerate(tokens):
        depth += (token.type == "_LPAR") - (token.type == "_RPAR")
        before, behind = (tokens[at].type if 0 <= at < len(tokens) else "" for at in (index - 1, index + 1))
        if token.type == "FILTER":
            last = token
        elif token.type == "FIELD" and token.lower() == "source:" and behind in ("WORD", "QUOTED"):
            last, behind = tokens[index + 1], tokens[index + 2].type if index + 2 < len(tokens) else ""
        else:
            continue
        if depth == 0 and not {before, behind} & {"_OR", "NEAR"}:
            first = tokens[index - 1] if before == "_MINUS" else token
            found.append(Narrowing(first.start_pos or 0, last.end_pos or len(text)))
    return tuple(found)


def _read(text: str) -> str:
    """Return a text as it is read, letter for letter in the same places."""
    return text.encode("utf-8", "replace").decode().translate(_PLAIN)


@cache
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", lexer="basic", keep_all_tokens=False)


def _limited(tokens: list[Token], problems: list[Problem]) -> list[Token]:
    """Return no more tokens than can be asked for, none of them nested too deep."""
    words = [index for index, token in enumerate(tokens) if token.type in ("WORD", "QUOTED", "FILTER", "NEARCALL")]
    if len(words) > MOST_TERMS:
        cut = words[MOST_TERMS]
        problems.append(_at(tokens[cut], f"only the first {MOST_TERMS} words count"))
        tokens = tokens[:cut]
    depth = 0
    for token in tokens:
        depth += (token.type == "_LPAR") - (token.type == "_RPAR")
        if depth > _DEEPEST:
            problems.append(_at(token, "parentheses are nested too deep"))
            return [_as_word(each) if each.type in ("_LPAR", "_RPAR") else each for each in tokens]
    return tokens


def _tree(tokens: list[Token], problems: list[Problem]) -> Anything:
    """Return the tree of the tokens, those that have no place in the grammar taken as words."""
    for _ in range(_MOST_REPAIRS):
        wrong = _first_wrong(tokens)
        if not isinstance(wrong, int):
            return wrong
        said = _SAID.get(tokens[wrong].type, "this has no place here")
        problems.append(_at(tokens[wrong], f"{said}; taken as a word"))
        tokens = [*tokens[:wrong], _as_word(tokens[wrong]), *tokens[wrong + 1 :]]
    return _first_wrong([_as_word(token) for token in tokens])


def _first_wrong(tokens: Sequence[Token]) -> Anything:
    """Return the tree, or the number of the token that is to blame."""
    parsing = _parser().parse_interactive()
    for index, token in enumerate(tokens):
        try:
            parsing.feed_token(token)
        except UnexpectedInput:
            # After an operator that lacks its word the operator is to blame, not what follows.
            return index - 1 if index and _lacks(tokens[index - 1]) else index
    try:
        return parsing.feed_eof()  # type: ignore[no-untyped-call]
    except UnexpectedInput:
        last = len(tokens) - 1
        return last if _lacks(tokens[last]) else _unclosed(tokens)


def _lacks(token: Token) -> bool:
    return token.type in ("_OR", "NEAR", "_MINUS", "FIELD")


def _unclosed(tokens: Sequence[Token]) -> int:
    closed = 0
    for index in range(len(tokens) - 1, -1, -1):
        closed += (tokens[index].type == "_RPAR") - (tokens[index].type == "_LPAR")
        if closed < 0:
            return index
    return len(tokens) - 1


def _as_word(token: Token) -> Token:
    return Token.new_borrow_pos("WORD", token.value, token)


def _at(token: Token, message: str) -> Problem:
    return Problem(token.start_pos or 0, len(token), message)


class _Nodes(Transformer[Token, Node | None]):
    """Makes nodes of a tree; a node of nothing is None."""

    def __init__(self, keys: Keys, problems: list[Problem]) -> None:
        super().__init__()
        self._keys, self._problems = keys, problems

    def start(self, children: list[Node | None]) -> Node | None:
        return children[0] if children else None

    def all(self, children: list[Node | None]) -> Node | None:
        return _joined(All, children)

    def any(self, children: list[Node | None]) -> Node | None:
        return _joined(Any, children)

    def near(self, children: list[Anything]) -> Node | None:
        terms = [child for child in children if not isinstance(child, Token)]
        if len(children) == 1:
            return cast("Node | None", terms[0])
        named = [child for child in children if isinstance(child, Token)]
        if not all(isinstance(term, Word | Phrase) for term in terms):
            self._problems.append(_at(named[0], "near takes words and phrases alone; taken as a word"))
            return _joined(All, [*terms, *(Word(str(name)) for name in named)])
        distances = [int(name.partition("/")[2] or _NEAR) for name in named]
        return Near(tuple(terms), max(distances))

    def nearcall(self, children: list[Token]) -> Node | None:
        inside, comma, number = str(children[0])[5:-1].rpartition(",")
        if not (comma and number.strip().isdecimal() and len(number) < 5):
            inside, number = f"{inside}{comma}{number}", str(_NEAR)
        words = [Word(word) for word in inside.replace(",", " ").split()]
        return Near(tuple(words), int(number)) if len(words) > 1 else _joined(All, list(words))

    def excluded(self, children: list[Node | None]) -> Node | None:
        return Not(children[0]) if children[0] is not None else None

    def word(self, children: list[Token]) -> Node | None:
        return self._word(children[0], None)

    def phrase(self, children: list[Token]) -> Node | None:
        return Phrase(children[0].strip('"')) if _says(children[0]) else None

    def field_word(self, children: list[Token]) -> Node | None:
        return self._word(children[1], _FIELDS[children[0][:-1].lower()])

    def field_phrase(self, children: list[Token]) -> Node | None:
        return Phrase(children[1].strip('"'), _FIELDS[children[0][:-1].lower()]) if _says(children[1]) else None

    def filter(self, children: list[Token]) -> Node | None:
        name, _, value = children[0].partition(":")
        if name.lower() in ("date", "updated"):
            found: Node | str = _days(name.lower(), value)
        else:
            tokens = self._keys(name.lower(), value)
            found = tokens if isinstance(tokens, str) else Key(tokens)
        if isinstance(found, str):
            self._problems.append(_at(children[0], f"{found}; taken as words"))
            return Word(str(children[0]))
        return found

    def _word(self, token: Token, field: Field | None) -> Node | None:
        text = str(token)
        if not _says(text):
            return None
        if text.endswith("*") and not text.startswith("*"):
            stem = text.rstrip("*")
            if sum(letter.isalnum() for letter in stem) >= 3:
                return Word(stem, field, prefix=True)
            self._problems.append(_at(token, "word* needs three letters at least; taken as a word"))
        return Word(text, field)


def _says(text: str) -> bool:
    return any(letter.isalnum() for letter in text)


def _joined(kind: type[All] | type[Any], children: list[Anything]) -> Node | None:
    nodes = tuple(child for child in children if child is not None and not isinstance(child, Token))
    return kind(nodes) if len(nodes) > 1 else nodes[0] if nodes else None


def _days(name: str, value: str) -> Days | str:
    span = read_span(value)
    if span is None:
        return f"{name}: takes a year, a month, a day or a span such as 2017..2018-03"
    return Days("day" if name == "date" else "updated", *span)


def _apart(node: Node | None, problems: list[Problem]) -> tuple[Node | None, tuple[Days, ...]]:
    """Return the words, and the dates beside them; a date within OR or behind a minus cannot be asked for."""
    nodes = node.nodes if isinstance(node, All) else (node,) if node is not None else ()
    days = tuple(each for each in nodes if isinstance(each, Days))
    others = [each for each in nodes if not isinstance(each, Days)]
    rest = [_without_days(each) for each in others]
    if rest != others:
        problems.append(
            Problem(0, 1, "date: and updated: stand beside the other words, not within OR, - or parentheses")
        )
    return _joined(All, rest), days


def _without_days(node: Node) -> Node | None:
    if isinstance(node, Days):
        return None
    if isinstance(node, Not):
        inner = _without_days(node.node)
        return Not(inner) if inner is not None else None
    if isinstance(node, All | Any):
        return _joined(type(node), [_without_days(each) for each in node.nodes])
    return node
