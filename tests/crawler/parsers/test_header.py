"""The head of an article: its title among the texts that look like one, its breadcrumb, and its region."""

import json

import pytest

from archive.model import Entry
from crawler.parsers.furniture import is_furniture, tokens_of
from crawler.parsers.region import find_region
from crawler.parsers.titles import title_parts
from crawler.site import Site
from tests.crawler.parsers.small_pages import (
    FIRST,
    SECOND,
    STORY,
    TEXT,
    THIRD,
    TITLE,
    URL,
    blocks,
    page_of,
    parsed,
    read,
    story,
)

MENU = (
    "<div>"
    + "".join(f"<a href=/{word}>{word} of the town</a> | " for word in ("News", "Sports", "Arts", "Jobs"))
    + "</div>"
)
SITE = Site.model_validate(
    {
        "id": "a", "name": "Example News", "url": "https://news.example/", "listing": {"article_urls": "x"},
        "sections": [{"key": "s", "name": "S", "url": "/"}],
    }
)  # fmt: skip


def ld(headline: str) -> str:
    return f'<script type="application/ld+json">{json.dumps({"@type": "NewsArticle", "headline": headline})}</script>'


@pytest.mark.parametrize(
    ("body", "head", "title", "rule"),
    [
        (f"<h1>{TITLE}</h1>{STORY}", "", TITLE, "page:h1"),
        (f"<h1>{TITLE}</h1>{STORY}", f"<title>{TITLE} | Example News</title>", TITLE, "page:h1=html:title"),
        (f"<h1>{TITLE}</h1>{STORY}", f"<title>Example News - {TITLE}</title>", TITLE, "page:h1=html:title"),
        (f"<h1>{TITLE}</h1>{STORY}", f"<meta property=og:title content='{TITLE}'>", TITLE, "page:h1=meta:og:title"),
        (f"<h1>{TITLE}</h1>{STORY}", ld(TITLE), TITLE, "page:h1=json-ld:headline"),
        (f"<h1>Example News</h1>{MENU}<h2>{TITLE}</h2>{STORY}", f"<title>{TITLE}</title>", TITLE, "page:h2=html:title"),
        (
            f"<h1>Example News</h1><h2>{TITLE}</h2>{STORY}",
            f"<meta property=og:site_name content='Example News'><title>{TITLE}</title>",
            TITLE,
            "page:h2=html:title",
        ),
        (f"<h1>Example News</h1>{MENU}<div>{TITLE}</div><p>Updated: 2017-11-23</p>{STORY}", "", TITLE, "page:div"),
        (f"<div>{TITLE}</div><p>Updated: 2017-11-23</p>{STORY}", "", TITLE, "page:div"),
        (f"<p>2017-11-23</p><p>{TITLE}</p>{STORY}", f"<title>{TITLE}</title>", TITLE, "page:p=html:title"),
        (f"<h1>A second quay<br>for the harbour</h1>{STORY}", "", TITLE, "page:h1"),
        (f"<div class=title>{TITLE}</div>{STORY}", f"<title>{TITLE}</title>", TITLE, "page:div=html:title"),
        (f"<div>{STORY}</div>", f"<title>{TITLE}</title>", TITLE, "html:title"),
        (f"<div>{STORY}</div>", ld(TITLE), TITLE, "json-ld:headline"),
        (f"<div>{STORY}</div>", f"<meta property=og:title content='{TITLE}'>", TITLE, "meta:og:title"),
        (f"<div>{STORY}</div>", f"<meta name=twitter:title content='{TITLE}'>", TITLE, "meta:twitter:title"),
        (
            f"<div>{STORY}</div>",
            f"<meta property=og:site_name content='Example News'><title>{TITLE} - Example News</title>",
            TITLE,
            "html:title",
        ),
        (
            f"<div>{STORY}</div>",
            f"<meta property=og:site_name content='Example News'><title>Example News | {TITLE}</title>",
            TITLE,
            "html:title",
        ),
        (f"<div>{STORY}</div>", "", None, None),
        (
            f"<aside><h2>Most read</h2></aside><h1>{TITLE}</h1>{STORY}<h2>Comments</h2>",
            "",
            TITLE,
            "page:h1",
        ),
        (f"<h1><a href='{URL}'>{TITLE}</a></h1>{STORY}", f"<title>{TITLE}</title>", TITLE, "page:h1=html:title"),
        (
            f"<h1><a href='/'>Example News</a></h1><h2>{TITLE}</h2>{STORY}",
            f"<title>{TITLE}</title>",
            TITLE,
            "page:h2=html:title",
        ),
        (f"<h2>{TITLE}</h2>{STORY}", ld(f"{TITLE} | Example"), TITLE, "page:h2=json-ld:headline"),
    ],
)
def test_the_title(body: str, head: str, title: str | None, rule: str | None) -> None:
    article = read(f"<div>{body}</div>", head)
    assert (article.title, article.rules.get("title")) == (title, rule)
    assert article.body == TEXT


