"""Whole articles: which value each field takes, and the rule that is named for it."""

import datetime as dt
import zoneinfo
from typing import Any

import pytest

from archive.model import Article, Entry, Stamp
from crawler.parsers import parse_article
from crawler.site import Site, load_bundled
from tests.crawler.parsers.small_pages import FIRST, SECOND, STORY, TEXT, THIRD, TITLE, URL, page_of, read, story

SITE: dict[str, Any] = {
    "id": "a", "name": "Example News", "url": "https://news.example/", "listing": {"article_urls": "x"},
    "sections": [{"key": "s", "name": "S", "url": "/"}],
}  # fmt: skip


def site(**more: object) -> Site:
    return Site.model_validate(SITE | more)


def value(stamp: Stamp | None) -> str | None:
    return str(stamp.value) if stamp else None


@pytest.mark.parametrize(
    ("above", "updated", "published", "rules"),
    [
        ("<p>Update : 2017-11-23</p>", "2017-11-23", None, {"updated": "label:updated"}),
        (
            "<p>Published: 2017-11-20 Updated: 2017-11-23 10:30</p>",
            "2017-11-23 10:30:00",
            "2017-11-20",
            {"updated": "label:updated", "published": "label:published"},
        ),
        (
            "<p>Published: 2017-11-20</p><p>Updated: 2017-11-23</p>",
            "2017-11-23",
            "2017-11-20",
            {"updated": "label:updated", "published": "label:published"},
        ),
        ("<p>Published: 2017-11-20</p>", None, "2017-11-20", {"published": "label:published"}),
        (
            "<p>2017-11-20</p>",
            "2017-11-20",
            "2017-11-20",
            {"updated": "line:unlabelled", "published": "line:unlabelled"},
        ),
        ("<p>2017-11-20 · Ann Lee</p>", None, "2017-11-20", {"published": "line:unlabelled", "byline": "line:byline"}),
        (
            "<p>2017-11-20</p><p>Updated: 2017-11-23</p>",
            "2017-11-23",
            "2017-11-20",
            {"updated": "label:updated", "published": "line:unlabelled"},
        ),
        (
            "<time itemprop=datePublished datetime='2017-11-20T10:00:00Z'>yesterday</time>",
            None,
            "2017-11-20 10:00:00+00:00",
            {"published": "microdata:datePublished"},
        ),
        (
            "<time class='entry-date updated' datetime='2017-11-23'>x</time><time class=published>20 Nov. 2017</time>",
            "2017-11-23",
            "2017-11-20",
            {"updated": "microdata:dateModified", "published": "microdata:datePublished"},
        ),
        ("<time pubdate>20 November 2017</time>", None, "2017-11-20", {"published": "microdata:datePublished"}),
        ("<time itemprop=datePublished>soon</time>", None, None, {}),
        (
            "<abbr class=published title='2017-11-20'>x</abbr>",
            None,
            "2017-11-20",
            {"published": "microdata:datePublished"},
        ),
        ("<time datetime='2017-11-20'></time>", None, None, {}),
        ("", None, None, {}),
    ],
)
def test_dates_of_the_page(above: str, updated: str | None, published: str | None, rules: dict[str, str]) -> None:
    article = story(above=above)
    assert (value(article.updated), value(article.published)) == (updated, published)
    told = {name: rule for name, rule in article.rules.items() if name in ("updated", "published", "byline")}
    assert told == rules
    assert article.body == TEXT
    assert article.title == TITLE


@pytest.mark.parametrize(
    ("head", "updated", "published", "rules"),
    [
        (
            (
                "<meta property='article:published_time' content='2017-11-20T10:00:00+08:00'>"
                "<meta property='article:modified_time' content='2017-11-23'>"
            ),
            "2017-11-23",
            "2017-11-20 10:00:00+08:00",
            {"published": "meta:article:published_time", "updated": "meta:article:modified_time"},
        ),
        ("<meta name=pubdate content='20 Nov 2017'>", None, "2017-11-20", {"published": "meta:pubdate"}),
        (
            "<meta name=PubDate content='soon'><meta name=date content=2017-11-20>",
            None,
            "2017-11-20",
            {"published": "meta:date"},
        ),
        (
            '<script type=\'application/ld+json\'>{"@type": "Article", "datePublished": "soon"}</script>',
            None,
            None,
            {},
        ),
        ("<meta name=date content='06/07/2010'>", None, None, {}),
    ],
)
def test_declared_dates(head: str, updated: str | None, published: str | None, rules: dict[str, str]) -> None:
    article = story(head=head)
    assert (value(article.updated), value(article.published)) == (updated, published)
    assert {name: rule for name, rule in article.rules.items() if name in ("updated", "published")} == rules


