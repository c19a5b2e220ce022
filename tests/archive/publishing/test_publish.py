"""What is published: whole, compacted, without what is nobody else's, and served by a real Datasette as immutable."""

import hashlib
import json
import re
import shlex
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from datasette.cli import cli
from datasette.plugins import pm
from datasette.utils import temporary_docker_directory

from archive import datasette_plugin
from archive.db import open_archive
from archive.errors import ArchiveError, UsageError
from archive.holdings import Holdings
from archive.publishing import writing
from archive.publishing.leaving_out import PRIVATE, PUBLIC
from archive.publishing.writing import Wish, publish
from tests.archive.keeping import Keeping, article
from tests.archive.library import run
from tests.archive.routes import ask_all, every_address, make_library, samples_of, started

ROOT = Path(__file__).parents[3]
# Nothing of this may be in any file that is published.
SECRETS = ("s3cr3t-p4ss", "sid=c00k1e", "a private remark", "Mr Anonymous", "an error of a run", "/home/someone/import")
_PRIVATE = """
UPDATE sections SET url = 'https://user:s3cr3t-p4ss@herald.example/news/';
UPDATE urls SET etag = 'sid=c00k1e', due_at = '2030-01-01';
UPDATE captures SET headers = '[["Content-Type", "image/png"], ["Set-Cookie", "sid=c00k1e"]]' WHERE file IS NULL;
UPDATE runs SET error = 'an error of a run';
UPDATE runs SET state = 'running', finished = NULL WHERE id = (SELECT max(id) FROM runs);
UPDATE takedowns SET reason = 'asked by Mr Anonymous';
INSERT INTO notes(article_id, text, at, by) SELECT id, 'a private remark', '2024', 'Mr Anonymous' FROM articles LIMIT 1;
INSERT INTO tags SELECT id, 'harbours', '2024' FROM articles LIMIT 1;
INSERT INTO edits(article_id, field, before, after, note, at, by)
  SELECT id, 'title', '{"value": "a"}', '"b"', 'a private remark', '2024', 'Mr Anonymous' FROM articles LIMIT 1;
INSERT INTO imports(path, size, mtime, state, started) VALUES ('/home/someone/import', 1, '', 'finished', '');
INSERT INTO notices(key, kind, site_id, level, said, first_seen)
  VALUES ('k', 'failed', 'herald', 1, 'an error of a run', '2024');
INSERT INTO images(sha256, mime, bytes, path) VALUES ('0000', 'image/png', 1, '00/unshown.png');
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with something private in every place for it; no test changes it."""
    made = tmp_path_factory.mktemp("publishing") / "ws"
    make_library(made)
    with closing(sqlite3.connect(made / "archive.db")) as db, db:
        db.executescript(_PRIVATE)
    return made


@pytest.fixture(scope="module")
def published(root: Path) -> Path:
    """What the workspace is published to, beside it."""
    target = root.parent / "public"
    said = run(root, "publish", str(target), "--title", "Harbour news").output
    assert said.startswith(f"Published 4 articles with 1 images to {target} ")
    return target


