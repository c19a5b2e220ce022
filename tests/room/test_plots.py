"""Plots in a browser: drawn from the table on the page, under our own policy, chosen from with the pointer."""

import hashlib
import http.server
from typing import Any

import pytest

from archive.datasette_plugin.answering import HEADERS
from tests.e2e.harness import ROOT
from tests.e2e.serving import listening
from tests.room.browsing import Chromium, Visit

STATIC = ROOT / "archive" / "datasette_plugin" / "static"
TYPES = {".css": "text/css", ".js": "text/javascript"}
MONTHS = [f"{year}-{month:02}" for year in (2022, 2023) for month in range(1, 13)]
BARS = "[...document.querySelectorAll('#{} .series rect title')].map(each => each.textContent)"


def table(*series: str, months: list[str] = MONTHS) -> str:
    head = "".join(f"<th>{name}</th>" for name in series)
    rows = "".join(
        f'<tr><th><time datetime="{month}">{month}</time></th>'
        + "".join(f"<td>{1_000 + place:,}</td>" for place in range(len(series)))
        + "</tr>"
        for month in months
    )
    return f"<details><table><thead><tr><th>Month</th>{head}</tr></thead><tbody>{rows}</tbody></table></details>"


PAGE = f"""<!doctype html><title>Plots</title>
<link rel="icon" href="/icon.svg"><link rel="stylesheet" href="/plots.css">
<script src="/d3.min.js" defer></script><script src="/plots.js" defer></script>
<figure id="stacked" data-plot="months"><figcaption>By site.</figcaption>{table("herald", "日报")}</figure>
<form action="/found"><input name="since"><input name="until" value="2023-06-30">
<figure id="chosen" data-plot="months" data-brush="since,until">{table("articles")}</figure></form>
<figure id="shares" data-plot="shares">{table("label", "json-ld")}</figure>
<figure id="long" data-plot="months">{table("a", months=[f"{year}-01" for year in range(1900, 2024)])}</figure>
<figure id="empty" data-plot="months">{table("a", months=[])}</figure>"""


class _Handler(http.server.BaseHTTPRequestHandler):
    """The page, and the plugin's own files beside it, with the policy of every page."""

    def do_GET(self) -> None:
        file = STATIC / self.path.strip("/")
        body = file.read_bytes() if file.is_file() else PAGE.encode()
        self.send_response(200)
        for name, value in HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Type", TYPES.get(file.suffix, "text/html; charset=utf-8"))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class names it)
        pass


def choose(tab: Visit, *xs: float) -> str:
    """Press in the plot at a share of its width, move to others, let go; return what the page that follows is asked."""
    box = tab.page.locator(".brush .overlay").bounding_box()
    assert box is not None
    places = [(box["x"] + share * box["width"], box["y"] + 20) for share in xs]
    with tab.page.expect_navigation():
        tab.page.mouse.move(*places[0])
        tab.page.mouse.down()
        for place in places[1:]:
            tab.page.mouse.move(*place)
        tab.page.mouse.up()
    return tab.page.url.partition("?")[2]


def test_plots_are_drawn_and_chosen_from(browser: Chromium) -> None:
    with listening(_Handler) as url, browser.awake(), browser.visit(url.removesuffix("/")) as tab:
        tab.open("/")
        tab.page.wait_for_selector("#long svg")
        stacked = tab.page.evaluate(BARS.format("stacked"))
        assert (len(stacked), stacked[0], stacked[-1]) == (
            48, "January 2022, herald: 1,000", "December 2023, 日报: 1,001",
        )  # fmt: skip
        label = tab.page.get_attribute("#stacked svg[role=img]", "aria-label")
        assert label == "By site. The numbers are in the table below."
        shares = tab.page.evaluate(BARS.format("shares"))
        assert (len(shares), shares[0]) == (48, "2022-01, label: 50 %")
        # A bar is never too thin to be seen.
        assert tab.page.text_content("#long .put") == "Here each bar is a quarter."
        assert tab.page.locator("#empty svg").count() == 0
        for pale in (1, 0):
            tab.page.locator("#stacked .legend button").first.click()
            assert tab.page.locator("#stacked .pale").count() == pale
        assert choose(tab, 0.98, 0.8) == "since=2023-08-01&until=2023-12-31"
        # A click without a drag is one month.
        assert choose(tab, 0.9) == "since=2023-10-01&until=2023-10-31"


def test_the_library_is_what_its_recipe_made() -> None:
    lines = (ROOT / "vendor" / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 2
    for line in lines:
        digest, name = line.split()
        assert hashlib.sha256((ROOT / name).read_bytes()).hexdigest() == digest, f"make vendor PIN=1, for {name}"
    built = (STATIC / "d3.min.js").read_text(encoding="utf-8")
    assert "eval(" not in built
    assert "new Function" not in built


@pytest.mark.parametrize("package", ["d3-scale", "d3-axis", "d3-brush", "d3-selection", "d3-shape", "internmap"])
def test_its_licences_stand_beside_it(package: str) -> None:
    text = (STATIC / "d3.min.js.txt").read_text(encoding="utf-8")
    _, _, rest = text.partition(f"== {package}\n")
    assert "Copyright" in rest[:40]
