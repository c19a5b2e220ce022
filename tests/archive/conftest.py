import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from datasette.plugins import pm

from archive import datasette_plugin
from archive.db import open_archive
from tests.archive.keeping import Keeping


@pytest.fixture(scope="session")
def empty_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new archive's file; copied, it saves each test the migrations."""
    path = tmp_path_factory.mktemp("empty") / "archive.db"
    open_archive(path).close()
    return path


@pytest.fixture
def keeping(tmp_path: Path, empty_archive: Path) -> Iterator[Keeping]:
    """An empty archive with one open run of the site `herald`."""
    shutil.copy(empty_archive, tmp_path / "archive.db")
    opened = Keeping(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def plugged() -> Iterator[None]:
    """Register the plugin as its entry point would, unless it is."""
    registered = pm.is_registered(datasette_plugin)
    if not registered:
        pm.register(datasette_plugin, name="newsarchive")
    yield
    if not registered:
        pm.unregister(datasette_plugin)
