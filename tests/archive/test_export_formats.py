"""Readings as other tools take them: what is written is what their own parsers read."""

import csv
import io
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

import bagit
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from archive.db import open_archive
from archive.errors import ArchiveError, NotFoundError, UsageError
from archive.export.frontmatter import front_matter
from archive.export.lines import COLUMNS, write_csv, write_jsonl
from archive.export.markdown import as_markdown
from archive.export.parquet import write_parquet
from archive.export.placing import new_file, new_folder
from archive.search import search
from tests.archive.keeping import URL, picture, sha256
from tests.archive.library import CHINESE, HIDDEN, fill, run

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent / "exported"
REGENERATE = "NEWSARCHIVE_REGENERATE=1 python -m pytest --no-cov tests/archive/test_export_formats.py"
# The replaced half characters of a text, and what no text of SQLite holds.
TEXTS = st.text(st.characters(codec="utf-8"), max_size=60)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that no test changes."""
    made = tmp_path_factory.mktemp("library") / "ws"
    fill(made)
    return made


def files_of(folder: Path) -> dict[str, bytes]:
    """Return what lies in a folder, the release's own number aside."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix in (".md", ".jsonl", ".csv")
    }


@pytest.mark.parametrize("name", ["current", "all"])
def test_what_is_written_is_what_was_agreed(root: Path, tmp_path: Path, name: str) -> None:
    more = ("--all-versions",) if name == "all" else ()
    for form, path in (("jsonl", "articles.jsonl"), ("csv", "articles.csv"), ("markdown", "markdown")):
        run(root, "export", form, *more, "-o", str(tmp_path / path))
    if os.environ.get("NEWSARCHIVE_REGENERATE"):
        for path, data in files_of(tmp_path).items():
            (GOLDEN / name / path).parent.mkdir(parents=True, exist_ok=True)
            (GOLDEN / name / path).write_bytes(data)
    assert files_of(tmp_path) == files_of(GOLDEN / name), f"if that is meant: {REGENERATE}"


def test_json_lines_are_what_show_says_and_what_proves_it(root: Path, tmp_path: Path) -> None:
    said = run(root, "export", "jsonl", CHINESE, "-o", "-")
    row = json.loads(said.stdout)
    assert {**row, **json.loads(run(root, "show", CHINESE, "--json").stdout)} == row
    (capture,) = row["captures"]
    assert capture["digest"].startswith("sha256:")
    assert said.stderr.startswith("Exported 1 article, 1 version (")


def test_a_reader_that_has_enough_is_no_error(root: Path) -> None:
    command = f"{sys.executable} -m crawler.cli -w {root} export jsonl --all-versions -o - | true"
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", command],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert "Traceback" not in done.stderr
    assert "rror" not in done.stderr


def test_nothing_that_fits_is_an_empty_export(root: Path, tmp_path: Path) -> None:
    said = run(root, "export", "csv", "nowhere", "-o", str(tmp_path / "none.csv"))
    assert said.stdout.splitlines()[0] == "No article fits: the export is empty."
    assert (tmp_path / "none.csv").read_bytes() == b"\xef\xbb\xbf" + ",".join(COLUMNS).encode() + b"\r\n"


def test_a_parquet_table_holds_typed_columns(root: Path, tmp_path: Path) -> None:
    run(root, "export", "parquet", "--all-versions", "-o", str(tmp_path / "a.parquet"))
    table = parquet.read_table(tmp_path / "a.parquet")
    rows = table.to_pylist()
    assert [(row["url"], row["version"]) for row in rows][:2] == [(URL, 1), (URL, 2)]
    assert str(table.schema.field("seen_at").type) == "timestamp[us, tz=UTC]"
    assert str(table.schema.field("day").type) == "date32[day]"
    assert rows[0]["images"][0]["sha256"] == sha256(picture())
    assert rows[0]["seen_at"].isoformat() == "2024-05-03T12:05:00+00:00"
    assert rows[1]["captures"][0]["digest"] == f"sha256:{rows[1]['sha256']}"


def test_parquet_without_its_library_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(UsageError, match=r"^Parquet needs pyarrow; install it: pip install 'newsarchive\[parquet\]'$"):
        write_parquet([], io.BytesIO())


