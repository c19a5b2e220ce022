"""Pagers of articles: which links lead to another part of the same article."""

from urllib.parse import urljoin

import pytest

from archive.model import Article, Image, Stamp
from crawler.parsers import join_pages
from crawler.parsers.page import parse_page
from crawler.parsers.pager import is_pager, page_urls, part_number
from crawler.parsers.walk import blocks_of
from tests.crawler.parsers.small_pages import STORY, blocks, page_of, parsed, read

SEED = "http://english.shzj.gov.cn/2017-11/23/c_113228.htm"


def parts(url: str, pager: str) -> tuple[str, ...]:
    page = parse_page(page_of(f"<div>{STORY}</div><div>{pager}</div>").encode(), url)
    return page_urls(page, blocks_of(page.body))


@pytest.mark.parametrize(
    ("url", "pager", "expected"),
    [
        (
            SEED,
            "1 <a href=c_113228_2.htm>2</a> <a href=c_113228_3.htm>3</a> <a href=c_113228_2.htm>&gt;</a>",
            ["c_113228_2.htm", "c_113228_3.htm"],
        ),
        (
            SEED,
            "Previous Page 1 <a href=c_113228_2.htm>2</a> <a href=c_113228_2.htm>Next Page</a>",
            ["c_113228_2.htm"],
        ),
        (SEED, "<a href=c_113228_3.htm>[3]</a><a href=c_113228_2.htm>[2]</a>", ["c_113228_2.htm", "c_113228_3.htm"]),
        (SEED, "1 <a href=c_113228_2.htm#p>2</a>", ["c_113228_2.htm"]),
        (
            SEED,
            "第1页 <a href=c_113228_2.htm>2</a> <a href=c_113228_3.htm>下一页</a>",
            ["c_113228_2.htm", "c_113228_3.htm"],
        ),
        ("http://a.example/n/story", "1 <a href=?page=2>2</a> <a href=?page=3>3</a>", ["story?page=2", "story?page=3"]),
        ("http://a.example/n/story/", "1 <a href=/n/story/2/>2</a>", ["2/"]),
        ("http://a.example/n/story/", "1 <a href=/n/story/page/2/>2</a>", ["page/2/"]),
        ("http://a.example/n/story-5.html", "<a href=story-4.html>4</a><a href=story-6.html>6</a>", []),
        (SEED, "<a href=c_113229.htm>2</a> <a href=c_113230.htm>3</a>", []),
        (SEED, "<a href=c_113228_2.htm>Next</a>", []),
        (SEED, "<a href=c_113228_2.htm>Read the second part</a>", []),
        (SEED, "<a href=javascript:x()>2</a> <a href='http://[x/'>3</a> <a>4</a> <a href='http://a:x/'>5</a>", []),
        (SEED, "<a href=c_113228.htm>1</a>", []),
        (
            "http://a.example/version-4-1-2/",
            "<a href=/version-4-1-3/>Next »</a> <a href=/version-4-1-1/>« Previous</a>",
            [],
        ),
        ("http://a.example/version-4-1-2/", "<a href=/version-4-1-3/>3</a>", []),
        ("http://a.example/version-4-1-2/", "<a href=/version-4-1-3/>Version 4.1.3</a>", []),
        ("http://a.example/a-quay/", "<a href=/a-quay-2/>Next »</a>", []),
        ("http://a.example/a-quay/", "<a href=/a-quay-2/>A quay, again »</a>", []),
        ("http://a.example/2024/03/15", "<a href=/2024/03/16>16</a>", []),
        ("not a url", "<a href=x_2.htm>2</a>", []),
    ],
)
def test_the_other_parts(url: str, pager: str, expected: list[str]) -> None:
    assert parts(url, pager) == tuple(urljoin(url, item) for item in expected)


def test_a_query_after_a_file_name() -> None:
    found = parts("http://a.example/n/story.html", "1 <a href=?page=2>2</a> <a href=?page=3>3</a>")
    assert found == ("http://a.example/n/story.html?page=2", "http://a.example/n/story.html?page=3")


