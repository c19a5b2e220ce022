"""Makes the pictures of the docs: every page of the reading room, and what the tour sees, in Debian's Chromium."""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image

from tests.e2e.faults.processes import Commands
from tests.room import tour
from tests.room.browsing import CHROMIUM, NARROW, WIDE, Chromium, Eyes, Visit, chromium
from tests.room.built import NOW, build, move_clock
from tests.room.pages import PAGES, STATUS
from tests.room.serving import Server, served

PICTURES = Path(__file__).parent / "room"
# The same every time, for addresses stand on pages, and the keys of articles are made of them.
SITES, ROOM = (8974, 8975), 8973
_COLOURS = 96


def main() -> None:
    """Make every picture."""
    if CHROMIUM is None:
        sys.exit("install chromium first")
    PICTURES.mkdir(exist_ok=True)
    with _served() as server, chromium() as browser, browser.awake():
        for name in sys.argv[1:] or PAGES:
            _take_page(browser, server, name)
        for task in tour.tasks():
            with browser.visit(server.origin) as tab:
                tour.do(task, tab, server.room, lambda name, tab=tab: take(tab, PICTURES.parent / name))


@contextmanager
def _served() -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as folder:
        commands = Commands(Path(folder))
        workspace = build(Path(folder) / "demo", commands, ports=SITES)
        move_clock(commands, NOW)
        with served(workspace, commands, port=ROOM) as server:
            yield server


def _take_page(browser: Chromium, server: Server, name: str) -> None:
    for eyes in (Eyes(WIDE), Eyes(WIDE, "dark"), Eyes(NARROW), Eyes(NARROW, "dark")):
        with browser.visit(server.origin, eyes) as tab:
            tab.open(PAGES[name](server), STATUS.get(name, 200))
            take(tab, PICTURES / f"{name}-{eyes.size[0]}-{eyes.colours}.png")


def take(tab: Visit, path: Path) -> None:
    """Write what a tab shows as a picture of few colours."""
    tab.page.wait_for_load_state("networkidle")
    seen = Image.open(BytesIO(tab.page.screenshot(animations="disabled", caret="hide")))
    seen.convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    print(f"{path.relative_to(PICTURES.parent)}: {path.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
