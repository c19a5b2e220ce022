import gzip
import json
import os
from pathlib import Path

import pytest

from archive.errors import UsageError, WorkspaceError
from crawler.extracting.command import OutputError
from crawler.workspace import make_workspace
from tests.crawler.extracting.press import ADDRESS, TEXT, extract, page, write
from tests.e2e.fault_site import Answer, FaultSite

EMPTY = b"<html><body><nav><a href='/'>Home</a></nav></body></html>"
SITE = """id = "harbour"
name = "Harbour Times"
url = "https://harbour.example.org/"
[listing]
entry = "li"
[template]
title = "p.kicker"
[[sections]]
key = "news"
name = "News"
url = "/news/"
"""


@pytest.fixture
def article(tmp_path: Path) -> str:
    return write(tmp_path / "a.html", page())


def test_a_file_for_people(article: str) -> None:
    said = extract(article, "--url", ADDRESS)
    assert (said.code, said.err) == (0, "")
    first, *facts = said.out.partition("\n\n")[0].splitlines()
    assert first == "Ferries run again"
    assert " published  2024-03-05T07:30:00Z (printed: 2024-03-05T08:30:00+01:00)" in facts
    assert "    byline  Ada Quill" in facts
    assert facts[-2:] == [
        "   image 1  The quay at dawn.",
        "            https://harbour.example.org/pictures/quay.jpg",
    ]
    assert said.out.endswith("\n\n".join(TEXT) + "\n")


def test_a_file_for_programs(article: str) -> None:
    said = extract(article, "--json", "--url", ADDRESS)
    assert said.json["file"] == article
    assert said.json["url"] == ADDRESS
    assert said.json["body"] == "\n\n".join(TEXT)
    assert "lost" not in said.json
    assert said.out == extract(article, "--as", "json", "--url", ADDRESS).out
    assert said.out == extract(article, "--json", "--as", "json", "--url", ADDRESS).out


def test_renderings(article: str) -> None:
    assert extract(article, "--as", "text").out == "\n\n".join(TEXT) + "\n"
    assert TEXT[0] in extract(article, "--as", "markdown").out
    assert f"<p>{TEXT[0]}</p>" in extract(article, "--as", "html").out


def test_explanations(article: str) -> None:
    table = extract(article, "--explain").out
    assert table.startswith("field ")
    assert "json-ld:datePublished" in table
    lost = extract(article, "--explain", "--json").json["lost"]
    assert all(set(candidate) == {"field", "value", "rule"} for candidate in lost)


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_stdin(pack: type[bytes]) -> None:
    said = extract("-", "--json", stdin=pack(page()))
    assert (said.code, said.json["file"], said.json["url"]) == (0, "-", "file:///dev/stdin")
    assert extract("-", "--json", "--url", ADDRESS, stdin=pack(page())).json["url"] == ADDRESS


def test_an_address() -> None:
    site = FaultSite({}, answers={"/a": Answer(page())})
    with site.serve():
        said = extract(f"{site.url}a", "--json")
        assert (said.code, said.json["url"], said.json["title"]) == (0, f"{site.url}a", "Ferries run again")
        missing = extract(f"{site.url}b", "--json")
    assert (missing.code, missing.out) == (1, "")
    assert missing.err == f"newsarchive: {site.url}b: the server answers 404 (Not Found); check the address\n"


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_several_inputs_are_lines_in_their_order(tmp_path: Path, jobs: str) -> None:
    for number in range(12):
        write(tmp_path / "pages" / f"{number:02d}.html", page(title=f"Title {number}"))
    write(tmp_path / "pages" / "05.html", b"plain words")
    write(tmp_path / "pages" / "07.html.gz", EMPTY)
    said = extract("pages", "nope.html", "--json", "--jobs", jobs)
    assert said.code == 1
    assert [line["file"] for line in said.lines] == [
        *(f"pages/{number:02d}.html" for number in range(8)), "pages/07.html.gz",
        *(f"pages/{number:02d}.html" for number in range(8, 12)), "nope.html",
    ]  # fmt: skip
    assert said.lines[5] == {
        "file": "pages/05.html",
        "error": "pages/05.html: not an HTML page; give the page as a browser saves it",
    }
    assert said.lines[8]["body"] == ""
    assert said.err.splitlines() == [
        "newsarchive: pages/05.html: not an HTML page; give the page as a browser saves it",
        "newsarchive: no article text found in pages/07.html.gz",
        "newsarchive: nope.html: no such file; check the path",
        "newsarchive: 3 of 14 inputs gave no article",
    ]