@pytest.mark.parametrize("heading", ["<h2>{}</h2>", "<h3>{}</h3>", f"<h1><a href='{URL}'>{{}}</a></h1>"])
def test_a_lone_heading_is_better_than_no_title(heading: str) -> None:
    assert read(f"<div>{heading.format(TITLE)}{STORY}</div>").title == TITLE


@pytest.mark.parametrize("href", ["http://[x", "http://a:b/", "//[", "\\\\"])
def test_a_heading_whose_link_is_no_address(href: str) -> None:
    assert read(f"<h1><a href='{href}'>{TITLE}</a></h1>{STORY}", f"<title>{TITLE}</title>").title == TITLE


def test_the_sites_name_is_no_title() -> None:
    body = f"<h1>Example News</h1><h3>{TITLE}</h3>{STORY}"
    assert read(body, f"<title>{TITLE}</title>", site=SITE).title == TITLE
    assert read(f"<div>{STORY}</div>", "<title>Example News</title>", site=SITE).title is None
    assert read(f"<div>{STORY}</div>", f"<title>{TITLE} – Example News</title>", site=SITE).title == TITLE


def test_the_sites_name_in_a_declared_title_is_no_title() -> None:
    head = (
        f"<meta property=og:title content='Example News | {TITLE}'><meta property=og:site_name content='Example News'>"
    )
    article = read(f"<h1>Example News</h1><h2>{TITLE}</h2>{STORY}", head)
    assert (article.title, article.rules["title"]) == (TITLE, "page:h2=meta:og:title")
    assert read(f"<div>{STORY}</div>", head).title == TITLE


def test_a_name_in_the_imprint_is_no_title() -> None:
    body = f"<h1>Harbour Town Council</h1>{MENU}<div>{TITLE}</div>{STORY}<p>© 2024 Harbour Town Council</p>"
    assert read(body, f"<title>{TITLE}</title>").title == TITLE


def test_the_listing_speaks_for_a_title() -> None:
    body = f"<h1>Press</h1><h2>{TITLE}</h2>{STORY}"
    article = read(body, entry=Entry(URL, TITLE))
    assert (article.title, article.rules["title"]) == (TITLE, "page:h2=entry:title")
    assert read(f"<div>{STORY}</div>", entry=Entry(URL, TITLE)).rules["title"] == "entry:title"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (None, []),
        ("", []),
        ("A quay", ["A quay"]),
        ("A quay | News", ["A quay | News", "A quay", "News"]),
        ("A - B - C", ["A - B - C", "A", "A - B", "B", "B - C", "C"]),
        ("新码头-新华网", ["新码头-新华网", "新码头", "新华网"]),
        ("A well-known quay", ["A well-known quay"]),
        ("A quay_News", ["A quay_News", "A quay", "News"]),
    ],
)
def test_parts_of_a_title(text: str | None, parts: list[str]) -> None:
    assert title_parts(text) == parts


def test_a_title_of_a_thousand_parts_is_quick() -> None:
    assert len(title_parts(" | ".join(map(str, range(1000))))) <= 46


@pytest.mark.parametrize(
    ("crumbs", "expected"),
    [
        ("<p>Home >  News > Updates</p>", ("Home", "News", "Updates")),
        ("<p>You are here : Home > Local</p>", ("Home", "Local")),
        ("<p>Home>Overview</p>", ("Home", "Overview")),
        ("<p>>  ></p>", ()),
        ("<p>当前位置：首页 > 新闻</p>", ("首页", "新闻")),
        ("<p>您的位置： <a href=/>首页</a> » <a href=/n>新闻</a></p>", ("首页", "新闻")),
        ("<p><a href=/>Home</a> / <a href=/n>News</a></p>", ("Home", "News")),
        ("<p><a href=/>Home</a> | <a href=/n>News</a></p>", ("Home", "News")),
        ("<ul class=breadcrumb><li><a href=/>Home</a><li><a href=/n>News</a></ul>", ("Home", "News")),
        ("<ol><li>Home ></li><li>News ></li><li>Updates</li></ol>", ("Home", "News", "Updates")),
        ("<div><span>Home</span> › <span>News</span></div>", ("Home", "News")),
        ("<div><p>Home ></p><p>News</p></div>", ("Home", "News")),
        ("<p>Startseite > Stadt</p>", ("Startseite", "Stadt")),
        (f"<p>Home > News > {TITLE}</p>", ("Home", "News")),
        ("<p>Home</p>", ()),
        ("<p>The way home > is long</p>", ()),
        ("", ()),
    ],
)
def test_breadcrumbs(crumbs: str, expected: tuple[str, ...]) -> None:
    article = read(f"<div>{crumbs}</div><div><h1>{TITLE}</h1>{STORY}</div>")
    assert article.breadcrumb == expected
    assert article.rules.get("breadcrumb") == ("page:breadcrumb" if expected else None)
    assert (article.title, article.body) == (TITLE, TEXT)