def row(**said: Any) -> dict[str, Any]:
    """Return an article's version with these fields."""
    empty: dict[str, Any] = dict.fromkeys(COLUMNS)
    lists: dict[str, Any] = {name: [] for name in ("sections", "byline", "breadcrumb", "images", "captures")}
    at = "2024-05-03T12:00:00.000000Z"
    texts = {"body": "", "body_html": "", "seen_at": at, "first_seen": at, "last_seen": at}
    return empty | lists | {"id": 1, "version": 1, "current_version": 1} | texts | said


@given(st.lists(st.tuples(TEXTS, TEXTS, st.lists(TEXTS, max_size=3)), max_size=4), st.booleans())
def test_csv_comes_back(said: list[tuple[str, str, list[str]]], bom: bool) -> None:
    file = io.BytesIO()
    write_csv((row(title=title, body=body, byline=names) for title, body, names in said), file, bom=bom)
    read = list(csv.DictReader(io.StringIO(file.getvalue().decode("utf-8-sig"), newline="")))
    for found, (title, body, names) in zip(read, said, strict=True):
        for cell, text in ((found["title"], title), (found["body"], body)):
            # An apostrophe guards what would be computed, and nothing else is changed.
            assert cell in (text, f"'{text}")
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
        assert json.loads(found["byline"]) == names


@given(st.lists(st.tuples(TEXTS, st.lists(TEXTS, max_size=3)), max_size=4))
def test_json_lines_come_back(said: list[tuple[str, list[str]]]) -> None:
    file = io.BytesIO()
    write_jsonl((row(title=title, byline=names) for title, names in said), file)
    assert [(each["title"], each["byline"]) for each in map(json.loads, file.getvalue().splitlines())] == said


@given(st.lists(st.tuples(st.text(max_size=40), st.lists(TEXTS, max_size=3)), max_size=4))
def test_parquet_comes_back(said: list[tuple[str, list[str]]]) -> None:
    file = io.BytesIO()
    write_parquet((row(title=title, byline=names) for title, names in said), file)
    read = parquet.read_table(io.BytesIO(file.getvalue())).to_pylist()
    assert [(each["title"], each["byline"]) for each in read] == [
        (title.encode("utf-8", "replace").decode(), names) for title, names in said
    ]


@given(TEXTS, st.lists(TEXTS, max_size=3), st.none() | st.integers() | st.booleans())
def test_front_matter_comes_back(title: str, names: list[str], number: int | None) -> None:
    fields = {"title": title, "authors": names, "number": number, "images": [{"caption": title}]}
    text = front_matter(fields)
    assert text.startswith("---\n")
    assert text.endswith("\n---\n")
    assert "\n---\n" not in text.removesuffix("---\n").removesuffix("\n")
    kept = {name: value for name, value in fields.items() if value not in (None, "", [])}
    assert yaml.safe_load(text.removesuffix("---\n")) == kept


def test_half_a_character_does_not_break_front_matter() -> None:
    assert yaml.safe_load(front_matter({"title": "a\ud800b"}).removesuffix("---\n")) == {"title": "a\ufffdb"}


def test_markdown_shows_what_html_says() -> None:
    html = (
        '<p>2. A *star*, _x_ and &lt;b&gt;</p><figure><img src="sha256:' + "a" * 64 + '" alt="[ship]">'
        '<figcaption>At sea</figcaption></figure><p><img src="https://x.example/a (1).png" alt=""></p>'
    )
    assert as_markdown(html, lambda sha256: f"../{sha256[:2]}.png") == (
        "2\\. A \\*star\\*, \\_x\\_ and \\<b\\>\n\n![\\[ship\\]](../aa.png)\n\n*At sea*\n\n"
        "![](https://x.example/a%20%281%29.png)"
    )


def test_an_image_of_a_markdown_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    fill(tmp_path / "ws")
    for path in (tmp_path / "ws" / "media").rglob("*.png"):
        path.unlink()
    said = run(tmp_path / "ws", "export", "markdown", "-o", str(tmp_path / "md"), code=4).stdout
    assert "cannot read the image" in said
    assert not list((tmp_path / "md").rglob("*.png"))


