"""One flipped byte anywhere that matters is named, and nothing is named in an archive that is as it was."""

import json
import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from archive.errors import ArchiveError
from archive.fixity.verifying import Verification, verify
from archive.holdings import Holdings
from archive.identity import article_key
from archive.model import Entry, Image
from archive.runs import finish_run
from tests.archive.keeping import URL, Keeping, article, day_of, picture
from tests.archive.test_migrations import CONTRACT
from tests.e2e.harness import SOAK

FLIPS = {"archive.db": 1500 if SOAK else 45, "captures": 400 if SOAK else 40, "media": 200 if SOAK else 15}
# What proves an article; the ledger, sightings and reports are rebuilt by the next crawl.
PROOFS = ("versions", "article_images", "version_captures", "captures", "records", "images", "articles", "articles_fts")
KEY = article_key(URL)
OF_FIRST = "WHERE number = 1 AND article_id = (SELECT article_id FROM versions WHERE number = 2)"


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive of two runs: versions, images, revisits, records of requests and readings."""
    root = tmp_path_factory.mktemp("filled")
    keeping = Keeping(root)
    image = Image("https://herald.example/1.png", "A ship", "Doe", "ship")
    keeping.listing(Entry(URL, "Harbour report"))
    for body in ("The harbour is quiet.", "港口很安静。码头也很安静。"):
        shown = article(body, images=(image,), byline=("Doe",), source="Herald", published=day_of("2024-05-01"))
        keeping.store(shown, images=[keeping.image(str(image.url), picture())])
    keeping.again()
    keeping.capture(URL, b"same")
    keeping.capture(URL, b"same")
    keeping.store(article("Other.", url="https://herald.example/b.html"))
    keeping.close()
    finish_run(keeping.holdings, keeping.run.id, "finished", {}, None)
    verify(keeping.holdings)
    return root


@pytest.fixture
def root(filled: Path, tmp_path: Path) -> Path:
    shutil.copytree(filled, tmp_path, dirs_exist_ok=True)
    return tmp_path


def verified(root: Path, **how: Any) -> Verification:
    return verify(Holdings(root), **how)


def change(root: Path, sql: str, *values: object) -> None:
    """Change a row as another tool would."""
    with closing(sqlite3.connect(root / "archive.db")) as db, db:
        assert db.execute(sql, values).rowcount >= 1


def rows(root: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(root / "archive.db")) as db:
        return db.execute(sql).fetchall()


def kinds(found: Verification) -> set[str]:
    return {damage.kind for damage in found.damages}


def test_what_is_as_it_was_is_well(root: Path) -> None:
    found = verified(root)
    assert (found.damages, found.orphans) == ([], [])
    assert found.checked["images"] == 1
    assert found.checked["versions"] == 3
    assert found.chain.run == 2
    assert (found.chain.head,) == rows(root, "SELECT chain FROM runs WHERE id = 2")[0]


@pytest.mark.parametrize("column", sorted(set(CONTRACT["versions"].split()) - {"id", "article_id", "number"}))
def test_a_change_in_any_column_of_a_version_is_named(root: Path, column: str) -> None:
    ((value,),) = rows(root, f"SELECT {column} FROM versions {OF_FIRST}")  # noqa: S608
    flipped: object = bytes((value[0], value[1] ^ 1, *value[2:])) if isinstance(value, bytes) else f"{value}x"
    if column in ("same_as", "word_count"):
        flipped = 3
    change(root, f"UPDATE versions SET {column} = ? {OF_FIRST}", flipped)  # noqa: S608
    (damage,) = [each for each in verified(root).damages if each.kind == "version"]
    assert (damage.article, damage.said) == (KEY, "version 1: its row or its images are not what was sealed")


@pytest.mark.parametrize("column", ["url", "caption", "credit", "alt", "error"])
def test_a_change_in_an_image_of_a_version_is_named(root: Path, column: str) -> None:
    change(root, f"UPDATE article_images SET {column} = 'x' WHERE version_id = 1")  # noqa: S608
    assert [each.article for each in verified(root).damages if each.kind == "version"] == [KEY]


@pytest.mark.parametrize(
    "column", [*"url fetched_at status mime headers digest file offset length revisit_of chain withdrawn".split()]
)
def test_a_change_in_any_column_of_a_capture_is_named(root: Path, column: str) -> None:
    value = "x" if column not in ("status", "offset", "length", "revisit_of") else 1
    change(root, f"UPDATE captures SET {column} = ? WHERE id = 2", value)  # noqa: S608
    found = verified(root)
    assert kinds(found) & {"chain", "capture", "database"}
    assert column == "withdrawn" or "chain" in kinds(found)


@pytest.mark.parametrize(
    "column",
    [
        *"title updated day source byline language body captions body_html search_extra keys".split(),
        *"first_seen last_seen state version key rules".split(),
    ],
)
def test_a_change_in_an_article_is_named(root: Path, column: str) -> None:
    value: object = 1 if column == "version" else "2001-01-01" if column == "day" else "x"
    with closing(sqlite3.connect(root / "archive.db")) as db, db:
        db.execute("DROP TRIGGER articles_fts_update")
        db.execute(f"UPDATE articles SET {column} = ? WHERE key = ?", (value, KEY))  # noqa: S608
    assert kinds(verified(root)) & {"article", "database"}


def test_a_past_that_was_changed_shows(root: Path) -> None:
    """Also where whoever did it knew how the chain is made, up to the heads that runs kept."""
    with closing(sqlite3.connect(root / "archive.db")) as db, db:
        db.execute("PRAGMA foreign_keys = OFF")
        db.execute("DELETE FROM captures WHERE id = (SELECT max(id) FROM captures)")
    said = [each.said for each in verified(root).damages if each.kind == "chain"]
    assert said == ["the chain does not have the head that run 2 ended with"]


def test_a_capture_that_was_taken_out_shows(root: Path) -> None:
    with closing(sqlite3.connect(root / "archive.db")) as db, db:
        db.execute("DELETE FROM captures WHERE id = 2")
    assert any("capture 3 follows capture 1" in each.said for each in verified(root).damages)


def test_a_file_that_is_gone_is_named_with_what_to_do(root: Path) -> None:
    (path,) = (root / "media").glob("*/*.png")
    path.unlink()
    (damage,) = verified(root).damages
    assert (damage.kind, damage.said, damage.article) == ("image", "it is not there", KEY)
    assert damage.file == f"media/{path.relative_to(root / 'media')}"
    assert "last backup" in damage.advice


def test_a_capture_is_named_by_file_offset_and_article(root: Path) -> None:
    name, offset, length = rows(
        root,
        "SELECT file, offset, length FROM captures JOIN version_captures ON capture_id = id WHERE version_id = 1",
    )[0]
    path = root / "captures" / name
    data = bytearray(path.read_bytes())
    data[offset + length // 2] ^= 4
    path.write_bytes(data)
    (damage,) = verified(root).damages
    assert (damage.file, damage.offset, damage.article, damage.url) == (f"captures/{name}", offset, KEY, URL)


def test_a_file_that_ends_too_early_is_named(root: Path) -> None:
    path = max((root / "captures").iterdir())
    path.write_bytes(path.read_bytes()[:-9])
    assert [each.kind for each in verified(root).damages] == ["capture"]


def test_what_nobody_names_is_harmless(root: Path) -> None:
    (root / "media" / "ab").mkdir()
    (root / "media" / "ab" / "abc.png").write_bytes(b"x")
    (root / "captures" / "stray.warc.gz").write_bytes(b"x")
    found = verified(root)
    assert found.damages == []
    assert sorted(found.orphans) == ["captures/stray.warc.gz", "media/ab/abc.png"]


def test_a_sample_takes_what_was_verified_longest_ago(root: Path) -> None:
    change(root, "UPDATE fixity SET verified_at = '2001-01-01T00:00:00.000000Z' WHERE file LIKE 'media/%'")
    assert verified(root, sample=1).checked["images"] == 1
    change(root, "UPDATE fixity SET verified_at = '2001-01-01T00:00:00.000000Z' WHERE file LIKE 'captures/%'")
    assert verified(root, sample=1).checked["images"] == 0
    assert verified(root, sample=99).checked["images"] == 1


def test_what_was_verified_when_is_kept(root: Path) -> None:
    (path,) = (root / "media").glob("*/*.png")
    path.write_bytes(b"damaged")
    verified(root)
    scope, checked, damages = rows(root, "SELECT scope, checked, damages FROM verifications ORDER BY id DESC")[0]
    assert (scope, json.loads(checked)["versions"]) == ("all", 3)
    assert json.loads(damages)[0]["kind"] == "image"
    assert rows(root, "SELECT damaged_at IS NULL FROM fixity ORDER BY file DESC")[0] == (0,)
    assert not list(root.glob(".verify-*"))


def test_what_a_killed_verification_left_is_removed(root: Path) -> None:
    (root / ".verify-999999999").mkdir()
    verified(root)
    assert not list(root.glob(".verify-*"))


def test_a_site_alone(root: Path) -> None:
    assert verified(root, site_id="herald").checked["versions"] == 3
    assert verified(root, site_id="elsewhere").checked == {"images": 0, "captures": 0, "bytes": 0, "versions": 0}


# Any byte


def dump(root: Path) -> dict[str, list[tuple[Any, ...]]] | str:
    """Return what proves an article, as bytes; why it cannot be read where it cannot."""
    try:
        with closing(sqlite3.connect(root / "archive.db")) as db:
            db.text_factory = bytes
            return {table: db.execute(f"SELECT * FROM {table}").fetchall() for table in PROOFS}  # noqa: S608
    except (sqlite3.DatabaseError, UnicodeError) as error:
        return str(error)


def flips(root: Path, part: str) -> Iterator[tuple[Path, int, int]]:
    """Yield places of a workspace's part, and what is to be flipped there, always the same ones."""
    files = sorted(
        path
        for path in (root, *root.rglob("*"))
        if path.is_file() and part in (path.name, path.relative_to(root).parts[0])
    )
    dice = random.Random(7)  # noqa: S311
    for _ in range(FLIPS[part]):
        path = dice.choice(files)
        # Most of a small database is room: what is not zero is more likely to be something.
        data = path.read_bytes()
        yield path, dice.choice([place for place, byte in enumerate(data) if byte]), 1 << dice.randrange(8)


def is_named(root: Path) -> bool:
    try:
        return bool(verify(Holdings(root)).damages)
    except ArchiveError:
        return True


@pytest.mark.parametrize("part", FLIPS)
def test_any_flipped_bit_that_changes_what_is_kept_is_named(root: Path, part: str) -> None:
    """In files every bit counts; in the database what no row shows does not: free pages and the ends of pages."""
    whole, expected, mattered = (root / "archive.db").read_bytes(), dump(root), 0
    for path, place, bit in flips(root, part):
        before = path.read_bytes()
        path.write_bytes(before[:place] + bytes((before[place] ^ bit,)) + before[place + 1 :])
        named = is_named(root)
        for name in ("archive.db-wal", "archive.db-shm"):
            (root / name).unlink(missing_ok=True)
        if part == "archive.db":
            path.write_bytes(before[:place] + bytes((before[place] ^ bit,)) + before[place + 1 :])
        matters = part != "archive.db" or dump(root) != expected
        assert named or not matters, (path.name, place, bit)
        mattered += matters
        path.write_bytes(before)
        (root / "archive.db").write_bytes(whole)
    assert mattered >= FLIPS[part] // 12
