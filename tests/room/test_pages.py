"""Every page of the reading room, in a real browser."""

import asyncio

from tests.room.browsing import NARROW, Eyes
from tests.room.conftest import Visiting
from tests.room.serving import Server


def test_changes(visit: Visiting, server: Server) -> None:
    with visit(Eyes(NARROW, "dark")) as tab:
        tab.open(server.room.changes())
        assert "Seal freed" in tab.page.inner_text("main")


def test_other_loops_run_beside_the_browser(browser: object) -> None:
    asyncio.run(asyncio.sleep(0))