def test_a_label_says_more_of_an_update_than_the_head_does() -> None:
    head = "<meta property='article:modified_time' content='2020-01-01'><meta name=date content='2017-11-20'>"
    article = story(above="<p>Updated: 2017-11-23</p>", head=head)
    assert (value(article.updated), article.rules["updated"]) == ("2017-11-23", "label:updated")
    assert (value(article.published), article.rules["published"]) == ("2017-11-20", "meta:date")


def test_an_ambiguous_date_is_kept_as_printed() -> None:
    article = story(above="<p>Updated: 06.07.2010</p>")
    assert article.updated == Stamp("06.07.2010", reason="ambiguous")
    assert value(story(above="<p>Updated: 06.07.2010</p>", site=site(date_order="DMY")).updated) == "2010-07-06"


def test_the_sites_zone_counts_for_wall_clocks() -> None:
    article = story(above="<p>Updated: 2017-11-23 10:30</p>", site=site(timezone="Asia/Shanghai"))
    assert article.updated == Stamp(
        "2017-11-23 10:30", dt.datetime(2017, 11, 23, 10, 30, tzinfo=zoneinfo.ZoneInfo("Asia/Shanghai")), "minute"
    )
    assert article.updated is not None
    assert article.updated.stored == "2017-11-23T02:30:00Z"


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_date_in_the_story_is_not_the_articles(part: int) -> None:
    paragraphs = [FIRST, SECOND, THIRD]
    paragraphs[part] = f"The fair was opened on March 15, 2024, as the office had promised. {paragraphs[part]}"
    article = story("".join(f"<p>{text}</p>" for text in paragraphs))
    assert (article.updated, article.published) == (None, None)
    assert article.body == "\n\n".join(paragraphs)


def test_a_date_line_in_the_middle_of_a_story_is_text() -> None:
    article = story(f"<p>{FIRST}</p><p>{SECOND}</p><p>March 15, 2024</p><p>{THIRD}</p><p>{FIRST}</p>")
    assert (article.updated, article.published) == (None, None)
    assert "March 15, 2024" in article.body


def test_the_listing_gives_what_the_page_lacks() -> None:
    entry = Entry(URL, "The listing's title", "[2017-11-20]")
    article = parse_article(page_of(STORY).encode(), URL, entry=entry)
    assert (article.title, article.rules["title"]) == ("The listing's title", "entry:title")
    assert (value(article.published), article.rules["published"]) == ("2017-11-20", "entry:date")
    assert article.updated is None
    again = story(above="<p>Published: 2017-11-21</p>", entry=entry)
    assert (again.title, value(again.published)) == (TITLE, "2017-11-21")


def test_a_listing_without_a_readable_date() -> None:
    article = story(entry=Entry(URL, None, "soon"))
    assert (article.published, "published" in article.rules) == (None, False)


def test_a_relative_date_of_the_listing_counts_from_the_fetch() -> None:
    fetched = dt.datetime(2024, 3, 15, 12, tzinfo=dt.UTC)
    article = story(entry=Entry(URL, None, "3 days ago"), fetched_at=fetched)
    assert value(article.published) == "2024-03-12"


def test_the_day_of_the_url_comes_last() -> None:
    url = "http://news.example/2017-11/23/c_1.htm"
    article = read(f"<h1>A quay</h1>{STORY}", url=url)
    assert (value(article.published), article.rules["published"], article.updated) == ("2017-11-23", "url", None)
    labelled = read(f"<h1>A quay</h1><p>Updated: 2018-01-01</p>{STORY}", url=url)
    assert (labelled.published, value(labelled.updated)) == (None, "2018-01-01")


def test_the_crawl_is_never_a_date() -> None:
    article = story(fetched_at=dt.datetime(2024, 3, 15, tzinfo=dt.UTC))
    assert (article.updated, article.published, article.day) == (None, None, None)


@pytest.mark.parametrize(
    ("above", "source", "byline"),
    [
        ("<p>Source: Xinhua</p>", "Xinhua", ()),
        ("<p>By Ann Lee(chinadaily.com.cn)</p>", "chinadaily.com.cn", ("Ann Lee",)),
        ("<p>By Ann Lee and Bo Chen</p>", None, ("Ann Lee", "Bo Chen")),
        ("<p>来源：新华社 作者：王芳</p>", "新华社", ("王芳",)),
    ],
)
def test_people(above: str, source: str | None, byline: tuple[str, ...]) -> None:
    article = story(above=above)
    assert (article.source, article.byline, article.body) == (source, byline, TEXT)
    assert article.rules.get("source") == ("label:source" if source else None)
    assert article.rules.get("byline") == ("line:byline" if byline else None)