def test_several_readings_have_headings(tmp_path: Path) -> None:
    write(tmp_path / "a.html", page())
    write(tmp_path / "b.html", page())
    said = extract("a.html", "b.html", "--as", "text")
    text = "\n\n".join(TEXT)
    assert said.out == f"==> a.html <==\n{text}\n\n==> b.html <==\n{text}\n"


def test_a_list(tmp_path: Path, article: str) -> None:
    write(tmp_path / "list", f"{article}\n\nnope.html\n".encode())
    said = extract("--list", "list", "--json")
    assert [line["file"] for line in said.lines] == [article, "nope.html"]
    again = extract("--list", "-", "--json", stdin=(tmp_path / "list").read_bytes())
    assert (again.code, again.out) == (1, said.out)


def test_output_goes_to_a_file(tmp_path: Path, article: str) -> None:
    (tmp_path / "out.jsonl").write_text("old")
    said = extract(str(tmp_path), "--json", "-o", "out.jsonl")
    assert (said.code, said.out, said.err) == (0, "", "")
    assert json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8"))["file"] == article


def test_a_page_without_an_article(tmp_path: Path) -> None:
    write(tmp_path / "e.html", EMPTY)
    said = extract("e.html")
    assert said.code == 1
    assert said.err == "newsarchive: no article text found in e.html; --explain shows what was found instead\n"


def test_a_folder_without_pages(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    said = extract("empty", "--json")
    assert said.code == 1
    assert said.err == (
        "newsarchive: empty: no HTML file in this folder; "
        "looked for .html, .htm, .xhtml, .html.gz, .htm.gz, .xhtml.gz\n"
        "newsarchive: 1 of 1 inputs gave no article\n"
    )
    assert said.lines == [{"file": "empty", "error": said.err.splitlines()[0].removeprefix("newsarchive: ")}]


def test_a_page_is_too_large(tmp_path: Path) -> None:
    write(tmp_path / "big.html.gz", b"<p>" + b"0" * 2_000_000)
    said = extract("big.html.gz", "--max-megabytes", "1.5")
    assert said.err == ("newsarchive: big.html.gz: larger than 1.5 MB unpacked; --max-megabytes sets another limit\n")
    assert extract("big.html.gz").err == ""


def test_complaints_steer_nothing_and_are_short(tmp_path: Path) -> None:
    write(tmp_path / "a\x1b[31m\nb.html", b"plain")
    assert extract("a\x1b[31m\nb.html").err == (
        "newsarchive: a[31m b.html: not an HTML page; give the page as a browser saves it\n"
    )
    site = FaultSite({})
    with site.serve():
        assert len(extract(f"{site.url}{'x' * 3000}").err) < 600


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read(tmp_path: Path, article: str) -> None:
    (tmp_path / "locked").mkdir(mode=0)
    Path(article).chmod(0)
    said = extract(".")
    (tmp_path / "locked").chmod(0o700)
    assert said.code == 1
    assert said.err.splitlines() == [
        "newsarchive: a.html: cannot be read: Permission denied; check the path and its permissions",
        "newsarchive: ./locked: cannot be read: Permission denied; check the path and its permissions",
    ]


# Wrong usage


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "no input given; try: newsarchive extract page.html"),
        (["a.html", "--json", "--as", "text"], "--json and --as text contradict each other; choose one"),
        (
            ["a.html", "--explain", "--as", "html"],
            "--explain prints a table, or goes into JSON; leave --as html out, or take --json",
        ),
        (
            ["a.html", "b.html", "--url", ADDRESS],
            "--url is the address that one file came from; give it with one file, or with -",
        ),
        (
            [ADDRESS, "--url", ADDRESS],
            "--url is the address that one file came from; give it with one file, or with -",
        ),
        (
            ["a.html", "--url", "ferry.html"],
            "--url ferry.html: not a web address; it begins with http:// or https://",
        ),
        (["--list", "a.html"], "--list a.html names no input; write one file, folder or address a line"),
        (["a.html", "-o", "no/o"], "--output no/o: cannot be written: No such file or directory; name another file"),
        (["a.html", "--json", "-o", "."], "--output .: cannot be written: Is a directory; name another file"),
        (["a.html", "-o", "./a.html"], "--output ./a.html is one of the inputs; name another file"),
    ],
)  # fmt: skip
def test_wrong_usage(tmp_path: Path, arguments: list[str], message: str) -> None:
    write(tmp_path / "a.html", b"\n")
    said = extract(*arguments)
    assert said.code == 2
    assert said.err.splitlines()[-1] == f"Error: {message}"
    assert (tmp_path / "a.html").read_bytes() == b"\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a file that is always full")
