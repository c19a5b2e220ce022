"""What Datasette says of the archive's tables, and the queries that it offers."""

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
    "tables": {
        "articles": {
            "description": "One row an article, with its current version. Search with the box, or the query 'search'.",
            "label_column": "title",
            "sort_desc": "id",
            "facets": ["site_id", "language", "state"],
            "columns": {
                "id": "Ordered by day: newest first is ORDER BY id DESC.",
                "key": "The public id: the same in every archive of the same article.",
                "updated": "The update date that the page states, UTC for instants.",
                "published": "The date of publication that the page states.",
                "day": "The calendar day as the page prints it: of published, else of updated.",
                "updated_raw": "The update date as printed.",
                "byline": "Names, as a JSON list.",
                "breadcrumb": "As a JSON list.",
                "rules": "The rule that gave each field, as JSON.",
                "search_extra": "Text in scripts without spaces, a space between characters, for the index.",
                "keys": "Filter tokens for the index.",
                "version": "The number of the current version.",
            },
        },
        "versions": {
            "description": "Every distinct content of an article, numbered in order of arrival; text compressed."
        },
        "captures": {
            "description": "Every fetch: one WARC record, or one image file. Chained by hashes; never changed."
        },
        "events": {"description": "First seen, changed, and what else happened to an article."},
        "images": {"description": "Image files of media/, each once, as served.", "label_column": "path"},
        "article_images": {"description": "The images of each version, with caption, credit and alternative text."},
        "pictures": {"description": "The picture wall: the kept images of articles as they are shown now."},
        "credits": {"description": "On how many pictures of the wall each credit stands, as printed."},
        "sightings": {"description": "What listing pages said of each article, and where it stood."},
        "runs": {
            "description": "Every run: discovered = stored + unchanged + skipped + failed + pending.",
            "sort_desc": "id",
        },
        "urls": {"description": "The ledger: every URL known and what became of it.", "facets": ["kind", "state"]},
        "sections": {
            "description": "The news sections and when each was last walked to its end.",
            "label_column": "name",
        },
        "hosts": {"description": "Hosts: their robots.txt with its expiry, and until when one is left alone."},
        "sites": {"description": "The sites of this archive.", "label_column": "name"},
        "search_words": {"description": "The words of the index: in how many articles each stands, and how often."},
        "search_state": {"description": "What the words were counted of, and how far an older index is brought on."},
    }
}
