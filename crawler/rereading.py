"""What the archive holds read again: an article out of its captures, by today's parser and definition."""

from collections.abc import Sequence
from pathlib import Path

from archive.model import Article, Entry
from archive.warc import Exchange, Place, read_exchange
from crawler.parsers import join_pages, parse_article
from crawler.site import Site


def read_stored(folder: Path, places: Sequence[Place], site: Site, entry: Entry | None) -> Article | None:
    """Return an article read from the captures of its pages, None where there are none; raises ArchiveError.

    `entry` is what the listing said of the article, as for its first reading.
    """
    kept = [read_exchange(folder, place, decompressed=True) for place in places]
    return read_exchanges(kept, site, entry) if kept else None


def read_exchanges(kept: Sequence[Exchange], site: Site, entry: Entry | None) -> Article:
    """Return the article that responses hold, decompressed and in the order of its pages."""
    return join_pages(
        [
            parse_article(
                exchange.body, exchange.url, content_type=exchange.header("Content-Type"), site=site,
                entry=entry if number == 0 else None, fetched_at=exchange.fetched_at, markdown=False,
            )
            for number, exchange in enumerate(kept)
        ]
    )  # fmt: skip
