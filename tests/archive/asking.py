"""Asking a Datasette in this process."""

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import httpx
from datasette.app import Datasette


def ask(archive: Path | Sequence[Path], path: str, metadata: Any = None, **headers: str) -> httpx.Response:
    """Return the answer about a workspace's archive, or some files; `if_none_match` is If-None-Match."""
    return ask_all(archive, [path], metadata, None, **headers)[0]


def ask_all(
    archive: Path | Sequence[Path],
    paths: Sequence[str],
    metadata: Any = None,
    options: Mapping[str, Any] | None = None,
    **headers: str,
) -> list[httpx.Response]:
    """Return the answers to several addresses of one server; `options` are Datasette's own."""
    files = [archive / "archive.db"] if isinstance(archive, Path) else archive
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def asked() -> list[httpx.Response]:
        datasette = Datasette([str(file) for file in files], metadata=metadata, **(options or {}))
        try:
            return [await datasette.client.get(path, headers=named) for path in paths]
        finally:
            for database in datasette.databases.values():
                database.close()
            datasette.executor.shutdown()

    return asyncio.run(asked())
