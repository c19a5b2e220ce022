"""Articles to take away: what comes out, what never does, and that nothing of it stays behind."""

import asyncio
import csv
import gzip
import io
import json
import shutil
import sqlite3
import tempfile
import threading
import zipfile
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from datasette.app import Datasette

from archive.datasette_plugin import exporting
from archive.datasette_plugin.addresses import Room
from archive.db import open_archive
from archive.errors import TooMuchError
from archive.export.exporting import Wish, export_from
from archive.holdings import Holdings
from archive.reading_room import exporting as made
from archive.reading_room.asked import Asked
from archive.reading_room.exporting import FORMS, ReaderLeftError, make_parcel
from tests.archive.asking import ask, ask_all
from tests.archive.keeping import picture, sha256
from tests.archive.library import CHINESE, HIDDEN, TAKEN_DOWN, fill, run

ROOM = Room("/archive")
# Tables of SQLite, of the index, and of the export itself.
_INNER = ("sqlite_", "articles_fts", "search_", "chosen", "taken", "addresses", "index_lines")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that no test changes."""
    made = tmp_path_factory.mktemp("library") / "ws"
    fill(made)
    return made


@pytest.fixture(autouse=True)
def passing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder for files that are on their way: after each test nothing is in it."""
    folder = tmp_path / "passing"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


def key_of(root: Path, url: str) -> str:
    with sqlite3.connect(root / "archive.db") as db:
        (key,) = db.execute("SELECT key FROM articles WHERE url = ?", (url,)).fetchone()
    db.close()
    return str(key)


def unpacked(form: str, data: bytes) -> dict[str, bytes]:
    """Return all files of an export with their bytes, none of them packed."""
    if form in ("markdown", "wacz"):
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            assert packed.testzip() is None
            found = {name: packed.read(name) for name in packed.namelist()}
    else:
        found = {form: data}
    return {name: gzip.decompress(part) if part[:2] == b"\x1f\x8b" else part for name, part in found.items()}


def test_lines_are_what_the_command_writes(root: Path, tmp_path: Path) -> None:
    for form in ("jsonl", "csv"):
        run(root, "export", form, "harbour", "-o", str(tmp_path / form))
        got = ask(root, ROOM.export(format=form, q="harbour"))
        assert got.content == (tmp_path / form).read_bytes()
    assert [row["title"] for row in csv.DictReader(io.StringIO(got.content.decode("utf-8-sig")))] == ["Harbour report"]


def test_files_hold_pages_and_pictures(root: Path) -> None:
    markdown = unpacked("markdown", ask(root, ROOM.export(format="markdown", q="harbour")).content)
    texts = [text.decode() for name, text in markdown.items() if name.endswith(".md")]
    assert len(texts) == 1
    assert "The harbour is \\*closed\\*." in texts[0]
    assert picture() in markdown.values()
    wacz = unpacked("wacz", ask(root, ROOM.export(format="wacz", q="harbour")).content)
    assert {"datapackage.json", "pages/pages.jsonl", "archive/data.warc.gz"} <= set(wacz)
    warc = unpacked("warc", ask(root, ROOM.export(format="warc", q="harbour")).content)["warc"]
    assert warc.count(b"WARC-Type: response") == wacz["archive/data.warc.gz"].count(b"WARC-Type: response") > 2


@pytest.mark.parametrize("form", FORMS)
def test_a_file_is_handed_out_as_what_it_is(root: Path, form: str) -> None:
    got = ask(root, ROOM.export(format=form, q='质量 "\r\nX: y/..\\é'))
    if got.status_code == 404:
        got = ask(root, ROOM.export(format=form, q="质量"))
    ending = FORMS[form].ending
    assert got.headers["content-disposition"] == f'attachment; filename="archive-articles{ending}"'
    assert got.headers["content-type"] == FORMS[form].mime
    assert int(got.headers["content-length"]) == len(got.content) > 100
    assert got.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in got.headers["content-security-policy"]


def test_names_are_letters_that_any_system_takes() -> None:
    said = {
        "Quay wall": "quay-wall",
        "../../x": "x",
        'a"\r\nb': "a-b",
        "Ärger": "arger",
        "质量": "articles",
        "x" * 99: "x" * 60,
    }
    assert {text: Asked(text).name("articles") for text in said} == said


@pytest.mark.parametrize("form", FORMS)
def test_what_was_taken_down_is_in_no_export(root: Path, form: str) -> None:
    everything = unpacked(form, ask(root, ROOM.export(format=form)).content)
    assert any(b"Quay" in part for part in everything.values())
    for text in (HIDDEN, TAKEN_DOWN):
        assert not any(text.encode() in part for part in everything.values())
    assert ask(root, ROOM.export(format=form, q=key_of(root, TAKEN_DOWN))).status_code == 404


def test_an_article_is_chosen_by_its_key_or_address(root: Path) -> None:
    for name in (key_of(root, CHINESE), CHINESE):
        rows = ask(root, ROOM.export(format="jsonl", q=name)).text.splitlines()
        assert [json.loads(row)["url"] for row in rows] == [CHINESE]
        assert "<strong>1</strong> article would be exported" in ask(root, ROOM.export(q=name)).text


def test_days_choose_too(root: Path) -> None:
    rows = ask(root, ROOM.export(format="jsonl", since="2024-05-01", until="2024-05-01")).text.splitlines()
    assert {json.loads(row)["day"] for row in rows} == {"2024-05-01"}


