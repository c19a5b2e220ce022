"""What there is, is documented: keys of definitions, configuration, tables, commands, causes."""

import re
from contextlib import closing
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from archive import causes, errors, health
from archive.db import open_archive
from archive.metrics import METRICS
from archive.migrations import MIGRATIONS, m001_first_tables
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


def test_every_alarm_is_explained_to_whoever_is_on_call() -> None:
    said = text_of("operations.md")
    names = {
        "cause": {f"`{cause}`" for cause in (*causes.MEANINGS, "http-NNN", "error-NAME")},
        "exit code": {f"| {code} |" for code in (0, 1, *(error.exit_code for error in every_error()))},
        "problem": {f"`{kind}:FIELD`" for kind in health._MEANINGS},
        "metric": {f"`{name}`" for name in METRICS},
        "state": {f"`{state}`" for state in states_of_a_run()},
        "kind of notice": {f"`{kind}`" for kind in get_args(get_args(Notify.model_fields["on"].annotation)[0])},
    }
    for kind, expected in names.items():
        assert len(expected) >= 3, kind
        assert sorted(name for name in expected if name not in said) == [], f"every {kind} stands in operations.md"


def test_operations_explains_nothing_that_there_is_not() -> None:
    said = text_of("operations.md")
    metrics = set(re.findall(r"newsarchive_[a-z_]+", said))
    assert metrics == set(METRICS)
    used = re.findall(r"`newsarchive ([a-z]+)", said) + re.findall(r"^\$ newsarchive ([a-z]+)", said, re.MULTILINE)
    assert {word for word in used if word not in newsarchive.commands} == set()


def every_error() -> list[type[errors.NewsarchiveError]]:
    found = [errors.NewsarchiveError]
    for each in found:
        found += each.__subclasses__()
    # Code 1 is that of a crawl that had trouble, which is no error.
    return found


def states_of_a_run() -> set[str]:
    found = re.search(r"state IN \(('running'[^)]*)\)", m001_first_tables._CRAWL_TABLES)
    assert found is not None
    return set(re.findall(r"'(\w+)'", found[1]))


@pytest.mark.parametrize("name", [path.name for path in sorted(DOCS.glob("*.md"))])
def test_links_between_the_docs_lead_somewhere(name: str) -> None:
    said = text_of(name)
    for file, anchor in re.findall(r"\]\(([a-z]+\.md)?(?:#([a-z-]+))?\)", said):
        assert not anchor or anchor in anchors(text_of(file) if file else said), (file, anchor)


def anchors(text: str) -> set[str]:
    """Return the anchors of a text's headings."""
    headings = (line.lower().lstrip("# ") for line in text.splitlines() if line.startswith("#"))
    return {re.sub(r"[^a-z -]", "", heading).replace(" ", "-") for heading in headings}


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
