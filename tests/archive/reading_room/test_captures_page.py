"""The page of a fetch, and its record out of the WARC file."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.reading_room import captures
from archive.warc import Place, read_exchange
from tests.archive.keeping import picture, sha256
from tests.archive.reading_room.stories import SHIP, STORY, TAKEN, Asking, fill, key_of, rows, text_of


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that no test changes."""
    return fill(tmp_path_factory.mktemp("captures") / "ws")


@pytest.fixture(scope="module")
def ask(root: Path) -> Iterator[Asking]:
    asking = Asking(root)
    yield asking
    asking.close()


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Path:
    """A workspace to be damaged."""
    return Path(shutil.copytree(root, tmp_path / "ws"))


def first_of(root: Path, url: str) -> tuple[int, str, int, int]:
    """Return id and place of the first fetch of an address."""
    sql = "SELECT id, file, offset, length FROM captures WHERE url = ? ORDER BY id LIMIT 1"
    row_id, file, offset, length = rows(root, sql, url)[0]
    return row_id, file, offset, length


def test_a_capture_says_what_is_known_of_it(root: Path, ask: Asking) -> None:
    row_id, file, offset, length = first_of(root, STORY)
    page = ask.page(f"capture/{row_id}")
    said = text_of(page)
    for words in (STORY, "2024-05-03T12:02", "200, text/html", "sha256:", f"{file}, offset {offset}, {length} bytes"):
        assert words in said
    (chain,) = rows(root, "SELECT chain FROM captures WHERE id = ?", row_id)[0]
    assert chain in said
    assert 'ETag "e1"' in text_of(page, "th, td")
    shown = [link.get("href") for link in page.cssselect("h2 + ul a")]
    assert shown == [f"/archive/-/article/{key_of(root, STORY)}?version=1"]
    assert [link.get("rel") for link in page.cssselect(".pager a")] == ["next"]


def test_raw_is_exactly_the_record(root: Path, ask: Asking, tmp_path: Path) -> None:
    row_id, file, offset, length = first_of(root, STORY)
    got = ask(f"capture/{row_id}?raw=1")
    assert got.content == (root / "captures" / file).read_bytes()[offset : offset + length]
    assert got.headers["content-type"] == "application/warc"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-disposition"] == f'attachment; filename="capture-{row_id}.warc.gz"'
    (tmp_path / "one.warc.gz").write_bytes(got.content)
    assert read_exchange(tmp_path, Place("one.warc.gz", 0, length)).url == STORY


def test_a_picture_has_no_record(root: Path, ask: Asking) -> None:
    row_id, *_ = first_of(root, SHIP)
    page = ask.page(f"capture/{row_id}")
    assert f"/archive/-/picture/{sha256(picture('red'))}" in [link.get("href") for link in page.cssselect("dd a")]
    assert "its bytes are kept as a picture" in text_of(ask.page(f"capture/{row_id}?raw=1", 404))


def test_a_withdrawn_capture_gives_nothing(root: Path, ask: Asking) -> None:
    row_id, *_ = first_of(root, TAKEN)
    page = ask.page(f"capture/{row_id}", 410)
    assert "Taken down" in text_of(page)
    assert "ETag" not in text_of(page)
    assert not [link for link in page.cssselect("a") if "raw" in link.get("href", "")]
    assert "tombstone" in text_of(ask.page(f"capture/{row_id}?raw=1", 410))


def test_what_there_is_not(ask: Asking) -> None:
    for number in ("0", "999999", "9" * 15):
        assert ask(f"capture/{number}").status_code == 404


@pytest.mark.parametrize(
    "file", ["../archive.db", "/etc/passwd", "x/../../archive.db", "link", "a\0b", "", ".", "absent"]
)
def test_no_row_leads_out_of_the_folder(copy: Path, file: str) -> None:
    row_id, *_ = first_of(copy, STORY)
    (copy / "captures" / "link").symlink_to(copy / "archive.db")
    rows(copy, "UPDATE captures SET file = ?, offset = 0, length = 20 WHERE id = ?", file, row_id)
    asking = Asking(copy)
    try:
        got = asking(f"capture/{row_id}?raw=1")
        assert got.status_code == 404
        assert "SQLite format" not in got.text
        assert asking(f"capture/{row_id}").status_code == 200
    finally:
        asking.close()


@pytest.mark.parametrize(("column", "value", "words"), [
    ("length", 2**40, "is not sent"), ("offset", -1, "is not sent"), ("offset", 2**40, "ends before the record"),
])  # fmt: skip
def test_a_record_that_is_not_there_as_told(copy: Path, column: str, value: int, words: str) -> None:
    row_id, *_ = first_of(copy, STORY)
    rows(copy, f"UPDATE captures SET {column} = ? WHERE id = ?", value, row_id)  # noqa: S608
    asking = Asking(copy)
    try:
        assert words in text_of(asking.page(f"capture/{row_id}?raw=1", 404))
    finally:
        asking.close()
    assert captures.MOST_BYTES >= 2**25
