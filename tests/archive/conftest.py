import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

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
