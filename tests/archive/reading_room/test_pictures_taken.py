"""Pictures to take away, and what strangers, permissions and takedowns make of them."""

import csv
import io
import json
import re
import zipfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from archive.db import atomic, open_archive
from archive.reading_room import pictures
from archive.reading_room.pictures import Picture, Wanted, read_selection, read_wall
from crawler.workspace import make_workspace
from tests.archive.asking import ask, ask_all
from tests.archive.keeping import Keeping, picture
from tests.archive.reading_room.gallery import (
    CHINESE_ID,
    CRANE_ID,
    HOSTILE,
    LOGO_ID,
    QUAY_ID,
    ROOM,
    SHIP,
    SHIP_ID,
    show,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def test_a_zip_holds_the_bytes_as_served_and_a_table(root: Path) -> None:
    got = ask(root, ROOM.taken("zip", month="2024-05"))
    assert got.headers["content-type"] == "application/zip"
    assert got.headers["content-disposition"] == 'attachment; filename="pictures-2024-05-01-2024-05-31.zip"'
    assert got.headers["x-content-type-options"] == "nosniff"
    with zipfile.ZipFile(io.BytesIO(got.content)) as archive:
        assert archive.testzip() is None
        assert sorted(archive.namelist()) == sorted(
            ["pictures.csv", *(f"{each}.png" for each in (CRANE_ID, CHINESE_ID, SHIP_ID, LOGO_ID))]
        )
        assert archive.read(f"{SHIP_ID}.png") == SHIP
        rows = [*csv.DictReader(io.StringIO(archive.read("pictures.csv").decode("utf-8-sig")))]
    assert [row["file"] for row in rows] == [f"{each}.png" for each in (CRANE_ID, CHINESE_ID, SHIP_ID, LOGO_ID)]
    ship = rows[2]
    assert (ship["caption"], ship["credit"], ship["title"]) == ("A ship at the quay wall.", "Jane Doe", "May")
    assert (ship["day"], ship["mime"], ship["width"], ship["height"]) == ("2024-05-02", "image/png", "8", "6")
    assert ship["url"] == "https://herald.example/may"
    assert ship["sha256"] == SHIP_ID


def test_what_a_page_wrote_is_no_formula_and_no_file_name(root: Path) -> None:
    table, listed, packed = ask_all(root, [ROOM.taken(form) for form in ("csv", "json", "zip")])
    rows = [*csv.DictReader(io.StringIO(table.content.decode("utf-8-sig")))]
    assert {row["sha256"]: row["caption"] for row in rows}[QUAY_ID] == "'=Quay without a day"
    assert listed.json()["next"] is None
    assert listed.json()["pictures"][0]["caption"] == HOSTILE
    with zipfile.ZipFile(io.BytesIO(packed.content)) as archive:
        assert all(re.fullmatch(r"[0-9a-f]{64}\.png|pictures\.csv", name) for name in archive.namelist())


def test_a_file_that_is_missing_is_named_by_its_absence(copy: Path) -> None:
    next((copy / "media").rglob(f"{SHIP_ID}*")).unlink()
    got = ask(copy, ROOM.taken("zip"))
    with zipfile.ZipFile(io.BytesIO(got.content)) as archive:
        rows = [*csv.DictReader(io.StringIO(archive.read("pictures.csv").decode("utf-8-sig")))]
        assert f"{SHIP_ID}.png" not in archive.namelist()
    assert {row["sha256"]: row["file"] for row in rows}[SHIP_ID] == ""


@pytest.mark.parametrize("bound", [{"MOST": 2}, {"MOST_BYTES": 2 * len(SHIP)}])
def test_what_is_too_much_comes_in_parts(root: Path, bound: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in bound.items():
        monkeypatch.setattr(pictures, name, value)
    found: list[str] = []
    address: str | None = ROOM.taken("json")
    while address:
        said = ask(root, address).json()
        assert 0 < len(said["pictures"]) <= 2
        found += [each["sha256"] for each in said["pictures"]]
        address = said["next"].removeprefix("http://localhost") if said["next"] else None
    assert found == [SHIP_ID, CRANE_ID, CHINESE_ID, QUAY_ID, LOGO_ID]
    got = ask(root, ROOM.taken("zip", site="herald"))
    with zipfile.ZipFile(io.BytesIO(got.content)) as archive:
        note = archive.read("NOT-ALL.txt").decode()
    assert note.startswith("These are the newest of the pictures that were asked for: ")
    following = note.splitlines()[1]
    assert f'<{following}>; rel="next"' == got.headers["link"]
    assert "site=herald" in following


PAYLOADS = (
    HOSTILE,
    "</figcaption></figure><svg onload=alert(1)>",
    "javascript:alert(1)",
    "' onfocus=alert(1) autofocus='",
    '" onmouseover="alert(1)',
    "<!--<script>-->",
    "{% include '/etc/passwd' %}",
    "\u202e<b>\u0000</b>",
    "<base href=//evil.example>",
    "<style>*{display:none}</style>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "</title><script>alert(1)</script>",
)


def test_nothing_that_a_page_wrote_runs(tmp_path: Path) -> None:
    make_workspace(tmp_path / "ws")
    keeping = Keeping(tmp_path / "ws")
    for number, payload in enumerate(PAYLOADS):
        show(keeping, f"x{number}", "2024-05-02", (picture(f"#0000{number:02x}"), payload, payload), alt=payload,
             title=payload, language=payload)  # fmt: skip
    keeping.db.conn.execute("UPDATE article_images SET url = 'javascript:alert(1)//' || url")
    shown = [row[0] for row in keeping.rows("SELECT sha256 FROM images")]
    keeping.close()
    addresses = [ROOM.pictures(), *map(ROOM.picture, shown)]
    addresses += [ROOM.pictures(q=payload, credit=payload) for payload in PAYLOADS]
    for address, got in zip(addresses, ask_all(tmp_path / "ws", addresses), strict=True):
        assert got.status_code == 200, address
        _is_harmless(got.text)
        assert "script-src 'self'" in got.headers["content-security-policy"]


def _is_harmless(html: str) -> None:
    """Read the page as a browser does: no element and no attribute that a template has not written."""
    from lxml import html as reading

    tree = reading.document_fromstring(html)
    assert {str(each.get("src")).partition("?")[0] for each in tree.iter("script")} == {"/-/newsarchive/room.js"}
    assert not [*tree.iter("base", "style", "iframe", "object", "embed", "svg", "b")]
    for each in tree.iter():
        named = [name for name in each.attrib if name.lower().startswith("on") or name == "autofocus"]
        assert named == [], reading.tostring(each)
        for name in ("href", "src", "action"):
            assert not (each.get(name) or "").strip().lower().startswith(("javascript:", "//", "data:")), each.attrib


def test_denied_tables_deny_the_wall(root: Path) -> None:
    for table in ("articles", "article_images", "images", "captures", "pictures"):
        denied = {"databases": {"archive": {"tables": {table: {"allow": False}}}}}
        got = ask_all(root, [ROOM.pictures(), ROOM.picture(SHIP_ID), ROOM.taken("zip")], denied)
        assert [each.status_code for each in got] == [403] * 3, table


@pytest.mark.parametrize("looked", ["read_wall", "read_selection"])
def test_what_is_withdrawn_is_not_shown(copy: Path, looked: str) -> None:
    with closing(open_archive(copy / "archive.db")) as db:
        with atomic(db):
            db.conn.execute(
                "UPDATE captures SET withdrawn = 't' FROM images WHERE captures.id = capture_id AND sha256 = ?",
                (QUAY_ID,),
            )
        reading: dict[str, Callable[[], tuple[Picture, ...]]] = {
            "read_wall": lambda: read_wall(db, Wanted()).pictures,
            "read_selection": lambda: read_selection(db, Wanted(), None)[0],
        }
        assert QUAY_ID not in [each.sha256 for each in reading[looked]()]
    page, small, whole = ask_all(copy, [ROOM.picture(QUAY_ID), ROOM.thumb(QUAY_ID), ROOM.image(QUAY_ID)])
    assert (page.status_code, small.status_code, whole.status_code) == (404, 410, 410)


def test_json_is_json(root: Path) -> None:
    got = ask(root, ROOM.taken("json", site="zhbao"))
    assert json.loads(got.content)["pictures"][0]["credit"] == "摄影：王小明"
