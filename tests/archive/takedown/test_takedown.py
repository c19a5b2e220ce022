"""Nothing of a withdrawn article is left in any file, wherever the takedown was killed; the rest is as it was."""

import re
import shutil
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archive.db import atomic, open_archive
from archive.errors import ArchiveError
from archive.fixity.verifying import verify
from archive.holdings import Holdings
from archive.identity import article_key
from archive.keys import filter_keys
from archive.model import Entry, Image
from archive.readings import Reading, plan_replacements, show_latest, write_replacements
from archive.runs import finish_run
from archive.storing import ArticleUnit
from archive.takedown.reach import reach_of
from archive.takedown.withdrawing import finish, withdraw
from archive.units import ListingUnit
from archive.visits import UnchangedUnit
from tests.archive.keeping import READING, URL, Keeping, article, picture
from tests.e2e.harness import SOAK

OTHER = "https://herald.example/news/b.html"
SECOND = "https://herald.example/news/a_2.html"
FEED = "https://herald.example/feed.xml"
SAID = (
    "The harbourmaster kept two ledgers and showed the auditors only one of them.",
    "港务局长承认他把两本账簿藏在了办公室的地板下面。",
    "A third ledger was found by divers beneath the old customs pier last spring.",
    "What the divers brought up was read aloud in court for most of a week.",
    "On the second page the clerk admits that he counted every crate twice.",
)
THEIRS = "SELECT * FROM versions JOIN articles ON articles.id = article_id WHERE articles.url = ?"
CAPTIONS = ("Divers haul the ledger onto the quay", "Its pages, drying in the sun")
NOTE = "The clerk's own lawyer rang about this one"


class Killed(Exception):  # noqa: N818 (what happens, not what is wrong)
    """The process ended here."""


def page(*sentences: str) -> bytes:
    return f"<html><h1>Two ledgers</h1><p>{'</p><p>'.join(sentences)}</p></html>".encode()


def pictures() -> dict[str, bytes]:
    """Return three pictures with bytes of their own."""
    return {
        name: picture(name, "PNG", size) for name, size in (("teal", (93, 71)), ("navy", (57, 113)), ("gold", (81, 77)))
    }


def fill(root: Path) -> None:
    """Make an archive with an article of versions, readings, pages, revisits and shared pictures, and another."""
    keeping = Keeping(root)
    own, later, shared = (data + name.encode() * 40 for name, data in pictures().items())
    feed = f"<rss><title>Two ledgers</title><description>&lt;p&gt;{SAID[0]}&lt;/p&gt;</description></rss>".encode()
    listed = Entry(URL, "Two ledgers", summary=SAID[0])
    told = ListingUnit(keeping.run.sections["news"].id, FEED, keeping.capture(FEED, feed), 1, (listed,))
    keeping.writer.put(told)

    def show(body: str, data: bytes, number: int) -> None:
        images = (
            Image(f"https://herald.example/{number}.png", CAPTIONS[0], position=1),
            Image("https://herald.example/s.png", CAPTIONS[1], position=2),
        )
        shown = article(f"{body}\n\n{SAID[4]}", title="Two ledgers", images=images)
        fetched = [keeping.image(str(images[0].url), data), keeping.image(str(images[1].url), shared)]
        captures = (keeping.capture(URL, page(body)), keeping.capture(SECOND, page(SAID[4])))
        keeping.writer.put(ArticleUnit(URL, URL, shown, captures, tuple(fetched), READING, pages=(SECOND,)))
        keeping.writer.flush()

    show(f"{SAID[0]} {SAID[1]}", own, 1)
    show(SAID[2], later, 2)
    # The server has nothing new: a revisit.
    unchanged = keeping.capture(URL, page(SAID[2]))
    keeping.writer.put(UnchangedUnit(URL, keeping.one("SELECT id FROM articles WHERE url = ?", URL), unchanged))
    keeping.store(article("The other one.", url=OTHER, title="Harbour report",
                          images=(Image("https://herald.example/s.png", "A quay"),)),
                  images=[keeping.image("https://herald.example/s.png", shared)])  # fmt: skip
    read_again(keeping)
    article_id = keeping.one("SELECT id FROM articles WHERE url = ?", URL)
    with atomic(keeping.db):
        keeping.db.conn.execute(
            "INSERT INTO notes(article_id, text, at, by) VALUES (?, ?, 't', 'me')", (article_id, NOTE)
        )
    keeping.close()
    finish_run(keeping.holdings, keeping.run.id, "finished", {}, None)


def read_again(keeping: Keeping) -> None:
    """Let another parser read more of the first version."""
    article_id, version_id = keeping.rows("SELECT article_id, id FROM versions WHERE number = 1")[0]
    again = article(f"{SAID[3]}\n\n{SAID[0]}", title="Two ledgers")
    with atomic(keeping.db):
        found = plan_replacements(keeping.db, article_id, {version_id: again})
        write_replacements(keeping.db, article_id, found, Reading("2.0", "t2"), "2024-06-01T00:00:00.000000Z")
        show_latest(keeping.db, article_id, {})


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("filled")
    fill(root)
    return root


