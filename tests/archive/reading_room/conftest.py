"""What the tests of the pages share; `root` is the archive of pictures, where a file has none of its own."""

import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlite_utils import Database

from archive.db import open_archive
from tests.archive.reading_room.gallery import fill


@pytest.fixture(autouse=True)
def _plugged(plugged: None) -> None:
    """Every test here asks a Datasette that has the plugin."""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that no test changes."""
    made = tmp_path_factory.mktemp("pictures") / "ws"
    fill(made)
    return made


@pytest.fixture
def db(root: Path) -> Iterator[Database]:
    with closing(open_archive(root / "archive.db", readonly=True)) as opened:
        yield opened


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(root, tmp_path / "ws"))