def rows(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{folder / 'archive.db'}?immutable=1", uri=True)) as db:
        return db.execute(sql).fetchall()


def test_every_table_is_public_or_private(keeping: Keeping) -> None:
    tables = {
        name
        for (name,) in keeping.rows("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")
        if not name.startswith(("sqlite_", "_sqlite"))
    }
    assert tables == PUBLIC | PRIVATE, "archive/publishing/leaving_out.py says who may see a table"
    assert not PUBLIC & PRIVATE


def test_what_is_private_is_in_no_file(root: Path, published: Path) -> None:
    with closing(sqlite3.connect(root / "archive.db")) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    held = (root / "archive.db").read_bytes()
    assert [secret for secret in SECRETS if secret.encode() not in held] == [], "the workspace has all of it"
    files = [path for path in published.rglob("*") if path.is_file()]
    assert len(files) == 6
    found = [(path.name, secret) for path in files for secret in SECRETS if secret.encode() in path.read_bytes()]
    assert found == []
    for table in PRIVATE:
        assert rows(published, f"SELECT count(*) FROM {table}") == [(0,)], table  # noqa: S608
    assert rows(published, "SELECT url FROM sections") == [("https://***@herald.example/news/",)] * 2
    assert rows(published, "SELECT DISTINCT headers FROM captures WHERE file IS NULL") == [
        ('[["Content-Type","image/png"]]',)
    ]


def test_what_the_sites_said_is_all_there(root: Path, published: Path) -> None:
    for table in PUBLIC - {"images", "totals"}:
        asked = f"SELECT count(*) FROM {table}"  # noqa: S608
        with closing(sqlite3.connect(root / "archive.db")) as db:
            assert rows(published, asked) == db.execute(asked).fetchall(), table
    assert rows(published, "SELECT count(*) FROM images") == [(1,)]
    assert rows(published, "SELECT DISTINCT state FROM runs") == [("interrupted",)]
    assert rows(published, "SELECT tag FROM tags") == [("harbours",)]


def test_the_database_is_compact_and_can_be_immutable(root: Path, published: Path) -> None:
    assert rows(published, "PRAGMA freelist_count") == [(0,)]
    assert rows(published, "PRAGMA integrity_check") == [("ok",)]
    assert (published / "archive.db").read_bytes()[18:20] == b"\x01\x01", "there is no log to look for"
    assert sorted(path.name for path in published.iterdir()) == [
        "archive.db", "inspect-data.json", "media", "metadata.json", "newsarchive-export.json", "settings.json",
    ]  # fmt: skip
    assert rows(published, "SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'articles'") > [(0,)]
    inspected = json.loads((published / "inspect-data.json").read_text())["archive"]
    data = (published / "archive.db").read_bytes()
    assert (inspected["size"], inspected["hash"]) == (len(data), hashlib.sha256(data).hexdigest())
    assert inspected["tables"]["articles"]["count"] == 4


def test_images_are_the_same_file_on_the_same_disk(root: Path, published: Path) -> None:
    (path,) = [each for each in (published / "media").rglob("*") if each.is_file()]
    assert path.stat().st_ino == (root / "media" / path.relative_to(published / "media")).stat().st_ino


def test_images_are_copied_to_another_disk(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    made = publish(Holdings(root), Wish(tmp_path / "public"))
    assert (made.images, made.problems) == (1, [])
    (path,) = [each for each in (tmp_path / "public" / "media").rglob("*") if each.is_file()]
    assert path.stat().st_nlink == 1
    assert hashlib.sha256(path.read_bytes()).hexdigest() == path.stem


def test_a_damaged_image_is_left_out_and_said(root: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(root, tmp_path / "ws"))
    (image,) = [each for each in (copy / "media").rglob("*") if each.is_file()]
    image.write_bytes(b"other bytes")
    said = run(copy, "publish", str(tmp_path / "public"), code=4).output
    assert f"cannot publish the image {image}: it is missing or damaged\n" in said
    assert [each for each in (tmp_path / "public" / "media").rglob("*") if each.is_file()] == []
    image.unlink()
    answer = json.loads(run(copy, "publish", str(tmp_path / "public"), "--force", "--json", code=4).output)
    assert answer["problems"] == [f"cannot publish the image {image}: it is missing or damaged"]
    assert (answer["articles"], answer["images"]) == (4, 0)


def test_captures_and_notes_go_with_it_if_asked(root: Path, tmp_path: Path) -> None:
    run(root, "publish", str(tmp_path / "public"), "--captures", "--notes")
    (ours,), (theirs,) = (sorted((each / "captures").iterdir()) for each in (root, tmp_path / "public"))
    assert ours.read_bytes() == theirs.read_bytes()
    assert rows(tmp_path / "public", "SELECT text, by FROM notes") == [("a private remark", "Mr Anonymous")]
    assert rows(tmp_path / "public", "SELECT count(*) > 0 FROM records") == [(1,)]


def test_a_crawl_may_go_on(root: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(root, tmp_path / "ws"))
    writer = Keeping(copy)
    writer.store(article("Written while it is published.", url="https://herald.example/late"))
    made = publish(Holdings(copy), Wish(tmp_path / "public"))
    assert made.articles == 5
    writer.store(article("Written after.", url="https://herald.example/later"))
    writer.close()
    assert rows(tmp_path / "public", "SELECT count(*) FROM articles") == [(5,)]


@pytest.mark.parametrize("place", [".", "..", "captures", "media/public", "archive.db", "sites/x", "locks"])
def test_the_workspaces_own_files_are_refused(root: Path, place: str) -> None:
    with pytest.raises(UsageError) as caught:
        publish(Holdings(root), Wish(root / place, force=True))
    assert str(caught.value) == f"{root / place} is the workspace's own; give the name of a new folder"


def test_what_is_there_is_replaced_only_if_asked_and_ours(root: Path, published: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is there already; give another name, or --force to replace it"):
        publish(Holdings(root), Wish(published))
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "diary.txt").write_text("dear diary")
    with pytest.raises(UsageError, match="was not made by an export, so it is not replaced"):
        publish(Holdings(root), Wish(tmp_path / "mine", force=True))
    again = Path(shutil.copytree(published, tmp_path / "again"))
    (again / "left.txt").write_text("left")
    publish(Holdings(root), Wish(again, force=True))
    assert not (again / "left.txt").exists()


def test_it_appears_when_it_is_whole(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(writing, "_describe", fail)
    with pytest.raises(ArchiveError) as caught:
        publish(Holdings(root), Wish(tmp_path / "public"))
    assert str(caught.value) == (
        f"cannot publish {root / 'archive.db'} to {tmp_path / 'public'}: database or disk is full; free space there, "
        "or run `newsarchive verify`"
    )
    assert list(tmp_path.iterdir()) == []


def test_an_unfinished_takedown_comes_first(root: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(root, tmp_path / "ws"))
    with closing(sqlite3.connect(copy / "archive.db")) as db, db:
        db.execute("UPDATE takedowns SET finished = NULL")
    with pytest.raises(ArchiveError) as caught:
        publish(Holdings(copy), Wish(tmp_path / "public"))
    assert str(caught.value) == "a takedown is not finished; run `newsarchive takedown --finish`, then publish"


def test_there_must_be_an_archive(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="there is no archive at"):
        publish(Holdings(tmp_path), Wish(tmp_path / "public"))
    open_archive(tmp_path / "archive.db").close()
    assert publish(Holdings(tmp_path), Wish(tmp_path / "public")).articles == 0


def check_pages(client: httpx.Client, published: Path) -> None:
    """Every page of the reading room answers, and Datasette's own, with the images."""
    samples = samples_of(published / "archive.db")
    pages = [path for path in every_address(samples) if "/watch/" not in path]
    found = {path: client.get(path).status_code for path in (*pages, "/", "/archive", "/archive/articles")}
    assert {path: status for path, status in found.items() if status not in (200, 302)} == {}
    assert hashlib.sha256(client.get(f"/archive/-/image/{samples['sha256']}").content).hexdigest() == samples["sha256"]
    assert client.get("/archive/search.json?q=harbour&_shape=array").json()[0]["key"] == samples["key"]
    (database,) = client.get("/-/databases.json").json()
    assert (database["name"], database["is_mutable"]) == ("archive", False)
    assert len(database["hash"]) == 64
    assert [each["count"] for each in client.get("/archive.json").json()["tables"] if each["name"] == "articles"] == [4]


def printed(root: Path, published: Path, name: str) -> str:
    said = json.loads(run(root, "publish", str(published), "--force", "--json").output)
    return str(said[name])


def test_the_printed_command_serves_it_as_immutable(root: Path, tmp_path: Path) -> None:
    published = tmp_path / "public"
    command = shlex.split(printed(root, published, "try"))
    assert command[:3] == ["datasette", "-i", str(published / "archive.db")]
    before = sorted(path.name for path in published.iterdir())
    with started(sys.executable, *command[1:], cwd=tmp_path) as client:
        check_pages(client, published)
    assert sorted(path.name for path in published.iterdir()) == before, "nothing was written beside it"


def test_the_folder_is_one_that_datasette_knows(published: Path) -> None:
    registered = pm.is_registered(datasette_plugin)
    if not registered:
        pm.register(datasette_plugin, name="newsarchive")
    try:
        found = ask_all(
            [],
            ["/-/databases.json", "/-/settings.json", "/-/metadata.json", "/archive/-/changes"],
            config_dir=published,
        )
    finally:
        if not registered:
            pm.unregister(datasette_plugin)
    (database,) = found["/-/databases.json"].json()
    assert (database["name"], database["is_mutable"]) == ("archive", False)
    settings = found["/-/settings.json"].json()
    assert (settings["suggest_facets"], settings["truncate_cells_html"]) == (False, 300)
    assert found["/-/metadata.json"].json()["title"] == "Harbour news"
    assert "Harbour report" in found["/archive/-/changes"].text


def test_what_datasette_publish_would_run_works(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The folder that `datasette publish` sends away is made as it makes it, and its own command is run there."""
    published = tmp_path / "public"
    _, _, sent = printed(root, published, "publish").partition(" && ")
    words = shlex.split(sent)
    assert words[:4] == ["datasette", "publish", "cloudrun", "archive.db"]
    option = dict(zip(words[4::2], words[5::2], strict=True))
    monkeypatch.chdir(published)
    with (published / "metadata.json").open() as metadata, temporary_docker_directory(
        ["archive.db"], "app", metadata, option["--extra-options"], None, None, None,
        [tuple(option["--static"].split(":"))], ["newsarchive"], False, None, "secret",
    ) as folder:  # fmt: skip
        inspect, serve = (
            re.search(pattern, (Path(folder) / "Dockerfile").read_text())
            for pattern in (r"RUN datasette (inspect .*)", r"CMD datasette serve (.*) --port \$PORT")
        )
        assert inspect is not None
        assert serve is not None
        monkeypatch.chdir(folder)
        assert CliRunner().invoke(cli, inspect[1].split()).exit_code == 0
        served = serve[1].replace("--host 0.0.0.0", "--host 127.0.0.1").split()
        with started(sys.executable, *served, cwd=Path(folder)) as client:
            check_pages(client, Path(folder))
            sha256 = samples_of(published / "archive.db")["sha256"]
            raw = client.get(f"/media/{sha256[:2]}/{sha256}.png")
            assert raw.status_code == 404, "images are shown with our headers alone"
