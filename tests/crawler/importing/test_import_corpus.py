"""The corpus of WARC, ARC and WACZ files of other tools: all of the good ones, what can be read of the damaged ones."""

import base64
import hashlib
import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import pytest
from warcio.archiveiterator import ArchiveIterator

from tests.crawler.importing.conftest import Importing
from tests.e2e.harness import SHARED, SOAK, newsarchive

CORPUS = SHARED / "corpus" / "warc" if (SHARED / "corpus" / "warc").is_dir() else None
pytestmark = pytest.mark.skipif(CORPUS is None, reason="needs ../shared/corpus/warc")
GOOD = sorted((CORPUS / "good").iterdir()) if CORPUS else []
DAMAGED = sorted((CORPUS / "damaged").iterdir()) if CORPUS else []
Said = tuple[str, str, str, str]
# What an independent look at the bytes finds in the damaged files: records by type, and what is wrong.
SALVAGED = {
    "Evil-Warc-Headers.warc": ({"response": 1}, ["only 827 of its 6,000 bytes are there"]),
    "bad.arc": ({"warcinfo": 1, "response": 3}, ["its length is '-1'", "its length is 'abc'"]),
    "broken.warc": (
        {"warcinfo": 1, "request": 2, "metadata": 1, "response": 2},
        ["its length is 7, but it ends after 339 bytes"],
    ),
    "example-bad-non-chunked.warc.gz": (
        {"warcinfo": 2, "response": 1, "request": 2, "revisit": 1},
        ["warc-block-digest"],
    ),
    "example-digest.warc": ({"request": 4}, ["warc-payload-digest"]),
    "example-space-in-target-uri.warc.gz": ({"warcinfo": 1, "resource": 1}, []),
    "example-trunc.warc": ({"warcinfo": 2, "response": 1, "request": 1}, ["its length is 973, but it ends after 975"]),
    "example-wrong-chunks.warc.gz": ({"response": 1, "request": 1}, ["warc-block-digest"]),
    "invalid_example_1.wacz": ({}, []),
    "missing-status-text.warc": ({"response": 1}, ["its HTTP head has no end"]),
    "transfer_compression_none_truncated.warc.gz": (
        {"warcinfo": 1, "request": 1, "response": 1},
        ["only 366 of its 553 bytes are there"],
    ),
}


def streams(path: Path) -> Iterator[BinaryIO]:
    """Yield the WARC files that a file is or holds."""
    if path.suffix != ".wacz":
        with path.open("rb") as file:
            yield file
        return
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith("archive/") and not name.endswith("/"):
                yield io.BytesIO(archive.read(name))


def said_by_warcio(stream: BinaryIO) -> Iterator[Said]:
    """Yield type, address, second and payload digest of every record, as warcio reads them."""
    for record in ArchiveIterator(stream, arc2warc=True):
        head = record.rec_headers
        payload = base64.b32encode(hashlib.sha1(record.raw_stream.read(), usedforsecurity=False).digest()).decode()
        address = head.get_header("WARC-Target-URI") or head.get_header("WARC-Filename") or ""
        yield record.rec_type, address, (head.get_header("WARC-Date") or "")[:19], payload


def said_by_archive(importing: Importing) -> list[Said]:
    """Return the same of every record that the archive holds: of its files, and of images from rows and media."""
    found: list[Said] = []
    for path in importing.workspace.holdings.captures.glob("*.warc.gz"):
        with path.open("rb") as file:
            own = [said for said in said_by_warcio(file) if not said[1].startswith("import-")]
            found += own
    for url, at, digest in importing.rows("SELECT url, fetched_at, digest FROM captures WHERE file IS NULL"):
        (media,) = importing.workspace.holdings.media.glob(f"{digest[7:9]}/{digest[7:]}.*")
        payload = base64.b32encode(hashlib.sha1(media.read_bytes(), usedforsecurity=False).digest()).decode()
        found.append(("response", url, at[:19], payload))
    return found


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.name)
def test_every_record_is_imported_once(importing: Importing, path: Path) -> None:
    report = importing.take(path)
    assert (report.exit_code, report.damages) == (0, [])
    wanted = [said for stream in streams(path) for said in said_by_warcio(stream)]
    is_arc = ".arc" in path.name
    # warcio gives the record that an ARC file begins with another form.
    have, want = (sorted(said for said in each if not (is_arc and said[0] == "warcinfo")) for each in
                  (said_by_archive(importing), wanted))  # fmt: skip
    assert have == sorted(set(want))
    assert report.types.total() == len(wanted)
    before = importing.rows(
        "SELECT (SELECT count(*) FROM captures), (SELECT count(*) FROM records), (SELECT count(*) FROM versions)"
    )
    again = importing.take(path)
    assert (again.new.total(), again.known) == (0, len(wanted))
    assert before == importing.rows(
        "SELECT (SELECT count(*) FROM captures), (SELECT count(*) FROM records), (SELECT count(*) FROM versions)"
    )


@pytest.mark.parametrize("path", DAMAGED, ids=lambda path: path.name)
def test_what_can_be_read_of_a_damaged_file_is_in_and_the_rest_is_named(importing: Importing, path: Path) -> None:
    types, reasons = SALVAGED[path.name]
    done = newsarchive("-w", str(importing.workspace.root), "import", str(path), "--json")
    importing.check()
    assert done.json["records"] == types
    said = [damage["reason"] for damage in done.json["damages"]]
    for reason in reasons:
        assert any(reason in each for each in said), said
    assert done.code == int(path.name != "example-space-in-target-uri.warc.gz")


@pytest.mark.skipif(not SOAK, reason="NEWSARCHIVE_SOAK=1 runs it; the same with files of our own runs always")
def test_revisits_find_their_originals_in_another_file(importing: Importing) -> None:
    a, b = (CORPUS / "good" / f"datagovuk-2014-{name}.warc.gz" for name in ("a", "b-revisits"))  # type: ignore[operator]
    assert importing.take(b).waiting > 0
    report = importing.take(a)
    assert report.waiting == 0
    assert importing.one("SELECT count(*) FROM captures WHERE revisit_of IS NOT NULL") == 55
