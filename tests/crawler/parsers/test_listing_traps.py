"""What a listing page leads to for ever, and what stands beside its list."""

import pytest

from crawler.parsers import parse_listing
from crawler.parsers.archives import is_calendar, is_month, month_of
from crawler.parsers.traps import left_alone
from crawler.site import Listing
from tests.crawler.parsers.small_pages import page_of, parsed

URL = "https://news.example/news/"


def listing(body: str, given: Listing) -> list[tuple[str, str | None, str | None]]:
    page = parse_listing(page_of(body).encode(), URL, given)
    return [(entry.url.removeprefix("https://news.example"), entry.title, entry.date_raw) for entry in page.entries]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/2023/05/", (2023, 5)),
        ("https://a.example/2023/", (2023, 13)),
        ("https://a.example/news/2023-05.html", (2023, 5)),
        ("https://a.example/archive?month=2023-05", (2023, 5)),
        ("https://a.example/2023/05/12/", (2023, 5)),
        ("https://a.example/news/c_113228.htm", (0, 0)),
        ("https://a.example/news/", (0, 0)),
    ],
)
def test_the_month_of_an_archive(url: str, expected: tuple[int, int]) -> None:
    assert month_of(url) == expected
    assert is_month(url) is (expected != (0, 0))


@pytest.mark.parametrize(
    ("year", "expected"), [("1989", True), ("1990", False), ("2026", False), ("2027", True), ("9999", True)]
)
def test_a_calendar_goes_on_for_ever(year: str, *, expected: bool) -> None:
    assert is_calendar(f"https://a.example/{year}/05/", 2026) is expected


def test_links_that_lead_on_for_ever_are_counted() -> None:
    links = (
        "/x?PHPSESSID=ab", "/x;jsessionid=1", "/calendar/2026/13", "/events/9999/01/", "?sort=title",
        "?filter[a]=1&size=5",
        "/a", "mailto:a@b.example",
    )  # fmt: skip
    found = left_alone(parsed("".join(f"<a href='{link}'>x</a>" for link in links)))
    assert found == {"session": 2, "calendar": 2, "filter": 2}


def test_links_beside_the_list_are_articles_where_their_address_says_so() -> None:
    body = (
        "<p><a href=/2024/05/01/hero>A hero above</a></p><ul><li><a href=/2024/04/01/one>One thing</a></li></ul>"
        "<a href=/news/page/2/>2</a><a href=/about>About</a>"
    )
    found = listing(body, Listing(entry="li", also_urls=r"/\d{4}/\d\d/\d\d/|/page/"))
    assert found == [("/2024/04/01/one", "One thing", None), ("/2024/05/01/hero", "A hero above", None)]
    page = parse_listing(page_of(body).encode(), URL, Listing(entry="li", also_urls=r"/\d{4}/\d\d/\d\d/"))
    assert page.listed == 1


def test_a_box_without_a_date_is_no_entry_of_a_dated_list() -> None:
    body = (
        "<p>24.11.2023 <a href=/a>A quay is new</a></p><p><a href=/b>Other things</a></p>"
        "<p><a href=/c>Cranes</a> <time datetime=2023-11-02>2 Nov</time></p>"
    )
    found = listing(body, Listing(entry="p", dated=True))
    assert found == [("/a", "A quay is new", "24.11.2023"), ("/c", "Cranes", "2 Nov")]


@pytest.mark.parametrize(
    ("box", "title"),
    [
        ("<a href=/a><img src=x></a><a href=/a>A quay is new</a><a href=/a>More</a>", "A quay is new"),
        ("<a href=/a>Read</a><h3><a href=/a>Cranes</a></h3><a href=/a>12 comments »</a>", "Cranes"),
        ("<a href=/a><h2>A quay</h2><p>It was opened on Monday.</p></a>", "A quay"),
        ("<a href=/a title='A quay'><img src=x></a>", "A quay"),
        ("<a href=/a>新码头启用</a><a href=/a>更多 &gt;&gt; 详细</a>", "新码头启用"),
    ],
)
def test_the_title_of_an_entry_is_what_its_best_link_says(box: str, title: str) -> None:
    assert listing(f"<li>{box}</li>", Listing(entry="li"))[0][1] == title


def test_the_next_page_is_that_with_the_next_number_whatever_its_link_says() -> None:
    body = "<li><a href=/a>A</a></li><a href=/news/page/2/>« Früher</a>"
    page = parse_listing(page_of(body).encode(), URL, Listing(entry="li"))
    assert page.next_url == "https://news.example/news/page/2/"


def test_archives_are_further_listing_pages() -> None:
    body = "<li><a href=/a>A</a></li><a href=/news/2023/05/>May</a><a href=/news/2023/05/>again</a><a href=/x>x</a>"
    page = parse_listing(page_of(body).encode(), URL, Listing(entry="li", archives=r"/\d{4}/\d\d/$"))
    assert page.archives == ("https://news.example/news/2023/05/",)
