"""An article over time, as Memento clients ask for it."""

import datetime as dt
import json
import re
import shutil
import sqlite3
from pathlib import Path

import pytest
from sqlite_utils import Database

from archive.memento import Memento, in_force, wanted_instant
from tests.archive.asking import ask, ask_all
from tests.archive.keeping import URL, picture, sha256
from tests.archive.library import CHINESE, HIDDEN, OTHER, TAKEN_DOWN, fill

pytestmark = pytest.mark.usefixtures("plugged")

FIRST, SECOND = "20240503120500", "20240503120800"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that no test changes."""
    made = tmp_path_factory.mktemp("library") / "ws"
    fill(made)
    return made


@pytest.fixture(scope="module")
def key(root: Path) -> str:
    with sqlite3.connect(root / "archive.db") as db:
        (found,) = db.execute("SELECT key FROM articles WHERE url = ?", (URL,)).fetchone()
    db.close()
    return str(found)


def links_of(text: str) -> list[tuple[str, dict[str, str]]]:
    """Read links as RFC 8288 writes them."""
    return [
        (address, dict(re.findall(r'(\w+)="([^"]*)"', said)))
        for address, said in re.findall(r"<([^>]*)>((?:\s*;\s*\w+=\"[^\"]*\")*)", text)
    ]


def test_a_timemap_lists_every_change(root: Path, key: str) -> None:
    got = ask(root, f"/archive/-/timemap/link/{key}")
    assert got.headers["content-type"] == "application/link-format"
    links = links_of(got.text)
    by_rel = {said["rel"]: address for address, said in links}
    base = "http://localhost/archive/-"
    assert by_rel == {
        "original": URL, "self": f"{base}/timemap/link/{key}", "timemap": f"{base}/timemap/json/{key}",
        "timegate": f"{base}/timegate/{key}", "first memento": f"{base}/memento/{key}/{FIRST}",
        "last memento": f"{base}/memento/{key}/{SECOND}",
    }  # fmt: skip
    assert [said["datetime"] for _, said in links if "memento" in said["rel"]] == [
        "Fri, 03 May 2024 12:05:00 GMT", "Fri, 03 May 2024 12:08:00 GMT",
    ]  # fmt: skip


def test_a_timemap_is_found_by_the_original_address_too(root: Path, key: str) -> None:
    by_address = ask(root, f"/archive/-/timemap/json/{URL}").json()
    assert by_address == ask(root, f"/archive/-/timemap/json/{key}").json()
    assert [each["version"] for each in by_address["mementos"]["list"]] == [1, 2]
    assert by_address["original_uri"] == URL
    assert ask(root, f"/archive/-/timemap/json/{CHINESE}").json()["original_uri"] == CHINESE


def test_a_return_to_an_earlier_version_is_a_memento(root: Path, tmp_path: Path, key: str) -> None:
    copy = Path(shutil.copytree(root, tmp_path / "ws"))
    with sqlite3.connect(copy / "archive.db") as db:
        # The last fetch, a revisit, showed the first version again.
        db.execute(
            "UPDATE version_captures SET version_id = 1 WHERE capture_id = (SELECT id FROM captures WHERE status = 304)"
        )
    db.close()
    said = ask(copy, f"/archive/-/timemap/json/{key}").json()
    assert [each["version"] for each in said["mementos"]["list"]] == [1, 2, 1]


@pytest.mark.parametrize(
    ("wanted", "digits"),
    [
        (None, SECOND),
        ("Fri, 03 May 2024 12:08:00 GMT", SECOND),
        ("Fri, 03 May 2024 12:07:59 GMT", FIRST),
        ("Fri, 03 May 2024 12:05:00 GMT", FIRST),
        ("Thu, 01 Jan 1970 00:00:00 GMT", FIRST),
        ("Fri, 03 May 2999 12:00:00 GMT", SECOND),
    ],
)
def test_the_timegate_leads_to_what_was_in_force(root: Path, key: str, wanted: str | None, digits: str) -> None:
    got = ask(root, f"/archive/-/timegate/{key}", **({"Accept_Datetime": wanted} if wanted else {}))
    assert got.status_code == 302
    assert got.headers["location"] == f"http://localhost/archive/-/memento/{key}/{digits}"
    assert "accept-datetime" in got.headers["vary"]
    rels = [said["rel"] for _, said in links_of(got.headers["link"])]
    assert rels == ["original", "timegate", "timemap", "first memento", "last memento"]


def test_a_date_that_is_none_is_refused(root: Path, key: str) -> None:
    got = ask(root, f"/archive/-/timegate/{key}", Accept_Datetime="yesterday")
    assert (got.status_code, got.text) == (400, "Accept-Datetime is no date as HTTP writes them.")


def test_a_memento_shows_its_version(root: Path, key: str) -> None:
    first, second = (ask(root, f"/archive/-/memento/{key}/{digits}") for digits in (FIRST, SECOND))
    assert first.headers["memento-datetime"] == "Fri, 03 May 2024 12:05:00 GMT"
    assert "The harbour is quiet." in first.text
    assert "The harbour is *closed*." in second.text
    rels = {said["rel"]: address for address, said in links_of(first.headers["link"])}
    assert rels["last next memento"].endswith(SECOND) or rels["last memento next"].endswith(SECOND)
    image = f"/archive/-/image/{sha256(picture())}"
    assert f'<img src="{image}"' in second.text
    got = ask(root, image)
    assert (got.content, got.headers["content-type"]) == (picture(), "image/png")
    assert "sandbox" in got.headers["content-security-policy"]


def test_no_page_runs_a_script(root: Path, tmp_path: Path, key: str) -> None:
    copy = Path(shutil.copytree(root, tmp_path / "ws"))
    hostile = (
        '<p onclick="x()">a</p><script>x()</script><a href="javascript:x()">b</a>'
        "<img src=x onerror=x()><svg/onload=x()>"
    )
    with sqlite3.connect(copy / "archive.db") as db:
        db.execute("UPDATE versions SET body_html = ?, title = '<script>t()</script>' WHERE number = 2", (hostile,))
        db.execute("UPDATE articles SET url = 'https://herald.example/\"><script>u()</script>' WHERE url = ?", (URL,))
    db.close()
    got = ask(copy, f"/archive/-/memento/{key}/{SECOND}")
    assert not re.search(r"<script|\sonclick|\sonerror|onload|href=.?javascript", got.text)
    assert got.headers["content-security-policy"].startswith("default-src 'none'; img-src 'self'")
    assert "<script>" not in got.headers["link"]


def test_what_there_is_not(root: Path, key: str) -> None:
    for path, status in (
        (f"/archive/-/timegate/{TAKEN_DOWN}", 410),
        (f"/archive/-/timemap/link/{TAKEN_DOWN}", 410),
        ("/archive/-/timegate/absent", 404),
        (f"/archive/-/memento/{key}/19990101000000", 404),
        (f"/archive/-/image/{'0' * 64}", 404),
        (f"/absent/-/timegate/{key}", 404),
    ):
        got = ask(root, path)
        assert got.status_code == status, path
        assert HIDDEN not in got.text
        assert "Traceback" not in got.text


def test_who_may_not_see_the_tables_sees_no_memento(root: Path, key: str) -> None:
    closed = {"databases": {"archive": {"allow": False}}}
    for path in (f"timemap/link/{key}", f"timegate/{key}", f"memento/{key}/{FIRST}", f"image/{sha256(picture())}"):
        got = ask(root, f"/archive/-/{path}", closed)
        assert got.status_code == 403, path
        assert "harbour" not in got.text
    some = {"databases": {"archive": {"tables": {"versions": {"allow": False}}}}}
    assert ask(root, f"/archive/-/memento/{key}/{FIRST}", some).status_code == 403


def test_what_began_within_a_second_is_in_force_in_it() -> None:
    began = dt.datetime(2024, 5, 3, 12, 0, 0, 500_000, tzinfo=dt.UTC)
    mementos = [Memento(began - dt.timedelta(days=1), 1), Memento(began, 2)]
    assert in_force(mementos, began.replace(microsecond=0)).version == 2
    assert wanted_instant("Fri, 03 May 2024 12:00:00 -0000") == dt.datetime(2024, 5, 3, 12, tzinfo=dt.UTC)


def test_every_article_has_a_timemap(root: Path) -> None:
    assert json.loads(ask(root, f"/archive/-/timemap/json/{OTHER}").text)["mementos"]["first"]["version"] == 1


def test_a_database_of_any_name_leads_to_its_mementos(root: Path, tmp_path: Path, key: str) -> None:
    """Datasette writes letters such as a tilde in its own way."""
    named = tmp_path / "a~b.db"
    Database(root / "archive.db").conn.execute("VACUUM INTO ?", (str(named),))
    (gate,) = ask_all([named], [f"/a~7Eb/-/timegate/{key}"])
    leads = gate.headers["location"].removeprefix("http://localhost")
    page, timemap = ask_all([named], [leads, f"/a~7Eb/-/timemap/link/{key}"])
    assert page.status_code == 200
    assert "/a~7Eb/-/memento/" in timemap.text
    assert "/a~b/" not in timemap.text + page.text + page.headers["link"]
