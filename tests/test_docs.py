"""What there is, is documented: keys of definitions, configuration, tables, commands, causes."""

from contextlib import closing
from pathlib import Path

import pytest
from pydantic import BaseModel

from archive.db import open_archive
from archive.migrations import MIGRATIONS
from archive.model import Article
from crawler.cli import newsarchive
from crawler.extracting.presenting import as_dict
from crawler.site import Listing, Section, Site, Template, bundled_ids, load_bundled
from crawler.workspace import Crawl, Notify, Report, Storage, make_workspace

DOCS = Path(__file__).parents[1] / "docs"


def text_of(name: str) -> str:
    return (DOCS / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("model", [Site, Listing, Section, Template])
def test_every_key_of_a_definition_is_documented(model: type[BaseModel]) -> None:
    said = text_of("definitions.md")
    missing = [key for key in model.model_fields if f"`{key}`" not in said and f"[{key}]" not in said]
    assert missing == []


def test_every_key_of_the_configuration_stands_in_a_new_workspace(tmp_path: Path) -> None:
    make_workspace(tmp_path)
    said = (tmp_path / "newsarchive.toml").read_text(encoding="utf-8")
    for model in (Crawl, Storage, Report, Notify):
        assert [key for key in model.model_fields if f"\n{key} = " not in said] == []


def test_every_table_is_documented(tmp_path: Path) -> None:
    with closing(open_archive(tmp_path / "archive.db")) as db:
        tables = [name for name in db.table_names() if not name.startswith(("_", "articles_fts_"))]
    said = text_of("archive.md")
    assert [name for name in tables if f"`{name}`" not in said] == []


def test_every_field_of_a_reading_is_documented() -> None:
    said = text_of("extract.md")
    fields = as_dict("page.html", Article("https://www.example.org/"), explain=True)
    assert [name for name in fields if f"`{name}`" not in said] == []


def test_every_command_has_an_example() -> None:
    for name, command in newsarchive.commands.items():
        assert f"newsarchive {name}" in (command.help or ""), name


def test_every_bundled_site_can_be_crawled() -> None:
    assert bundled_ids() == ("shzj",)
    for site_id in bundled_ids():
        site = load_bundled(site_id)
        assert all(site.start_url(section).startswith(site.url) for section in site.sections)


def test_migrations_are_named_in_order() -> None:
    names = [migration.name for migration in MIGRATIONS._migrations]
    assert names == sorted(names)
    assert all(name[0] == "m" and name[1:4].isdecimal() for name in names)