def test_the_last_breadcrumb_before_the_text_counts() -> None:
    article = read(f"<p>Home > Sitemap</p><p>Home > News</p><h1>{TITLE}</h1>{STORY}<p>Home > End</p>")
    assert article.breadcrumb == ("Home", "News")


def test_a_date_above_the_menu_is_todays() -> None:
    article = read(f"<p>2024-05-01</p>{MENU}{MENU}<h1>{TITLE}</h1>{STORY}")
    assert (article.published, article.updated) == (None, None)


def test_a_date_line_above_the_title() -> None:
    article = read(f"<div><p>2017-11-23</p><h1>{TITLE}</h1>{STORY}</div>")
    assert str(article.published and article.published.value) == "2017-11-23"
    assert (article.title, article.body) == (TITLE, TEXT)


@pytest.mark.parametrize(
    "listed",
    [
        "<ul><li><a href=/x>An older story of the harbour</a> 2011-01-01</li></ul>",
        "<table><tr><td><a href=/x>An older story of the harbour</a></td><td>2011-01-01</td></tr></table>",
        "<aside><p>2011-01-01</p></aside>",
        "<p><a href=/x>An older story of the harbour, told again</a> 2011-01-01</p>",
    ],
)
def test_dates_of_other_articles_are_not_the_articles(listed: str) -> None:
    article = read(f"<div><h1>{TITLE}</h1>{listed}<div>{STORY}</div></div>")
    assert (article.published, article.updated) == (None, None)
    below = read(f"<div><h1>{TITLE}</h1><div>{STORY}</div>{listed}</div>")
    assert (below.published, below.updated, below.body) == (None, None, TEXT)


def test_the_region_is_the_smallest_element_that_holds_the_text() -> None:
    page = parsed(
        f"<div id=all><div id=menu>{MENU}</div><div id=story>{STORY}</div><div id=end><p>Bye.</p></div></div>"
    )
    found = blocks_of_page = blocks(
        f"<div id=all><div id=menu>{MENU}</div><div id=story>{STORY}</div><div id=end><p>Bye.</p></div></div>"
    )
    region = find_region(found, found[0].path[0])
    assert region.container.get("id") == "story"
    assert [blocks_of_page[index].text for index in region.core] == [FIRST, SECOND, THIRD]
    assert found[region.start].text == FIRST
    assert found[region.end - 1].text == THIRD
    assert page.body.tag == "body"


def test_the_region_of_a_page_without_text() -> None:
    body = parsed("").body
    region = find_region([], body)
    assert (region.container, region.start, region.end, region.core) == (body, 0, 0, ())


def test_one_paragraph_in_a_box_takes_its_parent() -> None:
    found = blocks(f"<div id=a><div id=b><p>{FIRST}</p></div><h4>Next</h4></div>")
    assert find_region(found, found[0].path[0]).container.get("id") == "a"


def test_furniture_that_holds_the_story_is_none() -> None:
    for name in ("widget", "banner", "related"):
        article = read(f"<h1>{TITLE}</h1><div class='{name}'>{STORY}</div>")
        assert article.body == TEXT


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("<nav>", True), ("<aside>", True), ("<footer>", True), ("<div role=navigation>", True),
        ("<div class=SideBar>", False), ("<div class=sidebar>", True), ("<div id=related-posts>", True),
        ("<div class=post_share_2>", True), ("<div class=adsense>", False), ("<div class=shared>", False),
        ("<div>", False), ("<main class=article-body>", False),
    ],
)  # fmt: skip
def test_furniture(tag: str, *, expected: bool) -> None:
    element = parsed(f"{tag}x").body[0]
    assert is_furniture(element, tokens_of(element)) is expected


def test_page_of_holds_the_language() -> None:
    assert 'lang="en"' in page_of("")
    assert story().language == "en"


