"""`newsarchive families`, and what it says of an archive that was made before it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive.db import atomic, open_archive
from archive.families.rebuilding import EVERY_SITE, rebuild
from bench.stories import Told, reprint, story
from crawler.cli import newsarchive
from crawler.workspace import make_workspace
from tests.archive.keeping import OTHER_SITE, Keeping, article, day_of

FIRST = story("command", "en", "a", 14)
ONE, TWO, ALONE = "https://herald.example/one", "https://zhbao.example/two", "https://herald.example/alone"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A story, its reprint, and one that stands alone; rebuilding changes nothing of it."""
    root = tmp_path_factory.mktemp("families")
    make_workspace(root)
    keeping = Keeping(root)
    store(keeping, FIRST, ONE, "2024-05-02")
    store(keeping, story("alone", "en", "a"), ALONE, "2024-05-02")
    keeping.again(OTHER_SITE)
    store(keeping, reprint(FIRST, "b", "2"), TWO, "2024-05-03")
    keeping.close()
    return root


def store(keeping: Keeping, told: Told, url: str, day: str) -> None:
    keeping.store(article(told.body, url=url, title=told.title, published=day_of(day)))


def run(workspace: Path, *arguments: str) -> Result:
    return CliRunner().invoke(newsarchive, ["-w", str(workspace), *arguments], catch_exceptions=False)


def test_families_are_listed_first_telling_first(workspace: Path) -> None:
    lines = run(workspace, "families").stdout.splitlines()
    assert lines[0] == FIRST.title
    assert lines[1].startswith("  first  2024-05-02  herald · ")
    assert lines[3].startswith("  reprint ")
    assert lines[-1] == "1 family: 2 articles."
    assert run(workspace, "families", "zhbao").stdout.endswith("1 family with an article of zhbao: 2 articles.\n")


def test_one_family_says_what_each_changed(workspace: Path) -> None:
    said = run(workspace, "families", TWO).stdout
    assert "    sentences: " in said
    assert " changed" in said
    found = json.loads(run(workspace, "families", ONE, "--json").stdout)
    assert [member["kind"] for member in found["members"]] == ["first", "reprint"]
    assert found["first"] == found["members"][0]["key"]
    assert found["members"][0]["changes"] is None
    assert found["members"][1]["changes"]["changed"] > 3


def test_the_list_is_also_json(workspace: Path) -> None:
    (family,) = json.loads(run(workspace, "families", "--json").stdout)
    assert [member["site"] for member in family["members"]] == ["herald", "zhbao"]


def test_show_names_the_family(workspace: Path) -> None:
    assert "family  1 other telling, first told by herald (" in run(workspace, "show", TWO).stdout
    assert "family" not in run(workspace, "show", ALONE).stdout
    assert json.loads(run(workspace, "show", TWO, "--json").stdout)["family"]["members"][1]["url"] == TWO
    assert json.loads(run(workspace, "show", ALONE, "--json").stdout)["family"] is None


def test_an_article_without_family(workspace: Path) -> None:
    assert run(workspace, "families", ALONE).stdout == (
        "This article has no family: no other in the archive tells its story.\n"
    )
    assert json.loads(run(workspace, "families", ALONE, "--json").stdout) == {"first": None, "members": []}


def test_rebuild_takes_a_site_only(workspace: Path) -> None:
    result = CliRunner().invoke(newsarchive, ["-w", str(workspace), "families", "--rebuild", "nowhere"])
    assert result.exit_code == 2
    assert "--rebuild takes a site, and none in the archive is called 'nowhere'" in result.output


@pytest.mark.parametrize(("site", "number"), [((), 3), (("herald",), 2), (("zhbao",), 1)])
def test_a_rebuild_finds_the_same(workspace: Path, site: tuple[str, ...], number: int) -> None:
    before = run(workspace, "families", "--json").stdout
    result = run(workspace, "families", "--rebuild", *site)
    assert f"{number} article{'' if number == 1 else 's'} compared.\n" in result.stderr
    assert json.loads(run(workspace, "families", "--json").stdout) == json.loads(before)


def test_an_empty_archive_has_no_family(tmp_path: Path) -> None:
    make_workspace(tmp_path)
    open_archive(tmp_path / "archive.db").close()
    assert run(tmp_path, "families").stdout == "There is no family.\n"


def test_a_rebuild_that_was_killed_goes_on(keeping: Keeping, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archive.families.rebuilding._BATCH", 2)
    make_workspace(keeping.holdings.root)
    told = [story(f"rebuilt {number}", "en", "a") for number in range(5)]
    for number, each in enumerate((*told, told[0])):
        store(keeping, each, f"https://herald.example/{number}", "2024-05-02")
    members = keeping.rows("SELECT * FROM family_members ORDER BY 1")
    with atomic(keeping.db):
        keeping.db.conn.execute("DELETE FROM family_members")

    class KilledError(Exception):
        pass

    def killed(done: int, every: int) -> None:
        assert every == 6
        if done == 4:
            raise KilledError

    with pytest.raises(KilledError):
        rebuild(keeping.db, EVERY_SITE, killed)
    assert keeping.one("SELECT count(DISTINCT article_id) FROM story_bands") == 4
    assert (
        "2 articles are not compared yet. Next: newsarchive families --rebuild"
        in run(keeping.holdings.root, "families").stdout
    )
    counted: list[int] = []
    assert rebuild(keeping.db, EVERY_SITE, lambda done, _: counted.append(done)) == 2
    assert counted == [2]
    assert keeping.rows("SELECT * FROM family_members ORDER BY 1") == members
    assert keeping.count("family_walks") == 0