def test_a_bag_of_all_is_whole_and_its_archive_opens(root: Path, tmp_path: Path) -> None:
    run(root, "export", "bagit", "-o", str(tmp_path / "bag"))
    bag = bagit.Bag(str(tmp_path / "bag"))
    bag.validate()
    kept = {path.name: path.read_bytes() for path in (root / "captures").glob("*.warc.gz")}
    assert {path.name: path.read_bytes() for path in (tmp_path / "bag/data/captures").iterdir()} == kept
    with sqlite3.connect(tmp_path / "bag/data/archive.db") as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        db.execute("INSERT INTO articles_fts(articles_fts, rank) VALUES ('integrity-check', 1)")
    db.close()
    with closing(open_archive(tmp_path / "bag/data/archive.db", readonly=True)) as opened:
        assert [hit.title for hit in search(opened, "quay")] == ["Quay"]
    (tmp_path / "bag/data/captures" / next(iter(kept))).write_bytes(b"changed")
    with pytest.raises(bagit.BagValidationError):
        bag.validate()


def test_a_bag_of_some_holds_them_alone(root: Path, tmp_path: Path) -> None:
    run(root, "export", "bagit", "harbour", "-o", str(tmp_path / "bag"))
    bagit.Bag(str(tmp_path / "bag")).validate()
    data = tmp_path / "bag" / "data"
    assert sorted(path.name for path in data.iterdir()) == ["articles.jsonl", "captures.warc.gz", "media"]
    rows = [json.loads(line) for line in (data / "articles.jsonl").read_text().splitlines()]
    assert [(each["url"], each["version"]) for each in rows] == [(URL, 1), (URL, 2)]
    (image,) = (path for path in (data / "media").rglob("*") if path.is_file())
    assert image.read_bytes() == picture()


def test_no_reading_of_what_was_taken_down_leaves(root: Path, tmp_path: Path) -> None:
    for form, name in (("jsonl", "a.jsonl"), ("csv", "a.csv"), ("markdown", "md"), ("parquet", "a.parquet")):
        said = run(root, "export", form, "--all-versions", "-o", str(tmp_path / name)).stdout
        assert "taken down: 1 article\n" in said, form
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert HIDDEN.encode() not in everything
    assert HIDDEN not in parquet.read_table(tmp_path / "a.parquet").column("body").to_pylist()


def refused(root: Path, *arguments: str) -> str:
    with pytest.raises(UsageError) as caught:
        run(root, "export", *arguments)
    return str(caught.value)


def test_an_address_is_no_search(root: Path, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"no article 'https://herald\.example/news/absent' in the archive"):
        run(root, "export", "csv", "https://herald.example/news/absent", "-o", str(tmp_path / "a.csv"))
    assert list(tmp_path.iterdir()) == []


def test_what_cannot_be_wished_for(root: Path, tmp_path: Path) -> None:
    place = str(tmp_path / "a.wacz")
    assert refused(root, "wacz", "-o", "-") == "wacz cannot be written to stdout; only jsonl and csv can"
    assert refused(root, "wacz", "--all-versions", "-o", place) == (
        "wacz always holds every version; leave --all-versions out"
    )
    assert refused(root, "warc", "-o", place) == f"{place} must end in .warc.gz: other tools know a WARC file by that"
    assert refused(root, "jsonl", "-o", str(tmp_path)) == f"{tmp_path} is a folder; give the name of a file"
    nowhere = tmp_path / "no" / "a.csv"
    assert (
        refused(root, "csv", "-o", str(nowhere))
        == f"there is no folder {nowhere.parent}; make it, or give another name"
    )
    assert list(tmp_path.iterdir()) == []


def test_nothing_is_overwritten_unasked(root: Path, tmp_path: Path) -> None:
    file, folder, own = tmp_path / "a.csv", tmp_path / "md", tmp_path / "own"
    for path in (folder, own):
        path.mkdir()
    file.write_text("mine")
    (own / "letter.txt").write_text("mine")
    assert refused(root, "csv", "-o", str(file)).endswith(
        "is there already; give another name, or --force to replace it"
    )
    assert file.read_text() == "mine"
    run(root, "export", "csv", "--force", "-o", str(file))
    assert file.read_text() != "mine"
    run(root, "export", "markdown", "--force", "-o", str(folder))
    run(root, "export", "markdown", "harbour", "--force", "-o", str(folder))
    assert len(list(folder.rglob("*.md"))) == 1
    assert refused(root, "markdown", "--force", "-o", str(own)) == (
        f"{own} was not made by an export, so it is not replaced; give another name"
    )
    assert (own / "letter.txt").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv", "md", "own"]


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("before")
    with pytest.raises(ArchiveError, match=r"cannot write .*a\.csv: No space left on device; free space"):
        fail_after_half(new_file(path, force=True), lambda file: file.write(b"half"))
    with pytest.raises(ArchiveError):
        fail_after_half(new_folder(tmp_path / "folder", force=False), lambda made: (made / "half").write_text("half"))
    assert path.read_text() == "before"
    assert [each.name for each in tmp_path.iterdir()] == ["a.csv"]


