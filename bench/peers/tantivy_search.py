"""tantivy on the articles of an archive: indexed whole, asked the benchmark's queries; runs in its own environment.

`python tantivy_search.py ARCHIVE FOLDER QUERIES.json` prints CPU figures as JSON.
"""

import json
import sqlite3
import sys
import time
from pathlib import Path

import tantivy


def main(archive: str, folder: str, queries: str) -> None:
    """Build the index, ask, print."""
    index, ingest = build(archive, Path(folder))
    searcher = index.searcher()
    said: dict[str, list[float]] = {}
    for name, texts in json.loads(Path(queries).read_text(encoding="utf-8")).items():
        for text in texts:
            for order, label in ((None, "relevance"), ("id", "newest")):
                said.setdefault(f"{label} {name}", []).append(asked(index, searcher, text, order))
    size = sum(file.stat().st_size for file in Path(folder).iterdir() if file.is_file())
    print(json.dumps({"ingest": ingest, "bytes": size, "ms": said}))


def build(archive: str, folder: Path) -> tuple[tantivy.Index, float]:
    """Index every article; return the index and CPU seconds."""
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("id", fast=True, stored=True)
    builder.add_text_field("title", stored=True)
    for name in ("body", "captions", "source", "byline", "search_extra"):
        builder.add_text_field(name, stored=name == "body")
    builder.add_text_field("site", tokenizer_name="raw")
    folder.mkdir(parents=True)
    index = tantivy.Index(builder.build(), str(folder))
    writer = index.writer(heap_size=200_000_000, num_threads=1)
    rows = sqlite3.connect(archive).execute(
        "SELECT id, title, body, captions, source, byline, search_extra, site_id FROM articles"
    )
    begun = time.process_time()
    for article_id, title, body, captions, source, byline, extra, site in rows:
        writer.add_document(
            tantivy.Document(
                id=article_id, title=title or "", body=body, captions=captions or "", source=source or "",
                byline=byline, search_extra=extra or "", site=site,
            )
        )  # fmt: skip
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    return index, time.process_time() - begun


def asked(index: tantivy.Index, searcher: tantivy.Searcher, text: str, order: str | None) -> float:
    """Return the CPU milliseconds of one query with twenty documents and their snippets."""
    fields = ["title", "body", "captions", "source", "byline", "search_extra"]
    best = 1e9
    for _ in range(2):
        begun = time.process_time()
        query = index.parse_query(
            text, fields, field_boosts={"title": 6.0, "captions": 3.0}, conjunction_by_default=True
        )
        found = searcher.search(query, 20, order_by_field=order) if order else searcher.search(query, 20)
        generator = tantivy.SnippetGenerator.create(searcher, query, index.schema, "body")
        for _score, address in found.hits:
            generator.snippet_from_doc(searcher.doc(address)).to_html()
        best = min(best, (time.process_time() - begun) * 1000)
    return best


if __name__ == "__main__":
    main(*sys.argv[1:4])
