"""A workspace: made, opened, and every mistake in it named in one line."""

import logging
import os
import re
from pathlib import Path

import pytest

from archive.errors import ArchiveError, DefinitionError, UsageError, WorkspaceError
from crawler.site import bundled_ids
from crawler.workspace import (
    CONFIG,
    ENVIRONMENT,
    Config,
    Crawl,
    Notify,
    Report,
    Revisit,
    Storage,
    find_root,
    make_workspace,
    open_workspace,
)

DEFINITION = """\
id = "{id}"
name = "{name}"
url = "https://news.example/"
[listing]
article_urls = "/a/"
[[sections]]
key = "all"
name = "All"
url = "/"
"""


def define(root: Path, site_id: str, name: str = "Example") -> Path:
    path = root / "sites" / f"{site_id}.toml"
    path.write_text(DEFINITION.format(id=site_id, name=name), "utf-8")
    return path


def test_a_workspace_is_made_whole(tmp_path: Path) -> None:
    root = tmp_path / "deep" / "here"
    workspace = make_workspace(root, contact="ann@example.org")
    assert sorted(path.name for path in root.iterdir() if not path.name.startswith("archive.db")) == [
        "captures", "locks", "media", CONFIG, "scrapy.cfg", "sites",
    ]  # fmt: skip
    assert workspace.config.crawl.contact == "ann@example.org"
    assert workspace.holdings.database.is_file()
    assert (root / "scrapy.cfg").read_text("utf-8") == "[settings]\ndefault = crawler.settings\n"
    assert workspace.holdings.database == root / "archive.db"
    assert open_workspace(root) == workspace


def test_the_config_that_is_written_holds_the_defaults(tmp_path: Path) -> None:
    assert make_workspace(tmp_path).config == Config()
    text = (tmp_path / CONFIG).read_text("utf-8")
    keys = re.findall(r"^(\w+) =", text, re.MULTILINE)
    assert keys == [name for model in (Crawl, Revisit, Storage, Report, Notify) for name in model.model_fields]


@pytest.mark.parametrize("contact", ['Ann "A" Lee <ann@example.org>', "back\\slash", "two\nlines"])
def test_any_contact_can_be_written(tmp_path: Path, contact: str) -> None:
    assert make_workspace(tmp_path, contact=contact).config.crawl.contact == contact


def test_making_again_keeps_what_is_there(tmp_path: Path) -> None:
    make_workspace(tmp_path, contact="ann@example.org")
    (tmp_path / "scrapy.cfg").write_text("mine", "utf-8")
    assert make_workspace(tmp_path, contact="other").config.crawl.contact == "ann@example.org"
    assert (tmp_path / "scrapy.cfg").read_text("utf-8") == "mine"


def test_a_directory_that_is_a_file(tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    taken.write_text("x", "utf-8")
    with pytest.raises(WorkspaceError) as caught:
        make_workspace(taken)
    assert str(caught.value) == f"cannot make a workspace at {taken}: File exists ({taken}); choose another directory"
    below = taken / "below"
    with pytest.raises(WorkspaceError) as caught:
        make_workspace(below)
    assert (
        str(caught.value) == f"cannot make a workspace at {below}: Not a directory ({below}); choose another directory"
    )


def test_sites_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "sites").write_text("x", "utf-8")
    with pytest.raises(WorkspaceError) as caught:
        make_workspace(tmp_path)
    message = f"cannot make a workspace at {tmp_path}: File exists ({tmp_path / 'sites'}); choose another directory"
    assert str(caught.value) == message


@pytest.mark.parametrize("name", ["media", "captures", "locks"])
def test_a_folder_of_the_archive_that_is_a_file(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("x", "utf-8")
    with pytest.raises(ArchiveError) as caught:
        make_workspace(tmp_path)
    assert str(caught.value).startswith(f"cannot make the folder {tmp_path / name}: File exists")


def test_an_archive_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "archive.db").write_bytes(b"no database at all, but text of some length" * 30)
    with pytest.raises(ArchiveError, match=r"archive\.db"):
        make_workspace(tmp_path)


