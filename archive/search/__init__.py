"""Searching the archive: any text is a query, answered from FTS5 in the time of a keystroke.

`ask(db, 'harbour "quay wall" -pier date:2017..2018-03', facets=True)` gives an Answer; docs/search.md has the language.
"""

from archive.search.asking import Answer, Filters, Hit, Sort, ask, ask_guarded, count, fts_query, search, select
from archive.search.counting import Total
from archive.search.facets import Facets
from archive.search.language import narrowing
from archive.search.marking import MARK_END, MARK_START
from archive.search.query import Narrowing, Problem

__all__ = [
    "MARK_END", "MARK_START", "Answer", "Facets", "Filters", "Hit", "Narrowing", "Problem", "Sort", "Total", "ask",
    "ask_guarded", "count", "fts_query", "narrowing", "search", "select",
]  # fmt: skip
