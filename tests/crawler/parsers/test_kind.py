"""What a page is: pages of every kind, in several languages and markups, and hostile ones."""

import json
from typing import Any

import pytest

from archive.model import Article
from crawler.parsers import parse_article
from crawler.parsers.kind import is_home
from crawler.parsers.kind_weights import BIAS, WEIGHTS

ENGLISH = (
    "The harbour board voted on Tuesday to rebuild the second quay, which a storm took away in the winter.",
    "Work begins in spring and is to last two years. Ferries will leave from the northern basin until then.",
    "“We have waited long enough,” said the harbour master, Ida Quist, after the vote.",
    "Fishermen had asked for the same plan a decade ago. It was put aside when the price of steel rose.",
)
CHINESE = (
    "港务局星期二投票决定重建去年冬天被风暴冲走的第二码头。工程将于春天开始，预计持续两年。",
    "在此期间，渡轮将从北港池出发。港务局长在表决后表示，大家已经等得够久了。",
    "十年前渔民就提出过同样的方案，但由于钢材价格上涨而被搁置。",
)
HEADLINES = (
    "Harbour board votes to rebuild the second quay",
    "Ferry line adds two crossings for the summer",
    "Museum of nets opens its doors after repairs",
    "Lighthouse keepers meet for the fortieth time",
    "School band wins the county brass contest again",
    "Storm leaves three villages without power",
    "Bakers' guild turns one hundred this week",
    "New bridge over the sound delayed until May",
)


def read(body: str, url: str, head: str = "", body_class: str = "") -> Article:
    page = f"<html><head>{head}</head><body class='{body_class}'>{body}</body></html>"
    return parse_article(page.encode(), url)


def paragraphs(texts: tuple[str, ...]) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def teasers(
    count: int, card: str = "<div class=card><h3><a href='/news/{slug}'>{title}</a></h3><p>{title}.</p></div>"
) -> str:
    titles = [HEADLINES[number % len(HEADLINES)] for number in range(count)]
    return "".join(card.format(slug=title.lower().replace(" ", "-"), title=title) for title in titles)


def ld(value: dict[str, Any]) -> str:
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


NEWS = ld({"@type": "NewsArticle", "headline": HEADLINES[0], "datePublished": "2024-03-15T10:30:00Z"})


SURROUNDED = (
    f"<nav>{teasers(8, '<a href=/s/{slug}>{title}</a> ')}</nav><main><article><h1>{HEADLINES[0]}</h1>"
    f"<time datetime=2024-03-15>15 March 2024</time>{paragraphs(ENGLISH)}</article></main>"
    f"<aside>{teasers(6)}</aside>"
)


@pytest.mark.parametrize(
    ("body", "url", "head"),
    [
        (f"<article><h1>{HEADLINES[0]}</h1>{paragraphs(ENGLISH)}</article>", "/2024/03/15/board-votes-for-quay", NEWS),
        (f"<h1>{HEADLINES[0]}</h1><p>2024-03-15</p>{paragraphs(ENGLISH)}", "/news/content/c_113228.htm", ""),
        (
            f"<h1>码头重建方案获得通过</h1><p>2024-03-15 10:30</p>{paragraphs(CHINESE)}",
            "/a/202403/15/t2024_88.html",
            "",
        ),
        (
            SURROUNDED,
            "/local/harbour-board-votes-to-rebuild-quay-8812031",
            "<meta property=og:type content=article>",
        ),
        (f"<h1>{HEADLINES[0]}</h1>{paragraphs(ENGLISH)}", "/category/news/harbour-board-votes", NEWS),
        (f"<h1>{HEADLINES[0]}</h1>{paragraphs(ENGLISH)}", "/contact/", NEWS),
    ],
)
def test_articles(body: str, url: str, head: str) -> None:
    article = read(body, f"https://news.example{url}", head)
    assert (article.kind, article.rules["kind"].partition(":")[0]) == ("article", "evidence")
    assert 0.5 <= article.confidence <= 1


