"""What a visit must not let pass: each is seen where a page of ours would do it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.e2e.serving import served
from tests.room.browsing import NARROW, Chromium, Eyes

if TYPE_CHECKING:
    from pathlib import Path

BAD = {
    "console.html": ("<script>console.error('oh no')</script>", "said error: oh no"),
    "warning.html": ("<script>console.warn('take care')</script>", "said warning: take care"),
    "error.html": ("<script>null.x</script>", "raised"),
    "dialog.html": ("<script>alert('boo')</script>", "opened a dialog: boo"),
    "elsewhere.html": ('<img src="http://elsewhere.example/a.png">', "asked for http://elsewhere.example/a.png"),
    "missing.html": ('<img src="missing.png">', "404"),
    "sideways.html": ('<p style="width:500px">wide</p>', "scrolls sideways: it is"),
}


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder: Path = tmp_path_factory.mktemp("bad")
    for name, (body, _) in BAD.items():
        head = '<!doctype html><link rel="icon" href="data:,"><meta name="viewport" content="width=device-width">'
        (folder / name).write_text(head + body)
    (folder / "good.html").write_text('<!doctype html><link rel="icon" href="data:,"><p>Well.')
    with served(folder) as site:
        yield site.url.rstrip("/")


@pytest.mark.parametrize("name", BAD)
def test_what_is_wrong_with_a_page_is_seen(browser: Chromium, origin: str, name: str) -> None:
    with browser.awake(), browser.visit(origin, Eyes(NARROW), may_complain=True) as tab:
        tab.open(f"/{name}")
    assert [said for said in tab.complaints if BAD[name][1] in said], tab.complaints


def test_a_visit_fails_where_something_was_wrong(browser: Chromium, origin: str) -> None:
    with pytest.raises(AssertionError, match="oh no"), browser.awake(), browser.visit(origin) as tab:
        tab.open("/console.html")


def test_a_page_without_scripts_is_measured_too(browser: Chromium, origin: str) -> None:
    with browser.awake(), browser.visit(origin, Eyes(NARROW, scripts=False), may_complain=True) as tab:
        tab.open("/dialog.html")
        tab.open("/good.html")
        assert tab.complaints == []
        tab.open("/sideways.html")
    assert len(tab.complaints) >= 1
