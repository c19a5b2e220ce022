import json
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from archive.cli import COMMANDS
from archive.errors import NotFoundError
from archive.model import Entry, Image, Stamp
from crawler.cli import main, newsarchive
from crawler.workspace import make_workspace
from tests.archive.keeping import URL, Keeping, article, picture, sha256

PICTURE = "https://herald.example/p.png"
UNTITLED = "https://herald.example/u"
HOSTILE = "https://herald.example/h"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace with three articles; nothing is written after."""
    root = tmp_path_factory.mktemp("cli")
    make_workspace(root)
    keeping = Keeping(root)
    keeping.listing(Entry(URL))
    ship = [Image(PICTURE, "A ship.", "Photo: X", "ship"), Image("https://herald.example/q.png", alt="[lost]")]
    fields: dict[str, Any] = {
        "byline": ("Jane Doe", "R. Roe"),
        "breadcrumb": ("Home", "News"),
        "source": "Herald [Agency]",
    }
    for body in ("The harbour is quiet.", "The harbour is [closed]."):
        got = article(body, images=ship, published=Stamp("soon", reason="unreadable"), **fields)
        keeping.store(got, images=[keeping.image(PICTURE, picture()), keeping.image("https://herald.example/q.png")])
    keeping.store(article("镇海质量监督。", url=UNTITLED, title=None, updated=None))
    keeping.store(article("A path C:\\quay and [/] ends.", url=HOSTILE, title="Tail\\"))
    keeping.close()
    return root


def run(workspace: Path, *arguments: str) -> Result:
    return CliRunner().invoke(newsarchive, ["-w", str(workspace), *arguments], catch_exceptions=False)


def exit_of(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["newsarchive", *arguments])
    with pytest.raises(SystemExit) as stop:
        main()
    assert isinstance(stop.value.code, int)
    return stop.value.code


def test_search_for_people(workspace: Path) -> None:
    result = run(workspace, "search", "harbour")
    key = json.loads(run(workspace, "search", "harbour", "--json").stdout)["hits"][0]["key"]
    assert result.exit_code == 0
    assert result.stdout == (
        f"Harbour report  2024-05-02 · herald · {key}\n  The harbour is [closed].\n  {URL}\n1 of 1 article.\n"
    )


def test_search_for_programs(workspace: Path) -> None:
    said = json.loads(run(workspace, "search", "harbour", "--json").stdout)
    assert (said["total"], said["exact"], said["notes"], said["problems"]) == (1, True, [], [])
    (hit,) = said["hits"]
    assert hit["snippet"] == "The **harbour** is [closed]."
    assert (hit["url"], hit["site"], hit["day"], hit["title"]) == (URL, "herald", "2024-05-02", "Harbour report")
    assert json.loads(run(workspace, "search", "absent", "--json").stdout)["hits"] == []


def test_search_in_chinese(workspace: Path) -> None:
    result = run(workspace, "search", "质量")
    assert "(untitled)  no date · herald · " in result.stdout
    assert "镇海质量监督" in result.stdout
    assert "质量" in run(workspace, "search", "质量", "--json").stdout


def test_search_of_several_words_and_options(workspace: Path) -> None:
    options = ["--site", "herald", "--section", "news", "--since", "2024-05-02", "--until", "2024-05-02"]
    result = run(workspace, "search", "closed", "harbour", *options, "--sort", "newest", "--limit", "5")
    assert "1 of 1 article.\n" in result.stdout
    assert (
        "Nothing in the archive matches 'harbour' with these filters."
        in run(workspace, "search", "harbour", "--since", "2024-05-03").stdout
    )


def test_search_of_all(workspace: Path) -> None:
    result = run(workspace, "search", "--limit", "2")
    assert result.stdout.endswith("2 of 3 articles.\n")


def test_nothing_found(workspace: Path) -> None:
    assert run(workspace, "search", "no", "such[word]").stdout == "Nothing in the archive matches 'no such[word]'.\n"
    only = run(workspace, "search", "--since", "2030-01-01")
    assert "holds no article yet" not in only.stdout


def test_an_empty_archive_says_so(tmp_path: Path) -> None:
    make_workspace(tmp_path)
    assert run(tmp_path, "search").stdout == "The archive holds no article yet.\n"
    assert run(tmp_path, "search", "x").stdout == "Nothing in the archive matches 'x'.\n"


@pytest.mark.parametrize("word", ["quay", "ends", "path", '"path c:\\quay"'])
def test_text_that_looks_like_markup_is_printed_as_it_is(workspace: Path, word: str) -> None:
    result = run(workspace, "search", word)
    assert "  A path C:\\quay and [/] ends.\n" in result.stdout
    assert result.stdout.startswith("Tail\\  2024-05-02")


def test_search_with_stars_in_the_text(tmp_path: Path) -> None:
    make_workspace(tmp_path)
    keeping = Keeping(tmp_path)
    keeping.store(article("2 ** 3 harbour"))
    keeping.close()
    assert "  2 ** 3 harbour\n" in run(tmp_path, "search", "harbour").stdout


def test_a_page_cannot_steer_the_terminal(tmp_path: Path) -> None:
    make_workspace(tmp_path)
    keeping = Keeping(tmp_path)
    keeping.store(article("harbour \x1b]0;owned\x07 \x1b[2J", title="T\x1b[31m", source="S\x9b2J"))
    keeping.close()
    for command in (["search", "harbour"], ["show", URL]):
        said = run(tmp_path, *command).stdout
        assert not set("\x1b\x07\x9b") & set(said)


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("search x --since 2024-13-01", "'--since': '2024-13-01' does not match the format '%Y-%m-%d'"),
        ("search x --until yesterday", "'--until': 'yesterday' does not match the format '%Y-%m-%d'"),
        ("search x --limit 0", "'--limit': 0 is not in the range 1<=x<=10000"),
        ("search x --sort oldest", "'--sort': 'oldest' is not one of 'relevance', 'newest'"),
        ("search x --site times", "newsarchive: no site 'times' in the archive; it has: herald\n"),
        ("search x --section sport", "newsarchive: no section 'sport' in the archive; it has: culture, news\n"),
        (
            "show absent",
            (
                "newsarchive: no article 'absent' in the archive; "
                "give an id, a key or a URL as `newsarchive search` prints them\n"
            ),
        ),
        (f"show {URL} --version 9", f"newsarchive: article {URL} has no version 9; it has 1, 2\n"),
        (f"show {URL} --version 0", "'--version': 0 is not in the range x>=1"),
        ("show", "Missing argument 'ID|KEY|URL'"),
        ("serve --port 70000", "'--port': 70000 is not in the range 0<=x<=65535"),
    ],
)
def test_mistakes_are_one_line_and_exit_code_2(
    workspace: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: str,
    message: str,
) -> None:
    assert exit_of(monkeypatch, "-w", str(workspace), *command.split()) == 2
    assert message in capsys.readouterr().err


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (["search", "x"], "there is no archive at {}/archive.db; `newsarchive init` makes one"),
        (["show", "x"], "there is no archive at {}/archive.db; `newsarchive init` makes one"),
        (["serve"], "there is no archive at {}/archive.db; crawl something first: newsarchive crawl SITE"),
    ],
)
def test_a_workspace_without_an_archive(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    command: list[str],
    message: str,
) -> None:
    make_workspace(tmp_path)
    for file in tmp_path.glob("archive.db*"):
        file.unlink()
    assert exit_of(monkeypatch, "-w", str(tmp_path), *command) == 4
    assert capsys.readouterr().err == f"newsarchive: {message.format(tmp_path)}\n"


def test_show_for_people(workspace: Path) -> None:
    said = json.loads(run(workspace, "show", URL, "--json").stdout)
    assert run(workspace, "show", URL).stdout == (
        "Harbour report\n"
        "   updated  2024-05-02 (printed: 2024-05-02)\n"
        " published  unreadable (printed: soon)\n"
        "    source  Herald [Agency]\n"
        "    byline  Jane Doe, R. Roe\n"
        "breadcrumb  Home > News\n"
        "      site  herald (news)\n"
        f"       url  {URL}\n"
        f"       key  {said['key']} (id {said['id']})\n"
        "   version  2 of 2, current is 2\n"
        "\nThe harbour is [closed].\n\n"
        f"image 1  A ship. Photo: X  sha256:{sha256(picture())[:12]}  {PICTURE}\n"
        "image 2  [lost]  not kept: http-404  https://herald.example/q.png\n"
    )


def test_show_of_an_earlier_version(workspace: Path) -> None:
    said = run(workspace, "show", URL, "--version", "1").stdout
    assert "\nThe harbour is quiet.\n" in said
    assert "   version  1 of 2, current is 2\n" in said


def test_show_of_an_article_without_title_and_date(workspace: Path) -> None:
    said = run(workspace, "show", UNTITLED).stdout
    assert said.startswith(("(untitled)\n      site  herald ()\n", "(untitled)\n      site  herald\n"))
    assert "镇海质量监督。" in said


def test_show_for_programs(workspace: Path) -> None:
    said = json.loads(run(workspace, "show", URL, "--json", "--version", "1").stdout)
    assert (said["version"], said["current_version"], said["state"]) == (1, 2, "live")
    assert said["sections"] == ["news"]
    assert said["updated"] == {"raw": "2024-05-02", "value": "2024-05-02", "precision": "day", "reason": None}
    assert said["published"] == {"raw": "soon", "value": None, "precision": None, "reason": "unreadable"}
    assert (said["body"], said["body_html"]) == ("The harbour is quiet.", "<p>The harbour is quiet.</p>")
    assert said["images"][0] == {
        "position": 1, "url": PICTURE, "sha256": sha256(picture()), "error": None, "caption": "A ship.",
        "credit": "Photo: X", "alt": "ship",
    }  # fmt: skip
    assert [version["number"] for version in said["versions"]] == [1, 2]
    assert json.loads(run(workspace, "show", UNTITLED, "--json").stdout)["updated"] is None
    by_key = json.loads(run(workspace, "show", said["key"], "--json").stdout)
    assert (by_key["id"], by_key["version"]) == (said["id"], 2)


def test_every_command_has_help_with_an_example(workspace: Path) -> None:
    for command in COMMANDS:
        lines = run(workspace, str(command.name), "--help").stdout.splitlines()
        assert any(f"{line} ".startswith(f"  newsarchive {command.name} ") for line in lines)
        assert not any("\\b" in line for line in lines)


def test_errors_reach_the_group_as_they_are(workspace: Path) -> None:
    with pytest.raises(NotFoundError):
        run(workspace, "show", "absent")


def test_search_says_what_could_not_be_understood_and_what_was_meant(workspace: Path) -> None:
    result = run(workspace, "search", "harbour OR")
    assert "harbour OR\n        ^^ OR needs a word on each side; taken as a word\n" in result.stderr
    assert "Did you mean" not in result.stderr


def test_search_as_csv(workspace: Path) -> None:
    lines = run(workspace, "search", "harbour", "--csv").stdout.splitlines()
    assert lines[0] == "id,key,site,day,updated,title,source,url,score,exact,snippet"
    assert len(lines) == 2
    assert lines[1].endswith(",True,The **harbour** is [closed].")


def test_search_with_facets(workspace: Path) -> None:
    said = run(workspace, "search", "harbour", "--facets").stdout
    assert "    site  herald 1\n" in said
    assert "      is  changed 1\n" in said
    assert " 2024-05  ████████████████████████ 1\n" in said
    facets = json.loads(run(workspace, "search", "harbour", "--facets", "--json").stdout)["facets"]
    assert (facets["has"], facets["months"], facets["sample"]) == ({"image": 1}, {"2024-05": 1}, None)


def test_json_and_csv_are_two_answers(
    workspace: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_of(monkeypatch, "-w", str(workspace), "search", "x", "--json", "--csv") == 2
    assert "--json and --csv are two ways to print one answer; give one of them" in capsys.readouterr().err


def test_a_search_of_word_forms(tmp_path: Path) -> None:
    make_workspace(tmp_path)
    keeping = Keeping(tmp_path)
    keeping.store(article("The harbour is [closed]."))
    keeping.close()
    assert json.loads(run(tmp_path, "reindex", "--json").stdout)["articles"] == 0
    (hit,) = json.loads(run(tmp_path, "search", "harbours closes", "--json").stdout)["hits"]
    assert (hit["exact"], hit["snippet"]) == (False, "The **harbour** is [**closed**].")


def test_reindex_where_there_is_nothing_to_do(tmp_path: Path) -> None:
    make_workspace(tmp_path)
    assert run(tmp_path, "reindex").stdout == "The index has today's form already; it has 0 words.\n"
    assert json.loads(run(tmp_path, "reindex", "--json").stdout) == {"articles": 0, "words": 0}
