"""Debian's Chromium, driven by Playwright: visits to pages, in which nothing may go wrong unnoticed."""

import asyncio
import contextlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Error, Page, Request, Response, Route
from playwright.sync_api import sync_playwright as playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
WIDE, NARROW = (1280, 900), (360, 780)
# Whatever a page asks elsewhere for is not even looked up.
_FLAGS = (
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
    "--disable-gpu",
    "--hide-scrollbars",
    "--lang=en-GB",
)
_SIDEWAYS = "document.scrollingElement && [document.scrollingElement.scrollWidth, innerWidth]"


@dataclass(frozen=True, slots=True)
class Eyes:
    """How a visitor sees: the size of the window, the colours that are preferred, whether scripts run."""

    size: tuple[int, int] = WIDE
    colours: Literal["light", "dark"] = "light"
    scripts: bool = True


@dataclass(slots=True)
class Visit:
    """A tab at a server; `complaints` is all that went wrong in it."""

    page: Page
    origin: str
    eyes: Eyes
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    awaited: int = 200

    def open(self, path: str, status: int = 200) -> None:
        """Go to an address of the server and wait until the page and its pictures are there."""
        self.awaited = status
        answer = self.page.goto(self.origin + path)
        assert answer is not None
        assert answer.status == status, path
        self.look()

    def see(self, eyes: Eyes) -> None:
        """Look at the same page in another window and other colours."""
        self.page.set_viewport_size({"width": eyes.size[0], "height": eyes.size[1]})
        self.page.emulate_media(color_scheme=eyes.colours)
        self.look()

    def look(self) -> None:
        """Note what is wrong with how the page stands."""
        wide, window = self._widths()
        if wide > window:
            self.complaints.append(f"{self.page.url} scrolls sideways: it is {wide} px wide in {window}")

    def _widths(self) -> tuple[int, int]:
        """Return how wide the page is, and its window."""
        for _ in range(100):
            self.page.wait_for_load_state()
            # What was followed before may just now lead to another page.
            with contextlib.suppress(Error):
                if found := self.page.evaluate(_SIDEWAYS):
                    return found[0], found[1]
            self.page.wait_for_timeout(50)
        raise AssertionError(f"{self.page.url} does not come to rest")


class Chromium:
    """One browser, in which each visit is a profile of its own."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self._loop = asyncio.get_running_loop()

    @contextmanager
    def awake(self) -> Iterator[None]:
        """Let Playwright's loop be the thread's only meanwhile: other tests run loops of their own."""
        asyncio._set_running_loop(self._loop)
        try:
            yield
        finally:
            asyncio._set_running_loop(None)

    @contextmanager
    def visit(self, origin: str, eyes: Eyes | None = None, *, may_complain: bool = False) -> Iterator[Visit]:
        """Open a tab at a server; fails at its end where anything went wrong in it."""
        eyes = eyes or Eyes()
        context = self.browser.new_context(
            viewport={"width": eyes.size[0], "height": eyes.size[1]}, color_scheme=eyes.colours,
            java_script_enabled=eyes.scripts, reduced_motion="reduce", timezone_id="UTC", locale="en-GB",
        )  # fmt: skip
        try:
            visit = Visit(context.new_page(), origin, eyes)
            _watch(context, visit)
            yield visit
            visit.look()
        finally:
            context.close()
        assert may_complain or not visit.complaints, "\n".join(visit.complaints)


def _watch(context: BrowserContext, visit: Visit) -> None:
    def passed(route: Route) -> None:
        url = route.request.url
        visit.requests.append(url)
        if url.startswith((f"{visit.origin}/", "data:", "about:", "blob:")):
            route.continue_()
        else:
            visit.complaints.append(f"{visit.page.url} asked for {url}")
            route.abort()

    def heard(message: ConsoleMessage) -> None:
        # A browser calls it an error that a page says "not found".
        is_awaited = visit.awaited != 200 and f"a status of {visit.awaited} " in message.text
        if message.type in ("error", "warning") and not is_awaited:
            visit.complaints.append(f"{visit.page.url} said {message.type}: {message.text}")

    def answered(response: Response) -> None:
        if response.status >= 500:
            visit.complaints.append(f"{response.url} answered {response.status}")

    def asked(dialog: Dialog) -> None:
        visit.complaints.append(f"{visit.page.url} opened a dialog: {dialog.message}")
        dialog.dismiss()

    def failed(request: Request) -> None:
        # Whoever goes on does not wait for the rest of the pictures.
        if request.failure != "net::ERR_ABORTED":
            visit.complaints.append(f"{request.url} failed: {request.failure}")

    context.route("**/*", passed)
    context.on("console", heard)
    context.on("dialog", asked)
    context.on("response", answered)
    context.on("requestfailed", failed)
    context.on("weberror", lambda error: visit.complaints.append(f"{visit.page.url} raised {error.error}"))


@contextmanager
def chromium() -> Iterator[Chromium]:
    """Run a browser; asynchronous code of others may run while no visit is under way."""
    assert CHROMIUM is not None
    with playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=[*_FLAGS])
        opened = Chromium(browser)
        asyncio._set_running_loop(None)
        try:
            yield opened
        finally:
            with opened.awake():
                browser.close()
            asyncio._set_running_loop(opened._loop)