def fail_after_half(place: AbstractContextManager[Any], write: Callable[[Any], object]) -> None:
    with place as opened:
        write(opened)
        raise OSError(28, "No space left on device")


def test_a_disk_that_takes_no_more_is_one_line(root: Path, tmp_path: Path) -> None:
    """Files may grow to 64 KB here, which is less than the archive has."""
    command = f"ulimit -f 64; {sys.executable} -B -m crawler.cli -w {root} export bagit -o {tmp_path}/bag"
    done = subprocess.run(["bash", "-c", command], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 4, done
    # What measures coverage complains behind it.
    said = done.stderr.partition("\n")[0]
    assert re.fullmatch(r"newsarchive: cannot export from .*archive\.db: .*; free space at .*", said)
    assert list(tmp_path.iterdir()) == []


def test_a_killed_export_leaves_no_file_and_the_next_one_sweeps(tmp_path: Path) -> None:
    script = (
        "import sys, time\nfrom pathlib import Path\nfrom archive.export.placing import new_file\n"
        "with new_file(Path(sys.argv[1]), force=False) as file:\n"
        "    file.write(b'half' * 9999); file.flush(); print('there', flush=True); time.sleep(60)\n"
    )
    path = tmp_path / "a[1].csv"
    with subprocess.Popen([sys.executable, "-c", script, str(path)], cwd=ROOT, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        # One that still runs is let alone.
        with new_file(tmp_path / "b.csv", force=False) as file:
            file.write(b"b")
        process.send_signal(signal.SIGKILL)
    assert not path.exists()
    (left,) = tmp_path.glob(".a*")
    assert left.stat().st_size
    with new_file(path, force=False) as file:
        file.write(b"whole")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a[1].csv", "b.csv"]


@pytest.mark.skipif(os.environ.get("NEWSARCHIVE_SOAK") != "1", reason="takes minutes; NEWSARCHIVE_SOAK=1 runs it")
@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet", "wacz"])
def test_memory_stays_flat(tmp_path: Path, form: str) -> None:
    script = (
        "import atexit, resource, sys\nfrom crawler.cli import newsarchive\n"
        "atexit.register(lambda: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr))\n"
        "newsarchive.main(sys.argv[1:], standalone_mode=False)\n"
    )
    grown = []
    for number in (2_000, 100_000):
        copy = tmp_path / str(number)
        fill(copy)
        multiply(copy / "archive.db", number)
        done = subprocess.run(
            [sys.executable, "-c", script, "-w", str(copy), "export", form,
             "-o", str(tmp_path / f"{number}.{form}"), "--json"],
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert f'"articles": {number + 3}' in done.stdout, done.stderr
        grown.append(int(done.stderr.split()[-1]))
    assert grown[1] < 1.3 * grown[0] + 30_000, grown


def multiply(database: Path, number: int) -> None:
    """Write an article of the archive so many times more, each with a version and the same capture."""
    with sqlite3.connect(database) as db:
        columns = {
            table: [name for (name,) in db.execute("SELECT name FROM pragma_table_info(?)", (table,))]
            for table in ("articles", "versions")
        }
        count = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {number})"  # noqa: S608
        (source,) = db.execute("SELECT min(id) FROM articles").fetchone()
        for table, owner in (("articles", "id"), ("versions", "article_id")):
            new = {"id": f"{source} + 1000 + i", "key": "printf('%016d', i)", "article_id": f"{source} + 1000 + i"}
            names = ", ".join(columns[table])
            values = ", ".join(new.get(name, name) for name in columns[table])
            db.execute(
                f"{count} INSERT INTO {table}({names}) SELECT {values} FROM {table}, n "  # noqa: S608
                f"WHERE {owner} = {source} AND {table}.id = (SELECT max(id) FROM {table} WHERE {owner} = {source})"
            )
        db.execute(
            "INSERT INTO version_captures SELECT id, (SELECT max(capture_id) FROM version_captures), 1, seen_at "
            "FROM versions WHERE id > (SELECT max(version_id) FROM version_captures)"
        )
    db.close()