def test_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError) as caught:
        open_workspace(tmp_path)
    expected = f"{tmp_path} is no newsarchive workspace (no newsarchive.toml); make one: newsarchive init {tmp_path}"
    assert str(caught.value) == expected
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[crawl]\ncontcat = 'x'", "crawl.contcat: no such key; allowed here: {crawl}"),
        ("[storage]\nimage = true", "storage.image: no such key; allowed here: images"),
        ("[crawling]\n", "crawling: no such key; allowed here: crawl, revisit, storage"),
        ("delay = 1", "delay: no such key; allowed here: crawl, revisit, storage"),
        ("[crawl]\ndelay = -1", "crawl.delay = -1: Input should be greater than or equal to 0"),
        ("[crawl]\nconcurrency = 0", "crawl.concurrency = 0: Input should be greater than or equal to 1"),
        ("[crawl]\nconcurrency = 65", "crawl.concurrency = 65: Input should be less than or equal to 64"),
        ("[crawl]\ntimeout = 0", "crawl.timeout = 0: Input should be greater than 0"),
        ("[crawl]\nmax_megabytes = 9999", "crawl.max_megabytes = 9999: Input should be less than or equal to 1024"),
        ("[crawl]\nobey_robots = 'perhaps'", "crawl.obey_robots = 'perhaps': Input should be a valid boolean"),
        ("[crawl]\nonly_hosts = 3", "crawl.only_hosts = 3: Input should be a valid tuple"),
        ("[crawl]\nonly_hosts = [3]", "crawl.only_hosts.0 = 3: Input should be a valid string"),
        ("crawl = 3", "crawl = 3: Input should be a valid dictionary or instance of Crawl"),
        ("[crawl", "cannot be read: Expected ']' at the end of a table declaration"),
    ],
)
def test_a_mistake_in_the_config(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / CONFIG
    path.write_text(text, "utf-8")
    with pytest.raises(WorkspaceError) as caught:
        open_workspace(tmp_path)
    said = str(caught.value)
    assert said.startswith(f"{path}: {message.format(crawl=', '.join(Crawl.model_fields))}")
    assert "\n" not in said


def test_a_config_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / CONFIG).write_bytes(b"[crawl]\ncontact = '\xff'")
    with pytest.raises(WorkspaceError) as caught:
        open_workspace(tmp_path)
    assert str(caught.value).startswith(f"{tmp_path / CONFIG}: cannot be read: 'utf-8' codec can't decode byte 0xff")


def test_which_directory_is_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ENVIRONMENT, raising=False)
    monkeypatch.chdir(tmp_path)
    assert find_root() == tmp_path
    monkeypatch.setenv(ENVIRONMENT, os.fspath(tmp_path / "there"))
    assert find_root() == tmp_path / "there"
    assert find_root("") == tmp_path / "there"
    assert find_root(tmp_path / "given") == tmp_path / "given"


def test_sites_of_a_workspace(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    define(tmp_path, "mine")
    assert workspace.own_ids() == ("mine",)
    assert workspace.site_ids() == tuple(sorted({"mine", *bundled_ids()}))
    assert workspace.site("mine").name == "Example"
    assert workspace.site("shzj").name == "Shanghai Municipal Bureau of Quality and Technical Supervision"


def test_a_definition_of_the_workspace_goes_before_the_bundled_one(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    workspace = make_workspace(tmp_path)
    path = define(tmp_path, "shzj", "My own")
    with caplog.at_level(logging.INFO, logger="crawler.workspace"):
        assert workspace.site("shzj").name == "My own"
    assert caplog.messages == [f"site shzj: the definition in {path} is used instead of the bundled one"]
    assert workspace.site_ids().count("shzj") == 1


def test_no_word_of_a_definition_that_replaces_none(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    workspace = make_workspace(tmp_path)
    define(tmp_path, "mine")
    with caplog.at_level(logging.INFO, logger="crawler.workspace"):
        workspace.site("mine")
    assert caplog.messages == []


def test_no_such_site(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    define(tmp_path, "mine")
    known = ", ".join(workspace.site_ids())
    path = tmp_path / "sites" / "none.toml"
    with pytest.raises(UsageError) as caught:
        workspace.site("none")
    assert str(caught.value) == f"no site 'none': known are {known}; a definition belongs into {path}"


@pytest.mark.parametrize("site_id", ["../secret", "a/b", ""])
def test_an_id_leads_nowhere_else(tmp_path: Path, site_id: str) -> None:
    workspace = make_workspace(tmp_path / "w")
    (tmp_path / "w" / "secret.toml").write_text(DEFINITION.format(id="secret", name="x"), "utf-8")
    with pytest.raises(UsageError):
        workspace.site(site_id)


def test_a_broken_definition_of_the_workspace_is_not_replaced_by_the_bundled_one(tmp_path: Path) -> None:
    workspace = make_workspace(tmp_path)
    path = define(tmp_path, "shzj")
    path.write_text("id = ", "utf-8")
    with pytest.raises(DefinitionError) as caught:
        workspace.site("shzj")
    assert str(caught.value).startswith(f"{path}: not valid TOML: Invalid value")
