"""Every page of the reading room, in a real browser: whole without scripts, and none is forgotten."""

import asyncio
from pathlib import Path

import pytest

from archive import datasette_plugin
from tests.room.browsing import NARROW, Chromium, Eyes
from tests.room.conftest import Visiting
from tests.room.pages import PAGES, STATUS
from tests.room.serving import Server

TEMPLATES = Path(datasette_plugin.__file__).parent / "templates" / "newsarchive"


def test_no_page_is_forgotten() -> None:
    templates = {path.stem for path in TEMPLATES.glob("[!_]*.html")} - {"base"}
    assert {name.partition("-")[0] for name in PAGES} == templates


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_without_scripts(visit: Visiting, server: Server, name: str) -> None:
    with visit(Eyes(NARROW, scripts=False)) as tab:
        tab.open(PAGES[name](server), STATUS.get(name, 200))
        shown = " ".join(tab.page.inner_text("main").split())
        tab.page.emulate_media(media="print")
        printed = " ".join(tab.page.inner_text("main").split())
    assert len(shown) > 40
    assert len(printed) > 40


def test_other_loops_run_beside_the_browser(browser: Chromium) -> None:
    asyncio.run(asyncio.sleep(0))
