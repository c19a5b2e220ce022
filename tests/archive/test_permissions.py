"""Datasette's permissions hold on every route of the plugin, whichever it registers."""

from pathlib import Path
from typing import Any

import pytest
from sqlite_utils import Database

from archive.datasette_plugin.descriptions import QUERIES
from tests.archive.routes import ask_all, denials, every_address, make_library, samples_of

pytestmark = pytest.mark.usefixtures("plugged")


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive that no test changes."""
    return make_library(tmp_path_factory.mktemp("library") / "ws")


def statuses(files: list[Path], addresses: list[str], metadata: Any = None, **more: Any) -> dict[str, int]:
    return {address: got.status_code for address, got in ask_all(files, addresses, metadata, **more).items()}


def test_every_route_answers(database: Path) -> None:
    found = statuses([database], every_address(samples_of(database)))
    assert len(found) >= 7
    assert {address: status for address, status in found.items() if status not in (200, 302)} == {}


@pytest.mark.parametrize("way", ["instance", "database", "tables"])
def test_what_may_not_be_seen_is_nowhere(database: Path, way: str) -> None:
    addresses = every_address(samples_of(database))
    queries = [f"/archive/{name}.json?q=harbour" for name in QUERIES]
    found = ask_all([database], addresses, dict(denials(database))[way])
    assert {address: got.status_code for address, got in found.items() if got.status_code != 403} == {}
    assert [address for address, got in found.items() if "harbour" in got.text.lower()] == []
    asked = statuses([database], queries, dict(denials(database))[way])
    assert set(asked.values()) <= {403, 404}, asked


@pytest.mark.parametrize("way", ["instance", "database", "tables"])
def test_the_first_page_of_all_tells_nothing_either(database: Path, way: str) -> None:
    for path in ("/", "/.json"):
        got = ask_all([database], [path], dict(denials(database))[way])[path]
        assert got.status_code == (403 if way == "instance" else 200), path
        assert not {"harbour", "herald"} & set(got.text.lower().replace("<", " ").split()), path


def test_one_table_is_enough(database: Path) -> None:
    """Every page that shows an article reads this one."""
    denied = {"databases": {"archive": {"tables": {"articles": {"allow": False}}}}}
    shown = [each for each in every_address(samples_of(database)) if "/article/" in each or "memento" in each]
    assert set(statuses([database], shown, denied).values()) == {403}


def test_the_reading_room_needs_no_right_to_write_sql(database: Path) -> None:
    addresses = every_address(samples_of(database))
    allowed = statuses([database], addresses)
    assert statuses([database], addresses, {"allow_sql": False}) == allowed
    assert statuses([database], addresses, settings={"default_allow_sql": False}) == allowed


def test_a_database_that_is_no_archive_has_no_reading_room(database: Path, tmp_path: Path) -> None:
    db = Database(tmp_path / "recipes.db")
    db.table("articles").insert({"id": 1, "title": "pie"})
    db.close()
    for name in ("recipes", "absent"):
        addresses = every_address(samples_of(database) | {"database": name})
        found = statuses([database, tmp_path / "recipes.db"], addresses)
        assert {address: status for address, status in found.items() if status != 404} == {}


def test_an_address_that_leads_nowhere_is_no_crash(database: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """With rich installed Datasette would draw the locals of every frame, and take two seconds for it."""
    assert set(statuses([database], ["/archive/nothing", "/nothing?token=secret"]).values()) == {404}
    said = capfd.readouterr()
    assert "locals" not in said.out + said.err
