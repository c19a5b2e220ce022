from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from archive.db import open_archive
from archive.warc import Place, read_exchange
from crawler.importing.intake import Filter
from crawler.importing.work import Order, Report, run_import
from crawler.workspace import Workspace, make_workspace


@dataclass
class Importing:
    """A workspace into which files are imported, in this process."""

    workspace: Workspace
    folder: Path

    def write(self, name: str, data: bytes) -> Path:
        """Write a file to be imported."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path

    def take(self, *paths: Path, site: str | None = None, **filters: bool) -> Report:
        """Import files; what is stored afterwards is whole."""
        report = run_import(self.workspace, Order(paths, site, Filter(**filters)))
        self.check()
        return report

    def take_bytes(self, data: bytes, name: str = "file.warc") -> Report:
        """Import a file with these bytes."""
        return self.take(self.write(name, data))

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        db = open_archive(self.workspace.holdings.database, readonly=True)
        try:
            return db.conn.execute(sql, values).fetchall()
        finally:
            db.close()

    def one(self, sql: str, *values: Any) -> Any:
        ((value,),) = self.rows(sql, *values)
        return value

    def check(self) -> None:
        """Every capture's bytes are where its row says, with its digest; every index and reference holds."""
        holdings = self.workspace.holdings
        for digest, file, offset, length, revisit_of, mime in self.rows(
            "SELECT digest, file, offset, length, revisit_of, mime FROM captures"
        ):
            if file is None:
                assert list((holdings.media / digest[7:9]).glob(f"{digest[7:]}.*")), digest
            elif revisit_of is None:
                assert read_exchange(holdings.captures, Place(file, offset, length)).digest == digest, mime
        assert self.rows("PRAGMA foreign_key_check") == []
        assert self.one("PRAGMA integrity_check") == "ok"


@pytest.fixture
def importing(tmp_path: Path) -> Importing:
    """An empty workspace, and a folder beside it."""
    folder = tmp_path / "files"
    folder.mkdir()
    return Importing(make_workspace(tmp_path / "w"), folder)