def test_the_page_says_what_and_how_many(root: Path) -> None:
    text = ask(root, ROOM.export(q="harbour )")).text
    assert '<mark class="wrong">)</mark>' in text
    for form in FORMS.values():
        assert f'name="format" value="{form.name}"' in text
    assert "newsarchive export jsonl -o harbour.jsonl &#39;harbour )&#39;" in text
    got = ask(root, ROOM.export(q="nothing-like-it", format="csv"))
    assert (got.status_code, "there is nothing to take" in got.text) == (404, True)


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ({"format": "parquet"}, 400, "format takes jsonl, csv, markdown, wacz, warc."),
        ({"format": "<script>"}, 400, "format takes"), ({"since": "x"}, 400, "since takes a day"),
        ({"q": "https://nowhere.example/"}, 404, "no article 'https://nowhere.example/' in the archive"),
        ({"q": "https://nowhere.example/", "format": "csv"}, 404, "no article"),
    ],
)  # fmt: skip
def test_what_is_asked_wrongly_is_answered_in_a_line(root: Path, asked: dict[str, str], status: int, said: str) -> None:
    got = ask(root, ROOM.export(**asked))
    assert got.status_code == status
    assert said in got.text
    assert "<" not in got.text


def test_too_many_get_the_command(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FORMS, "markdown", replace(FORMS["markdown"], most=1))
    got = ask(root, ROOM.export(format="markdown", since="2020-01-01"))
    assert got.status_code == 400
    # One of them was taken down, and no search knows of that.
    assert "articles are found; at most 1 are handed out at once" in got.text
    assert "newsarchive export markdown --since 2020-01-01 -o articles" in got.text
    with pytest.raises(TooMuchError, match="3 articles are chosen; at most 1 are handed out at once"):
        make_parcel(root / "archive.db", Asked(), FORMS["markdown"], threading.Event())
    monkeypatch.setattr(made, "_MOST_BYTES", 10)
    monkeypatch.setattr(made, "_LOOKS", 1)
    got = ask(root, ROOM.export(format="wacz"))
    assert (got.status_code, "the file grows over 1e-08 GB" in got.text) == (400, True)


def test_what_cannot_be_read_is_said_before_the_rest_is_given(root: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(root, tmp_path / "ws"))
    for path in (copy / "media").rglob(f"{sha256(picture())}*"):
        path.unlink()
    got, rest = ask_all(copy, [ROOM.export(format="markdown"), ROOM.export(format="markdown", rest=1)])
    assert got.status_code == 409
    assert "cannot read the image" in got.text
    assert rest.status_code == 200
    assert len(unpacked("markdown", rest.content)) > 3


def test_an_export_whose_reader_has_left_ends(root: Path) -> None:
    left = threading.Event()
    left.set()
    for form in FORMS.values():
        with pytest.raises(ReaderLeftError):
            make_parcel(root / "archive.db", Asked(), form, left)


def test_readers_who_leave_leave_nothing(root: Path, passing: Path) -> None:
    """Some before it is made, some while it is sent."""
    sent: list[dict[str, Any]] = []

    async def asked(path: str, messages: list[dict[str, Any]]) -> None:
        datasette = Datasette([str(root / "archive.db")])
        await datasette.invoke_startup()
        name, _, query = path.partition("?")
        scope = {
            "type": "http", "http_version": "1.1", "method": "GET", "path": name, "raw_path": name.encode(),
            "query_string": query.encode(), "headers": [], "scheme": "http",
        }  # fmt: skip

        async def receive() -> dict[str, Any]:
            if messages:
                return messages.pop(0)
            await asyncio.Event().wait()
            raise AssertionError

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)
            if message["type"] == "http.response.body" and message.get("more_body"):
                raise ConnectionResetError

        try:
            await datasette.app()(scope, receive, send)
        finally:
            for database in datasette.databases.values():
                database.close()
            datasette.executor.shutdown()

    asyncio.run(asked(ROOM.export(format="wacz"), [{"type": "http.disconnect"}]))
    assert [message.get("status") for message in sent if "status" in message] in ([499], [200])
    assert list(passing.iterdir()) == []
    sent.clear()
    asyncio.run(asked(ROOM.export(format="wacz"), []))
    assert [message["type"] for message in sent[:2]] == ["http.response.start", "http.response.body"]
    assert "The harbour" not in str(sent[2:])


def test_every_table_that_is_read_is_asked_for(root: Path, tmp_path: Path) -> None:
    read: set[str] = set()

    def note(action: int, table: str | None, *_: Any) -> int:
        if action == sqlite3.SQLITE_READ and table and not table.startswith(_INNER):
            read.add(table)
        return sqlite3.SQLITE_OK

    class Bar:
        def advance(self, number: int = 1) -> None:
            pass

    for form in FORMS.values():
        db = open_archive(root / "archive.db", readonly=True)
        db.conn.set_authorizer(note)
        wish = Wish(
            form.name, tmp_path / f"x{'' if form.name == 'markdown' else form.ending}", ("harbour", "site:herald")
        )
        export_from(db, Holdings(root), wish, lambda *_: nullcontext(Bar()))
        db.close()
    assert read - set(exporting.TABLES) == set()
    denied = {"databases": {"archive": {"tables": {"notes": {"allow": False}}}}}
    assert ask(root, ROOM.export(format="jsonl"), denied).status_code == 403


def test_readers_are_not_told_where_the_archive_lies(root: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(root, tmp_path / "ws"))
    shutil.rmtree(copy / "captures")
    got = ask(copy, ROOM.export(format="warc"))
    assert (got.status_code, "captures/" in got.text, str(tmp_path) in got.text) == (409, True, False)
