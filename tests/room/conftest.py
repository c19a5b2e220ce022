import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager

import pytest
from filelock import FileLock

from tests.e2e.faults.processes import Commands
from tests.e2e.harness import Workspace, skip_but_in_ci
from tests.room.browsing import CHROMIUM, Chromium, Visit, chromium
from tests.room.built import NOW, build, move_clock
from tests.room.serving import Server, served

Visiting = Callable[..., AbstractContextManager[Visit]]


@pytest.fixture(scope="session")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Commands:
    return Commands(tmp_path_factory.mktemp("commands"))


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory, commands: Commands) -> Workspace:
    """The archive of two sites over two months, made once a session: all workers of xdist share it and only read."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    made = shared / "room.made"
    with FileLock(shared / "room.lock"):
        if not made.exists():
            build(shared / "room", commands)
            made.touch()
    return Workspace(shared / "room")


@pytest.fixture(scope="session")
def server(archive: Workspace, commands: Commands) -> Iterator[Server]:
    """The archive as `newsarchive serve` shows it, a few hours after the last crawl."""
    move_clock(commands, NOW)
    with served(archive, commands) as running:
        yield running


@pytest.fixture(scope="session")
def browser() -> Iterator[Chromium]:
    if CHROMIUM is None:
        skip_but_in_ci("there is no Chromium here; Debian's package is chromium")
    with chromium() as opened:
        yield opened


@pytest.fixture
def visit(browser: Chromium, server: Server) -> Iterator[Visiting]:
    """Open a tab at the server: `with visit(Eyes(...)) as tab`."""
    with browser.awake():
        yield lambda eyes=None, **more: browser.visit(server.origin, eyes, **more)