@pytest.mark.parametrize(
    ("head", "source", "byline", "rules"),
    [
        ("<meta name=author content='By Ann Lee, Bo Chen'>", None, ("Ann Lee", "Bo Chen"), {"byline": "meta:author"}),
        ("<meta name=author content='https://a.example/ann'>", None, (), {}),
        ("<meta name=source content='Xinhua'>", "Xinhua", (), {"source": "meta:source"}),
    ],
)
def test_declared_people(head: str, source: str | None, byline: tuple[str, ...], rules: dict[str, str]) -> None:
    article = story(head=head)
    assert (article.source, article.byline) == (source, byline)
    assert {name: rule for name, rule in article.rules.items() if name in ("source", "byline")} == rules


def test_a_byline_at_the_end() -> None:
    article = story(f"{STORY}<p>By Jiang Luying(chinadaily.com.cn)</p>")
    assert (article.byline, article.source, article.body) == (("Jiang Luying",), "chinadaily.com.cn", TEXT)


@pytest.mark.parametrize(
    ("lang", "own", "language", "rule"),
    [("de", "en", "de", "html:lang"), ("", "en", "en", "site:language"), ("", None, None, None)],
)
def test_language(lang: str, own: str | None, language: str | None, rule: str | None) -> None:
    article = parse_article(page_of(STORY, lang=lang).encode(), URL, site=site(language=own))
    assert (article.language, article.rules.get("language")) == (language, rule)


FULL = (
    "<p>Home &gt; News</p><h1>A second quay for the harbour</h1><p>Source: Xinhua Updated: 2017-11-23</p>"
    f"<p>By Ann Lee</p><div>{STORY}<p><img src=a.jpg></p><p>A quay [Photo/a.cn]</p></div>"
)


def test_every_field_with_a_value_names_its_rule() -> None:
    article = read(FULL, "<link rel=canonical href=/x><meta name=date content=2017-11-20>")
    fields = (
        "title",
        "updated",
        "published",
        "source",
        "byline",
        "breadcrumb",
        "language",
        "images",
        "canonical_url",
        "body",
    )
    assert {name for name in fields if getattr(article, name)} == set(fields)
    assert article.rules == {
        "title": "page:h1",
        "updated": "label:updated",
        "published": "meta:date",
        "source": "label:source",
        "byline": "line:byline",
        "breadcrumb": "page:breadcrumb",
        "language": "html:lang",
        "images": "credit",
        "canonical_url": "link:canonical",
        "body": "classifier",
        "section": "breadcrumb",
        "kind": article.rules["kind"],
    }


@pytest.mark.parametrize("body", [b"", b"\x00", b"<html>", b"plain", b"\xff\xfe\x00", b"<p>"])
def test_a_page_with_nothing_has_no_rules_but_the_bodys(body: bytes) -> None:
    article = parse_article(body, URL)
    assert (article.title, article.updated, article.published, article.images) == (None, None, None, ())
    assert set(article.rules) <= {"body", "title", "kind"}
    assert article.is_empty or article.body == "plain"


def test_the_seeds_page() -> None:
    site_ = load_bundled("shzj")
    body = (
        "<div>Home &gt;  News &gt; Updates</div><div>A delegation came to Shanghai</div><div>Update : 2017-11-23</div>"
        f"<div><p>{FIRST}</p><p>{SECOND}</p><p align=center><img src=W020171123.jpg></p>"
        f"<p>The delegation at work. [Photo from shzj.gov.cn]</p><p>{THIRD}</p></div>"
    )
    article: Article = parse_article(
        page_of(body).encode(), "http://english.shzj.gov.cn/2017-11/23/c_113228.htm", site=site_
    )
    assert article.title == "A delegation came to Shanghai"
    assert article.breadcrumb == ("Home", "News", "Updates")
    assert article.updated == Stamp("2017-11-23", dt.date(2017, 11, 23), "day")
    assert article.body == TEXT
    (image,) = article.images
    assert image.url == "http://english.shzj.gov.cn/2017-11/23/W020171123.jpg"
    assert (image.caption, image.credit) == ("The delegation at work.", "[Photo from shzj.gov.cn]")