@pytest.fixture
def root(filled: Path, tmp_path: Path) -> Path:
    shutil.copytree(filled, tmp_path, dirs_exist_ok=True)
    return tmp_path


def texts(root: Path) -> Iterator[tuple[Path, bytes]]:
    """Yield all that any file of a workspace holds: as it is, every gzip or zlib stream in it unpacked, every row."""
    for path in root.rglob("*"):
        if not path.is_file():
            continue
        data = path.read_bytes()
        yield path, data
        for found in re.finditer(rb"\x1f\x8b\x08|\x78[\x01\x5e\x9c\xda]", data):
            stream = zlib.decompressobj(wbits=47)
            try:
                yield path, stream.decompress(data[found.start() :])
            except zlib.error:
                continue
    with closing(sqlite3.connect(root / "archive.db")) as db:
        for (table,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
            for row in db.execute(f'SELECT * FROM "{table}"'):  # noqa: S608
                yield root / table, repr(row).encode()


def left_of(root: Path, *, but: str = "") -> list[str]:
    """Return what of the article is left anywhere."""
    own, later, _ = (data + name.encode() * 40 for name, data in pictures().items())
    wanted = {text: text.encode() for text in (*SAID, *CAPTIONS, NOTE)}
    wanted |= {f"{text} with spaces": " ".join(text).encode() for text in SAID if not text.isascii()}
    for name, data in (("own", own), ("later", later)):
        wanted |= {f"{name}[{at}]": data[at : at + 32] for at in range(16, len(data) - 32, 7)}
    return sorted(
        {
            f"{name} in {path.name}"
            for path, data in texts(root)
            for name, part in wanted.items()
            if part in data and path.name != but
        }
    )


def take_down(root: Path, url: str = URL) -> None:
    holdings = Holdings(root)
    with closing(open_archive(holdings.database)) as db:
        (article_id,) = db.conn.execute("SELECT id FROM articles WHERE url = ?", (url,)).fetchone()
        withdraw(db, reach_of(db, holdings, article_id), "court order")


def damages(root: Path) -> list[str]:
    return [damage.line for damage in verify(Holdings(root)).damages]


def test_the_archive_holds_it_all_before(root: Path) -> None:
    """Else nothing below proves anything."""
    assert damages(root) == []
    found = left_of(root)
    for text in (*SAID, *CAPTIONS, NOTE, "own[16]", "later[16]"):
        assert any(line.startswith(text) for line in found), text


def test_nothing_of_it_is_left(root: Path) -> None:
    take_down(root)
    assert finish(Holdings(root)) == 1
    assert left_of(root) == []
    assert damages(root) == []
    assert left_of(root) == []


def test_what_others_show_stays(root: Path) -> None:
    with closing(sqlite3.connect(root / "archive.db")) as db:
        before = db.execute(THEIRS, (OTHER,)).fetchall()
        take_down(root)
        finish(Holdings(root))
        assert db.execute(THEIRS, (OTHER,)).fetchall() == before
        assert db.execute("SELECT count(*) FROM images").fetchall() == [(1,)]
        assert db.execute(
            "SELECT url FROM articles WHERE id IN (SELECT rowid FROM articles_fts WHERE articles_fts MATCH 'other')"
        ).fetchall() == [(OTHER,)]


def test_a_tombstone_stays(root: Path) -> None:
    take_down(root)
    finish(Holdings(root))
    with closing(sqlite3.connect(root / "archive.db")) as db:
        assert db.execute("SELECT key, title, body, state, keys FROM articles WHERE url = ?", (URL,)).fetchall() == [
            (article_key(URL), None, "", "withdrawn", "")
        ]
        assert db.execute("SELECT reason, finished IS NULL FROM takedowns").fetchall() == [("court order", 0)]
        assert db.execute(
            "SELECT DISTINCT urls.state, cause FROM urls JOIN articles ON articles.id = article_id WHERE title IS NULL"
        ).fetchall() == [("skipped", "withdrawn")]
        assert db.execute(
            "SELECT count(*) FROM captures WHERE url IN (?, ?) AND withdrawn IS NULL", (URL, SECOND)
        ).fetchone() == (0,)


def steps_of(root: Path) -> list[str]:
    names: list[str] = []
    finish(Holdings(root), names.append)
    return names


def test_killed_at_every_step_it_is_finished_by_the_next(root: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    take_down(root)
    folder = tmp_path_factory.mktemp("killed")
    begun = folder / "begun"
    shutil.copytree(root, begun)
    steps = steps_of(root)
    assert len(steps) > 10
    for number in range(len(steps)) if SOAK else (0, len(steps) // 2, len(steps) - 4, len(steps) - 2):
        again = folder / str(number)
        shutil.copytree(begun, again)

        def kill(_: str, left: list[int] = [number]) -> None:  # noqa: B006 (counts down)
            if not left[0]:
                raise Killed
            left[0] -= 1

        with pytest.raises(Killed):
            finish(Holdings(again), kill)
        if number < len(steps) - 1:
            assert any(line.startswith("takedown: ") for line in damages(again)), steps[number]
            finish(Holdings(again))
        assert damages(again) == []
        assert left_of(again) == [], steps[number]
        shutil.rmtree(again)


def test_a_record_that_was_half_overwritten_is_named_and_finished(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    take_down(root)

    def torn(path: Path, offset: int, length: int, stone: object) -> None:
        with path.open("r+b") as file:
            file.seek(offset + 2)
            file.write(bytes(length // 2))
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr("archive.withdrawn.overwrite", torn)
        with pytest.raises(Killed):
            finish(Holdings(root))
    assert any("takedown" in line for line in damages(root))
    finish(Holdings(root))
    assert (damages(root), left_of(root)) == ([], [])


def test_what_is_fetched_again_all_the_same_does_not_stay(root: Path) -> None:
    """Under its own address or another that leads there: neither the page nor its pictures keep their bytes."""
    take_down(root)
    finish(Holdings(root))
    keeping = Keeping(root)
    own, *_ = (data + name.encode() * 40 for name, data in pictures().items())
    moved = "https://herald.example/moved.html"
    for url, identity in ((URL, URL), (moved, URL), (moved, moved)):
        image = Image("https://herald.example/1.png", CAPTIONS[0])
        shown = article(SAID[0], url=url, images=(image,))
        fetched = (keeping.image(str(image.url), own),)
        unit = ArticleUnit(url, identity, shown, (keeping.capture(url, page(SAID[0])),), fetched, READING, live=True)
        keeping.writer.put(unit)
        keeping.writer.flush()
        assert unit.outcome == "skipped"
    keeping.listing(Entry(URL, "Two ledgers", summary=SAID[0]), revisit_at="2030-01-01T00:00:00.000000Z")
    keeping.close()
    finish_run(keeping.holdings, keeping.run.id, "finished", {}, None)
    assert (left_of(root), damages(root)) == ([], [])
    with closing(open_archive(root / "archive.db")) as db:
        assert db.conn.execute("SELECT count(*) FROM articles").fetchone() == (2,)
        assert db.conn.execute("SELECT url, due_at FROM urls WHERE cause = 'withdrawn' ORDER BY url").fetchall() == [
            (moved, None), (URL, None), (SECOND, None)]  # fmt: skip
        (article_id,) = db.conn.execute("SELECT id FROM articles WHERE url = ?", (URL,)).fetchone()
        assert filter_keys(db, article_id, "herald", None)
        assert db.conn.execute("SELECT keys FROM articles WHERE id = ?", (article_id,)).fetchone() == ("",)


def test_a_reader_of_the_past_is_named(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As long as somebody sees the state before, the log of writes keeps it."""
    monkeypatch.setattr("archive.takedown.withdrawing._SECONDS", 0)
    with closing(sqlite3.connect(root / "archive.db")) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM articles").fetchone()
        take_down(root)
        with pytest.raises(ArchiveError, match=r"somebody still reads .*newsarchive takedown --finish"):
            finish(Holdings(root))
        reader.rollback()
    assert any("takedown" in line for line in damages(root))
    assert finish(Holdings(root)) == 1
    assert (damages(root), left_of(root)) == ([], [])


def test_the_same_page_under_another_article_is_named(root: Path) -> None:
    keeping = Keeping(root)
    twin = article("Quite another text.", url="https://herald.example/twin.html", title="Twin")
    keeping.writer.put(ArticleUnit(twin.url, twin.url, twin, (keeping.capture(twin.url, page(SAID[2])),), (), READING))
    keeping.close()
    with closing(open_archive(root / "archive.db")) as db:
        (article_id,) = db.conn.execute("SELECT id FROM articles WHERE url = ?", (URL,)).fetchone()
        assert reach_of(db, keeping.holdings, article_id).twins == [article_key("https://herald.example/twin.html")]


def test_every_table_that_names_articles_is_emptied_or_meant_to_stay(root: Path) -> None:
    """A table that comes later is emptied by its foreign key; one that must stay is named."""
    take_down(root)
    finish(Holdings(root))
    with closing(sqlite3.connect(root / "archive.db")) as db:
        (article_id,) = db.execute("SELECT id FROM articles WHERE url = ?", (URL,)).fetchone()
        for (table,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
            for column, to in db.execute('SELECT "from", "table" FROM pragma_foreign_key_list(?)', (table,)).fetchall():
                if to == "articles" and table not in ("urls", "events", "absences", "article_sections", "takedowns"):
                    left = f"SELECT count(*) FROM {table} WHERE {column} = ?"  # noqa: S608
                    assert db.execute(left, (article_id,)).fetchone() == (0,), table
