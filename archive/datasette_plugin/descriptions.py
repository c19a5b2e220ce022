"""What Datasette says of the archive's tables (tables.toml), and the queries that it offers."""

import tomllib
from importlib.resources import files
from typing import Any

QUERIES: dict[str, Any] = {
    "search": {
        "title": "Search the articles",
        "description": 'Words, "phrases", -not, OR, word*, near, title: site: date:2017..2018-03 is:changed and more: '
        "docs/search.md. Any language, any script.",
        "params": ["q"],
        "hide_sql": True,
        "sql": """\
select articles.day, articles.title, articles.site_id as site, hit.value ->> 'found' as found,
       articles.updated, articles.source, articles.url, articles.key, articles.id
from json_each(newsarchive_search(:q, 'relevance', 100)) as hit
cross join articles on articles.id = hit.value ->> 'id' order by hit.key""",
    },
    "newest_matches": {
        "title": "Search the articles, newest first",
        "params": ["q"],
        "hide_sql": True,
        "sql": """\
select articles.day, articles.title, articles.site_id as site, hit.value ->> 'found' as found,
       articles.updated, articles.source, articles.url, articles.key, articles.id
from json_each(newsarchive_search(:q, 'newest', 100)) as hit
cross join articles on articles.id = hit.value ->> 'id' order by hit.key""",
    },
    "facets": {
        "title": "What a search is made of",
        "description": "Sites, sections, languages, sources, states, years and months of all that matches.",
        "params": ["q"],
        "hide_sql": True,
        "sql": """\
select facet.key as facet, found.key as value, found.value as articles
from json_each(newsarchive_answer(:q), '$.facets') as facet
cross join json_each(case when facet.type = 'object' then facet.value else '{}' end) as found""",
    },
    "answer": {
        "title": "The whole answer to a search, as JSON",
        "params": ["q"],
        "hide_sql": True,
        "sql": "select newsarchive_answer(:q) as answer",
    },
    "newest": {
        "title": "The newest articles",
        "sql": "select day, title, site_id as site, updated, source, url, key, id from articles "
        "order by id desc limit 100",
    },
    "changed": {
        "title": "What changed last",
        "sql": """\
select events.at, events.kind, articles.title, events.from_version, events.to_version, articles.url, articles.id
from events join articles on articles.id = events.article_id
where events.kind <> 'first_seen' and events.withdrawn is null order by events.at desc limit 100""",
    },
}

METADATA: dict[str, Any] = {
    "tables": tomllib.loads((files("archive.datasette_plugin") / "tables.toml").read_text(encoding="utf-8"))
}


def described(key: str | None, table: str | None) -> dict[str, Any]:
    """Return what is to be said where Datasette asks for a key, of a table or of a whole database.

    New dictionaries each time, for it lays the local configuration over them; it asks a hundred times a page.
    """
    if key not in (None, "databases", "tables") and table is None:
        return {}
    tables = METADATA["tables"]
    named = tables if table is None else {table: tables[table]} if table in tables else {}
    return {"tables": {name: _copied(said) for name, said in named.items()}}


def _copied(said: dict[str, Any]) -> dict[str, Any]:
    return {name: dict(value) if isinstance(value, dict) else value for name, value in said.items()}
