"""Search, facet, article, picture, versions, comparison, citation, export: by mouse, by keys alone, without scripts."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.room.browsing import NARROW, WIDE, Eyes, Visit
from tests.room.conftest import Visiting
from tests.room.serving import Server

WORD, TITLE = "lift", "Inspection reports of 8,430 lifts can now be read by phone"
EYES = [Eyes(), Eyes(NARROW, "dark"), Eyes(NARROW, scripts=False)]


class Mouse:
    """Points and clicks."""

    def __init__(self, tab: Visit) -> None:
        self.tab = tab

    def search(self, text: str) -> None:
        self.tab.page.get_by_label("Search the articles").fill(text)
        self.tab.page.get_by_role("search").get_by_role("button", name="Search").click()

    def use(self, target: Locator) -> None:
        target.first.click()


class Keys:
    """Has no mouse: goes by Tab until it is there, and by the keys that the pages offer; every stop must be seen."""

    def __init__(self, tab: Visit) -> None:
        self.tab = tab

    def search(self, text: str) -> None:
        self.tab.page.keyboard.press("/")
        self.tab.page.keyboard.type(text)
        self.tab.page.keyboard.press("Enter")

    def use(self, target: Locator) -> None:
        # Where a key was pressed before, the way goes on from there.
        for _ in range(250):
            if target.first.evaluate("each => each === document.activeElement"):
                break
            self.tab.page.keyboard.press("Tab")
        expect(target.first).to_be_focused()
        style = target.first.evaluate(
            "each => { const s = getComputedStyle(each); return [s.outlineStyle, s.outlineWidth] }"
        )
        assert style[0] != "none", f"{target} does not show that it has the focus"
        assert style[1] != "0px"
        self.tab.page.keyboard.press("Enter")


def link(tab: Visit, name: str) -> Locator:
    """Return the link of a page's content that begins so."""
    return tab.page.get_by_role("main").get_by_role("link", name=re.compile(rf"^\s*{re.escape(name)}"))


def walk(tab: Visit, server: Server, hand: Mouse | Keys) -> bytes:
    """Go the whole way; return what was exported."""
    page, main = tab.page, tab.page.get_by_role("main")
    tab.open(server.room.changes())
    hand.search(WORD)
    expect(main).to_contain_text(TITLE)
    before = main.locator(".results li").count()
    tab.look()
    hand.use(link(tab, "demo").locator("visible=true").and_(main.locator(".facets a")))
    expect(main.locator(".chips")).to_contain_text("demo")
    assert 0 < main.locator(".results li").count() <= before
    tab.look()
    hand.use(link(tab, TITLE))
    expect(page).to_have_title(re.compile(re.escape(TITLE)))
    picture = main.locator("figure img").first
    picture.scroll_into_view_if_needed()
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    expect(main.locator("figcaption").first).to_contain_text("Photo provided to harbournews.example")
    tab.look()
    hand.use(main.locator("figure a"))
    expect(main).to_contain_text("SHA-256")
    tab.look()
    hand.use(link(tab, TITLE))
    hand.use(link(tab, "Version 1"))
    expect(main).to_contain_text("Lift passengers can now read the inspection report by phone")
    tab.look()
    hand.use(link(tab, "Compare with the next version"))
    expect(main).to_contain_text("headline")
    tab.look()
    hand.use(link(tab, "Cite version 2"))
    return _cited_and_exported(tab, hand)


def _cited_and_exported(tab: Visit, hand: Mouse | Keys) -> bytes:
    main = tab.page.get_by_role("main")
    hand.use(link(tab, "BibTeX"))
    expect(main).to_contain_text("@")
    tab.look()
    hand.search(f"{WORD} site:demo")
    hand.use(link(tab, "Export what is found"))
    expect(main).to_contain_text("would be exported")
    tab.look()
    with tab.page.expect_download() as download:
        hand.use(main.get_by_role("button", name="Export"))
    return download.value.path().read_bytes()


@pytest.mark.parametrize("eyes", EYES, ids=str)
def test_the_way_by_mouse(visit: Visiting, server: Server, eyes: Eyes) -> None:
    with visit(eyes) as tab:
        exported = walk(tab, server, Mouse(tab))
    assert TITLE in exported.decode()


@pytest.mark.parametrize("eyes", [Eyes(WIDE)], ids=str)
def test_the_way_by_keys_alone(visit: Visiting, server: Server, eyes: Eyes) -> None:
    with visit(eyes) as tab:
        exported = walk(tab, server, Keys(tab))
    assert TITLE in exported.decode()


def test_the_keys_that_pages_offer(visit: Visiting, server: Server) -> None:
    with visit() as tab:
        page, keys, main = tab.page, tab.page.keyboard, tab.page.get_by_role("main")
        tab.open(server.room.search(q=f'"{WORD}"'))
        for key in "jjk":
            keys.press(key)
        expect(main.locator(".results h3 a").first).to_be_focused()
        keys.press("Enter")
        page.wait_for_url(re.compile("/-/article/"))
        tab.open(server.room.article(server.key_of(TITLE)))
        keys.press("d")
        page.wait_for_url(re.compile("/diff"))
        keys.press("/")
        expect(page.get_by_label("Search the articles")).to_be_focused()