@pytest.mark.parametrize(
    ("body", "head", "title"),
    [
        # The only h1 is the title, whatever search engines are told.
        (f"<h1>{TITLE}</h1>{STORY}", ld("Quay: ten facts about the harbour"), TITLE),
        (f"<h1>{TITLE}</h1>{STORY}", "<meta property=og:title content='Ten facts'><title>Ten facts</title>", TITLE),
        (f"<h1>{TITLE}</h1><ul>{'<li><a href=/x>On the page</a></li>' * 60}</ul>{STORY}", ld(f"{TITLE} 2024"), TITLE),
        (f"<div class=banner><h1>{TITLE}</h1></div>{STORY}", ld(f"{TITLE} this year"), TITLE),
        # The site's name is none, however it is said.
        (f"<h1>Example News</h1><div>{STORY}</div>", "<title>A quay | Example News</title>" + ld("A quay"), "A quay"),
        (f"<div>{STORY}</div>", f"<title>{TITLE} | News.Example</title>", TITLE),
        (f"<h1>{TITLE} – Example</h1>{STORY}", "<meta property=og:site_name content=Example>", TITLE),
        # A kicker, a tag and a label are cut where a declaration does not have them.
        (f"<h1><span>Harbour</span> <span>{TITLE}</span></h1>{STORY}", ld(TITLE), TITLE),
        (f"<h1>Blog: {TITLE}</h1>{STORY}", ld(TITLE), TITLE),
        (f"<h1>{TITLE} [Watch]</h1>{STORY}", ld(TITLE), TITLE),
        (f"<h1>{TITLE} (pier.example)</h1>{STORY}", f"<title>{TITLE}</title>", TITLE),
        (f"<h1>{TITLE}: who pays for it?</h1>{STORY}", ld(TITLE), f"{TITLE}: who pays for it?"),
        (f"<h1>Blog: {TITLE}</h1>{STORY}", "", f"Blog: {TITLE}"),
        # A kicker above the heading belongs to it if the declaration has both.
        (
            f"<p>After the storm</p><h1>{TITLE}</h1>{STORY}",
            ld(f"After the storm: {TITLE}"),
            f"After the storm: {TITLE}",
        ),
        (f"<p>After the storm</p><h1>{TITLE}</h1>{STORY}", ld(TITLE), TITLE),
    ],
)
def test_a_heading_against_declarations(body: str, head: str, title: str) -> None:
    article = read(f"<div>{body}</div>", head)
    assert article.title == title
    assert FIRST in (article.body or "")


def test_two_headings_of_the_first_level_need_a_declaration() -> None:
    body = f"<h1>Harbour weeks</h1><h1>{TITLE}</h1>{STORY}"
    assert read(body, ld(TITLE)).title == TITLE
    again = f"<h1>{TITLE}</h1><p>Dear all</p><h1>OFFICE {TITLE.upper()}</h1><p>Posted: 2024-05-03</p>{STORY}"
    assert read(again, f"<meta property=og:title content='{TITLE} | The Office | News'>").title == TITLE
    assert read(f"<h1>{TITLE}</h1>{STORY}<h1>Comments</h1>", f"<title>{TITLE}</title>").title == TITLE


def test_titles_that_lost_are_kept_for_those_who_ask() -> None:
    head = ld("Ten facts") + f"<meta property=og:title content='{TITLE}'><title>Facts about quays | Archive</title>"
    article = read(f"<h1>{TITLE}</h1>{STORY}", head, explain=True)
    lost = {candidate.rule: candidate.value for candidate in article.lost if candidate.field == "title"}
    assert article.title == TITLE
    assert lost == {"json-ld:headline": "Ten facts", "html:title": "Facts about quays | Archive"}
    assert read(f"<h1>{TITLE}</h1>{STORY}", head).lost == ()


def test_a_chinese_menu_is_one_too() -> None:
    menu = "<div>" + " ".join(f"<a href=/{n}>新闻中心{n}</a>" for n in range(6)) + "</div>"
    article = read(f"<p>2024-05-01</p>{menu}<h1>{TITLE}</h1>{STORY}")
    assert (article.published, article.updated) == (None, None)


@pytest.mark.parametrize("text", [" | Example News" * 5000, "a - " * 50_000, ":" * 100_000, "_" * 100_000])
def test_a_hostile_title_ends(text: str) -> None:
    head = f"<meta property=og:site_name content='Example News'><title>{TITLE}{text}</title>"
    assert (read(f"<div>{STORY}</div>", head).title or "").startswith(TITLE)


def test_elements_that_style_alone_parts_are_parted() -> None:
    line = "<div><span>By</span><a href=/p/jane>Jane Doe</a><span>and</span><a href=/p/john>John Roe</a></div>"
    assert story(above=line).byline == ("Jane Doe", "John Roe")
    article = story(above="<div><span>Jane Doe</span><span>March 5, 2024</span></div>")
    assert (article.byline, str(article.published and article.published.value)) == (("Jane Doe",), "2024-03-05")


def test_a_caption_is_no_header_line() -> None:
    figure = "<figure><img src=a.jpg><figcaption>Crews at work. (Sam Hill for the Courier)</figcaption></figure>"
    assert story(above=figure).source is None
