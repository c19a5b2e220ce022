"""WACZ 1.1.1: captures, their index and a list of pages in one ZIP file (https://specs.webrecorder.net/wacz/1.1.1/)."""

import datetime as dt
import hashlib
import json
import struct
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from sqlite_utils import Database

from archive.export.cdxj import INDEX, Index
from archive.export.choosing import chosen_ids
from archive.export.content import captures_of, records_of, version_id
from archive.export.placing import Tally
from archive.export.warcs import WarcExport
from archive.holdings import Holdings
from archive.model import utc_now
from archive.reader import Record
from archive.software import SOFTWARE

_WARC = "data.warc.gz"
_VERSION = "1.1.1"


@dataclass(slots=True)
class Package:
    """The ZIP file as it is written: its parts in order, each with its digest."""

    file: BinaryIO
    now: dt.datetime
    resources: list[dict[str, Any]] = field(default_factory=list)
    _zip: zipfile.ZipFile = field(init=False)

    def __post_init__(self) -> None:
        self._zip = zipfile.ZipFile(self.file, "w")

    @contextmanager
    def part(self, path: str, *, deflated: bool = False, listed: bool = True) -> Iterator[Tally]:
        """Give a sink for one part; what is packed already is stored, so that readers can jump into it."""
        info = zipfile.ZipInfo(path, (*self.now.timetuple()[:6],))
        info.compress_type = zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED
        info.external_attr = 0o644 << 16
        # A size that is not known yet makes the part's own head longer; ReplayWeb.page (wabac.js 2) looks at that head
        # only where the directory's entry has an extra field too: here the time, as Unix counts it.
        info.extra = struct.pack("<HHBL", 0x5455, 5, 1, int(self.now.timestamp()) & 0xFFFFFFFF)
        with self._zip.open(info, "w", force_zip64=True) as entry:
            tally = Tally(entry)
            yield tally
        if listed:
            name = path.rpartition("/")[2]
            self.resources.append({"name": name, "path": path, "hash": f"sha256:{tally.sha256}", "bytes": tally.bytes})

    def close(self) -> None:
        """Write the ZIP file's own directory."""
        self._zip.close()


@dataclass(frozen=True, slots=True)
class WaczResult:
    """What was written: WARC records, pages, and what could not be read."""

    records: int
    pages: int
    problems: list[str]


def write_wacz(
    db: Database, holdings: Holdings, file: BinaryIO, said: str, on_capture: Callable[[], None] = lambda: None
) -> WaczResult:
    """Write the taken captures of the chosen articles as a WACZ file."""
    index = Index(db, _WARC)
    # Closed also where it ends early: a ZIP file that is forgotten writes its end into whatever its file is by then.
    with closing(Package(file, utc_now())) as package:
        with package.part(f"archive/{_WARC}") as sink:
            warc = WarcExport(db, holdings, sink)
            for written in warc.write(said, on_capture):
                index.add(written)
        with package.part(f"indexes/{INDEX}") as sink:
            blocks = index.write(sink)
        with package.part("indexes/index.idx", deflated=True) as sink:
            sink.write(blocks)
        with package.part("pages/pages.jsonl", deflated=True) as sink:
            first, pages = _write_pages(db, sink)
        _write_package(package, said, first)
    return WaczResult(warc.records, pages, warc.problems)


def _write_pages(db: Database, sink: Tally) -> tuple[dict[str, Any] | None, int]:
    """Write a page for each version that a capture shows; return the first and their number."""
    first, number = None, 0
    head = {"format": "json-pages-1.0", "id": "pages", "title": "Articles", "hasText": True}
    sink.write(_line(head))
    for article_id in chosen_ids(db):
        for record in records_of(db, article_id, all_versions=True):
            page = _page(db, record)
            if page:
                first = first or page
                number += 1
                sink.write(_line(page))
    return first, number


def _page(db: Database, record: Record) -> dict[str, Any] | None:
    shown = next((each for each in captures_of(db, version_id(record)) if each["position"] == 1), None)
    if shown is None:
        return None
    title = record.article.title or "(untitled)"
    return {
        "id": f"{record.row['key']}-v{record.number}", "url": shown["url"], "ts": seconds(shown["fetched_at"]),
        "title": title if record.number == record.row["version"] else f"{title} (version {record.number})",
        "text": "\n\n".join(filter(None, (record.article.body, record.article.captions))),
    }  # fmt: skip


def _write_package(package: Package, said: str, first: dict[str, Any] | None) -> None:
    manifest = {
        "profile": "data-package", "wacz_version": _VERSION, "title": f"newsarchive: {said or 'all articles'}",
        "description": "News articles with every version that was captured, their images and their text.",
        "created": package.now.isoformat(timespec="seconds").replace("+00:00", "Z"), "software": SOFTWARE,
        **({"mainPageUrl": first["url"], "mainPageDate": first["ts"]} if first else {}),
        "resources": package.resources,
    }  # fmt: skip
    data = json.dumps(manifest, ensure_ascii=False, indent=2).encode()
    with package.part("datapackage.json", deflated=True, listed=False) as sink:
        sink.write(data)
    digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(data).hexdigest()}"}
    with package.part("datapackage-digest.json", deflated=True, listed=False) as sink:
        sink.write(json.dumps(digest, indent=2).encode())


def seconds(instant: str) -> str:
    """Return a stored instant without the parts of its seconds."""
    return f"{instant[:19]}Z"


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "replace") + b"\n"
