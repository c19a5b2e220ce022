"""The index of a WACZ file: CDXJ lines in order, in gzip blocks that a second index names (ZipNum)."""

import gzip
import hashlib
import json
import re
import warnings
from collections.abc import Iterator

from sqlite_utils import Database

from archive.export.placing import Sink
from archive.export.warcs import Written

with warnings.catch_warnings():
    # Its patterns are written without `r`; what pywb looks up is made by this very package.
    warnings.simplefilter("ignore")
    from surt import surt

INDEX = "index.cdx.gz"
_LINES = 3000
_HELD = 1000


class Index:
    """Collects the lines in a table of the connection's own, and writes them in order."""

    def __init__(self, db: Database, filename: str) -> None:
        self._db, self._filename = db, filename
        self._held: list[tuple[str]] = []
        db.conn.execute("CREATE TEMP TABLE index_lines(line TEXT)")

    def add(self, written: Written) -> None:
        """Take in one record."""
        self._held.append((self._line(written),))
        if len(self._held) >= _HELD:
            self._put()

    def write(self, sink: Sink) -> bytes:
        """Write the blocks into a sink and return the index of them."""
        self._put()
        said = [f"!meta 0 {json.dumps({'format': 'cdxj-gzip-1.0', 'filename': INDEX})}\n"]
        offset = 0
        for block in self._blocks():
            packed = gzip.compress("".join(block).encode(), 6, mtime=0)
            sink.write(packed)
            where = {"offset": offset, "length": len(packed), "digest": f"sha256:{hashlib.sha256(packed).hexdigest()}"}
            said.append(f"{block[0].partition('{')[0].strip()} {json.dumps(where)}\n")
            offset += len(packed)
        return "".join(said).encode()

    def _put(self) -> None:
        # Its own table alone: a transaction that reads the archive too would hold a crawl's WAL.
        self._db.conn.execute("BEGIN")
        self._db.conn.executemany("INSERT INTO index_lines VALUES (?)", self._held)
        self._db.conn.execute("COMMIT")
        self._held.clear()

    def _line(self, written: Written) -> str:
        capture = written.capture
        said = {
            "url": capture.url,
            "mime": "warc/revisit" if capture.is_revisit else capture.mime or "unk",
            "status": str(capture.status),
            "digest": capture.digest or "-",
            "length": str(written.length),
            "offset": str(written.offset),
            "filename": self._filename,
        }
        return f"{url_key(capture.url)} {digits(capture.fetched_at)} {json.dumps(said)}\n"

    def _blocks(self) -> Iterator[list[str]]:
        rows = self._db.conn.execute("SELECT line FROM index_lines ORDER BY line")
        while block := rows.fetchmany(_LINES):
            yield [line for (line,) in block]


def url_key(url: str) -> str:
    """Return an address as indexes sort it: the host's parts turned round, what passes left out."""
    try:
        key = str(surt(url))
    except (ValueError, UnicodeError, IndexError, AttributeError, TypeError):
        key = url
    # A line's parts are told apart by spaces.
    return re.sub(r"\s", "%20", key)


def digits(instant: str) -> str:
    """Return a stored instant as fourteen digits."""
    return re.sub(r"\D", "", instant)[:14]