def test_a_later_part_leads_back_to_the_first() -> None:
    url = SEED.replace(".htm", "_2.htm")
    found = parts(url, "<a href=c_113228.htm>1</a> 2 <a href=c_113228_3.htm>3</a> <a href=c_113228_3.htm>&gt;</a>")
    assert found == (SEED, SEED.replace(".htm", "_3.htm"))


def test_a_number_wins_over_a_word() -> None:
    found = parts(SEED, "1 <a href=c_113228_2.html>Next</a> <a href=c_113228_2.htm>2</a>")
    assert found == (SEED.replace(".htm", "_2.htm"),)


def test_there_is_a_most_of_parts() -> None:
    links = " ".join(f"<a href=c_113228_{number}.htm>{number}</a>" for number in range(2, 200))
    assert len(parts(SEED, links)) == 60


def test_an_article_knows_its_parts_and_has_no_pager_in_its_body() -> None:
    pager = "<div>1 <a href=c_113228_2.htm>2</a> <a href=c_113228_2.htm>&gt;</a></div>"
    article = read(f"<div><h1>A quay</h1>{STORY}{pager}</div>", url=SEED)
    assert article.pages == (SEED.replace(".htm", "_2.htm"),)
    assert article.body.endswith("after the summer.")


@pytest.mark.parametrize(
    ("url", "number"),
    [
        (SEED, 1),
        ("http://a.example/c_113228_2.htm", 2),
        ("http://a.example/x?page=12", 12),
        ("http://a.example/x?p=3", 3),
        ("http://a.example/x/page/7/", 7),
        ("http://a.example/x/4", 4),
        ("http://a.example/x-1.html", 1),
        ("http://a.example/2017/11/", 1),
        ("http://a.example/2017/11", 1),
        ("http://a.example/updates_200.html", 200),
        ("http://a.example/", 1),
    ],
)
def test_part_number(url: str, number: int) -> None:
    assert part_number(url) == number


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 2 3 >", True),
        ("Previous Page 1 2 Next Page", True),
        ("<< < 1 2 > >>", True),
        ("上一页 1 2 下一页", True),
        ("共3页 第1页", True),
        ("Page 1 of 3", True),
        ("Next", True),
        ("« »", True),
        ("1", False),
        ("2024", False),
        ("Home", False),
        ("Next year", False),
        ("Page", False),
        ("", False),
        ("1 2 " * 60, False),
    ],
)
def test_lines_of_a_pager(text: str, *, expected: bool) -> None:
    assert is_pager(text) is expected


def article(number: int, **more: object) -> Article:
    return Article(f"http://a.example/c_1_{number}.htm", title=f"T{number}", **more)  # type: ignore[arg-type]


def test_pages_are_joined() -> None:
    stamp = Stamp("x", reason="ambiguous")
    first = article(
        1, updated=stamp, body="a", body_html="<p>a</p>", markdown="a", byline=("Ann",), pages=("x",),
        images=(Image("i", "c", position=1), Image(None, "d", position=2)), rules={"title": "page:h1"},
    )  # fmt: skip
    second = article(2, body="", images=(Image("i", "again"), Image("j"), Image(None, "e")), byline=("Ann", "Bo"))
    third = article(3, body="b\n\nc", body_html="<p>b</p>\n<p>c</p>", markdown="b\n\nc", source="later")
    found = join_pages([first, second, third])
    assert (found.title, found.updated, found.source, found.pages) == ("T1", stamp, None, ())
    assert (found.body, found.body_html, found.markdown) == (
        "a\n\nb\n\nc",
        "<p>a</p>\n<p>b</p>\n<p>c</p>",
        "a\n\nb\n\nc",
    )
    assert found.byline == ("Ann", "Bo")
    assert [(image.url, image.caption, image.position) for image in found.images] == [
        ("i", "c", 1), (None, "d", 2), ("j", None, 3), (None, "e", 4),
    ]  # fmt: skip
    assert found.rules == {"title": "page:h1"}


def test_one_page_is_itself() -> None:
    first = article(1, pages=("x",))
    assert join_pages([first]) is first


def test_blocks_are_the_pages() -> None:
    assert page_urls(parsed("<p>1"), blocks("<p>1")) == ()