def test_a_full_disk(article: str) -> None:
    with pytest.raises(OutputError) as error:
        extract(article, "-o", "/dev/full")
    assert str(error.value) == "/dev/full: cannot be written: No space left on device; make room there"
    assert error.value.exit_code == 1


def test_a_list_that_is_not_there() -> None:
    with pytest.raises(UsageError) as error:
        extract("--list", "nope")
    assert str(error.value) == (
        "--list nope: cannot be read: No such file or directory; name a file of one input a line"
    )


# Workspaces and sites


def test_a_site_s_template_is_used(tmp_path: Path) -> None:
    make_workspace(tmp_path / "w")
    (tmp_path / "w" / "sites" / "harbour.toml").write_text(SITE, encoding="utf-8")
    for number in range(3):
        write(tmp_path / "pages" / f"{number}.html", page(extra='<p class="kicker">Said otherwise</p>'))
    from click.testing import CliRunner

    from crawler.cli import newsarchive

    for jobs in ("1", "2"):
        arguments = ["-w", "w", "extract", "pages", "--site", "harbour", "--json", "-j", jobs]
        result = CliRunner().invoke(newsarchive, arguments, catch_exceptions=False)
        assert result.exit_code == 0
        assert {json.loads(line)["title"] for line in result.stdout.splitlines()} == {"Said otherwise"}
    assert extract("pages/0.html", "--json").json["title"] == "Ferries run again"
    assert extract("pages/0.html", "--site", "shzj", "--json").code == 0


def test_a_site_that_is_not_known(tmp_path: Path, article: str) -> None:
    with pytest.raises(
        UsageError, match=r"^no site 'nope': known are shzj; a definition belongs into .*sites/nope.toml$"
    ):
        extract(article, "--site", "nope")


def test_a_workspace_that_is_named_must_be_one(article: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSARCHIVE_WORKSPACE", "nowhere")
    with pytest.raises(WorkspaceError, match="nowhere is no newsarchive workspace"):
        extract(article)


def test_the_limits_of_the_workspace_that_stands_here(tmp_path: Path) -> None:
    make_workspace(tmp_path)
    config = tmp_path / "newsarchive.toml"
    config.write_text(config.read_text(encoding="utf-8").replace("max_megabytes = 32", "max_megabytes = 1"))
    write(tmp_path / "big.html", b"<p>" + b"0" * 2_000_000)
    assert "larger than 1 MB unpacked" in extract("big.html").err
    assert extract("big.html", "--max-megabytes", "3").err == ""