@pytest.mark.parametrize(
    ("body", "url", "head"),
    [
        (teasers(12), "/", ""),
        (teasers(12), "/en/", NEWS),
        (teasers(12), "/local/", "<meta property=og:type content=website>"),
        (
            teasers(8, "<article><h2><a href='/a/{slug}'>{title}</a></h2><p>{title}, said the board.</p></article>"),
            "/news",
            "",
        ),
        (teasers(20, "<li><a href='/c_{slug}.htm'>{title}</a> 2024-03-15</li>"), "/news.html", ""),
        (
            teasers(
                12,
                "<div><a href='/p/{slug}'><img src=a.jpg></a><p><a href='/p/{slug}'>{title}</a></p><p>$12.90</p></div>",
            ),
            "/shop/nets",
            ld({"@type": "CollectionPage"}),
        ),
        (
            f"<h2><a href=/a>A</a></h2>{paragraphs(ENGLISH)}<h2><a href=/b>B</a></h2>{paragraphs(ENGLISH)}",
            "/2024/03/",
            "",
        ),
        (f"<h2><a href=/a>A</a></h2>{paragraphs(ENGLISH)}", "/tag/quay", ""),
        (f"<h2><a href=/a>A</a></h2>{paragraphs(ENGLISH)}", "/blog/page/3/", ""),
        (f"<h2>Results</h2>{teasers(9)}", "/search", ""),
        (
            teasers(
                9, "<li><a href='/t_{slug}.htm'>港务局投票决定重建第二码头并开始施工</a><span>2024-03-15</span></li>"
            ),
            "/xinwen/",
            "",
        ),
    ],
)
def test_listings(body: str, url: str, head: str) -> None:
    assert read(body, f"https://news.example{url}", head).kind == "listing"


@pytest.mark.parametrize(
    ("body", "url", "rule"),
    [
        (
            "<h1>Contact</h1><p>Write to us, or call between nine and five.</p><form><input></form>",
            "/contact-us/",
            "url:static",
        ),
        (f"<h1>About the Gazette</h1>{paragraphs(ENGLISH)}", "/about.html", "url:static"),
        ("<h1>Impressum</h1><p>Verantwortlich für den Inhalt: Ida Quist.</p>", "/impressum", "url:static"),
        ("<h1>Search</h1><form><input name=q></form>", "/search/", "url:static"),
        ("<title>404 Not Found</title><h1>Oops</h1><p>We looked everywhere.</p>", "/news/quay-voted", "title:error"),
        ("<title>页面不存在</title><p>五秒后返回首页</p>", "/news/quay-voted", "title:error"),
        ("<title>Seite nicht gefunden</title><p>Leider.</p>", "/news/quay-voted", "title:error"),
        ("<title>Just a moment...</title><p>Checking your browser.</p>", "/2024/03/quay-voted", "title:error"),
        ("<p>Enter</p>", "/", "url:home"),
        (f"{ld({'@type': 'ContactPage'})}<h1>Write to us</h1><p>Or call.</p>", "/office", "json-ld:ContactPage"),
    ],
)
def test_others(body: str, url: str, rule: str) -> None:
    article = read(body, f"https://news.example{url}")
    assert (article.kind, article.rules["kind"]) == ("other", rule)
    assert 0.5 <= article.confidence <= 1


def test_a_story_about_an_error_is_an_article() -> None:
    body = f"<article><h1>Wreck not found after 404 days of search</h1>{paragraphs(ENGLISH)}</article>"
    assert read(body, "https://news.example/2024/03/15/wreck-not-found-after-search", NEWS).kind == "article"


def test_the_loudest_sign_is_named() -> None:
    rule = read(teasers(12), "https://news.example/local/").rules["kind"]
    assert rule.removeprefix("evidence:") in WEIGHTS


def test_a_system_that_names_its_page_in_the_bodys_class() -> None:
    text = f"<h1>Quay</h1>{paragraphs(ENGLISH[:2])}"
    single = read(text, "https://news.example/quay", body_class="single single-post postid-9")
    many = read(text, "https://news.example/quay", body_class="archive tax-region")
    assert single.confidence > 0.5
    assert (single.kind, single.confidence) > ("article", many.confidence if many.kind == "article" else 0)


@pytest.mark.parametrize(
    ("url", "home"),
    [
        ("https://news.example", True),
        ("https://news.example/", True),
        ("https://news.example/index.html", True),
        ("https://news.example/de/", True),
        ("https://news.example/pt-br/index.php", True),
        ("https://news.example/?p=12", False),
        ("https://news.example/news/", False),
        ("https://news.example/de/news", False),
        ("https://[::bad", False),
    ],
)
def test_home_pages(url: str, home: bool) -> None:
    assert is_home(url) is home


@pytest.mark.parametrize("body", ["", "<html>", "plain", "<p>" * 5000, "<a href=x>" * 3000, "<article>" * 3000])
@pytest.mark.parametrize(
    "url", ["https://news.example/a", "https://[::bad", "", "a" * 5000, "https://news.example/" + "a-" * 3000]
)
def test_any_page_is_of_some_kind(body: str, url: str) -> None:
    article = parse_article(body.encode(), url)
    assert article.kind in ("article", "listing", "other")
    assert 0.5 <= article.confidence <= 1
    assert article.rules["kind"]


def test_an_empty_page_is_no_article() -> None:
    assert parse_article(b"", "https://news.example/news/quay").kind == "other"


def test_weights_have_means_of_signs() -> None:
    assert BIAS
    assert all(weight and mean >= 0 for weight, mean in WEIGHTS.values())
