from pathlib import Path

import pytest

from archive.errors import ArchiveError
from archive.holdings import Holdings


def test_where_the_parts_lie(tmp_path: Path) -> None:
    holdings = Holdings(tmp_path / "deep" / "er")
    holdings.make()
    holdings.make()
    assert holdings.database == tmp_path / "deep/er/archive.db"
    assert sorted(path.name for path in (tmp_path / "deep/er").iterdir()) == ["captures", "locks", "media"]
    assert holdings.captures.is_dir()
    assert holdings.media.is_dir()
    assert holdings.locks.is_dir()


def test_a_file_where_a_folder_must_be(tmp_path: Path) -> None:
    (tmp_path / "media").write_text("in the way")
    with pytest.raises(ArchiveError) as caught:
        Holdings(tmp_path).make()
    assert str(caught.value) == (
        f"cannot make the folder {tmp_path}/media: File exists; free its name or make the directory writable"
    )
