"""Where an article stands: section, canonical address, AMP twin, paywall."""

import json
from typing import Any

import pytest

from archive.model import Article
from crawler.parsers import parse_article
from crawler.parsers.standing import canonical_fault
from tests.crawler.parsers.small_pages import FIRST, SECOND, STORY, TITLE, URL, page_of, read, story

SECTION = "<meta property='article:section' content='{}'>"


def ld(value: Any) -> str:
    return f'<script type="application/ld+json">{json.dumps(value)}</script>'


def news(**more: Any) -> str:
    return ld({"@type": "NewsArticle", "headline": TITLE} | more)


def crumbs(*names: str) -> str:
    return f"<ol class=breadcrumb>{''.join(f'<li><a href=/x>{name}</a></li>' for name in names)}</ol>"


@pytest.mark.parametrize(
    ("head", "section", "rule"),
    [
        (SECTION.format("Harbour"), "Harbour", "meta:article:section"),
        (SECTION.format("Harbour") + news(articleSection="Town"), "Harbour", "meta:article:section"),
        (news(articleSection="Town"), "Town", "json-ld:articleSection"),
        (news(articleSection=["", "Town", "Port"]), "Town", "json-ld:articleSection"),
        (news(articleSection="Arts &amp; Books"), "Arts & Books", "json-ld:articleSection"),
        (news(articleSection=[3, None, {"name": "Town"}]), None, None),
        ("<meta name=parsely-section content=Town>", "Town", "meta:parsely-section"),
        ("<meta name=section content='news,news/town'>", "news", "meta:section"),
        (SECTION.format("Sport, Arts"), "Sport, Arts", "meta:article:section"),
        (SECTION.format("Uncategorized") + news(articleSection="Town"), "Town", "json-ld:articleSection"),
        (SECTION.format("https://news.example/town"), None, None),
        (SECTION.format("/town/"), None, None),
        (SECTION.format("1203"), None, None),
        (SECTION.format("未分类"), None, None),
        (SECTION.format("本地新闻"), "本地新闻", "meta:article:section"),
        (SECTION.format("x" * 80), None, None),
        (SECTION.format("A"), None, None),
        ("", None, None),
    ],
)
def test_the_section(head: str, section: str | None, rule: str | None) -> None:
    article = story(head=head)
    assert (article.section, article.rules.get("section")) == (section, rule)


@pytest.mark.parametrize(
    ("names", "section"),
    [
        (("Home", "News", "Updates"), "Updates"),
        (("Home", "News", TITLE), "News"),
        (("Home", "News", "A second quay for the"), "News"),
        (("Home", "News", "正文"), "News"),
        (("Home",), None),
        (("首页", "本地新闻"), "本地新闻"),
    ],
)
def test_the_section_of_a_breadcrumb(names: tuple[str, ...], section: str | None) -> None:
    items = [{"name": name} for name in names]
    article = story(head=ld({"@type": "BreadcrumbList", "itemListElement": items}))
    assert (article.section, article.rules.get("section")) == (section, "breadcrumb" if section else None)


def test_no_section_is_read_from_the_path() -> None:
    assert story(url="https://news.example/harbour/2024/story.html").section is None


def test_lost_sections_are_kept_for_those_who_ask() -> None:
    article = story(head=SECTION.format("Harbour") + news(articleSection="Town"), explain=True)
    assert [(lost.value, lost.rule) for lost in article.lost if lost.field == "section"] == [
        ("Town", "json-ld:articleSection")
    ]


def canonical(href: str, url: str = URL, more: str = "", **given: Any) -> Article:
    return story(head=f"<link rel=canonical href='{href}'>{more}", url=url, **given)


@pytest.mark.parametrize(
    ("href", "url", "found"),
    [
        ("https://news.example/b", URL, "https://news.example/b"),
        ("/b", URL, "https://news.example/b"),
        ("https://other.example/c.html", URL, "https://other.example/c.html"),
        ("/", URL, None),
        ("https://news.example", URL, None),
        ("https://other.example/", URL, None),
        ("/de/", URL, None),
        ("/index.html", URL, None),
        ("/2024/", URL, None),
        ("/undefined", URL, None),
        ("javascript:void(0)", URL, None),
        ("mailto:a@b.example", URL, None),
        ("http://", URL, None),
        ("/", "https://news.example/", "https://news.example/"),
        ("/", "https://news.example/de/", "https://news.example/"),
        ("/news/", "https://news.example/news/quay/", None),
        ("/a/b", "https://news.example/a/b/2/", "https://news.example/a/b"),
        ("/a/b", "https://news.example/a/b/amp", "https://news.example/a/b"),
        ("/a/b", "https://news.example/a/b/print/", "https://news.example/a/b"),
        ("/a/a-second-quay", "https://news.example/a/a-second-quay/ref", "https://news.example/a/a-second-quay"),
        ("/a/1203877", "https://news.example/a/1203877/quay", "https://news.example/a/1203877"),
        ("/?p=12", URL, "https://news.example/?p=12"),
    ],
)
def test_the_canonical_address(href: str, url: str, found: str | None) -> None:
    article = canonical(href, url)
    assert (article.canonical_url, article.rules.get("canonical_url")) == (found, "link:canonical" if found else None)


@pytest.mark.parametrize(
    ("link", "shared", "found"),
    [
        ("", "https://news.example/b", "https://news.example/b"),
        ("", "https://www.news.example/b", "https://www.news.example/b"),
        ("", "/b", "https://news.example/b"),
        ("", "https://other.example/b", None),
        ("", "https://news.example/", None),
        ("", "no address", "https://news.example/2024/no address"),
        ("/c", "https://news.example/b", "https://news.example/c"),
        ("/", "https://news.example/b", "https://news.example/b"),
    ],
)
def test_what_is_shared_stands_in_for_it(link: str, shared: str, found: str | None) -> None:
    head = f"<meta property=og:url content='{shared}'>" + (f"<link rel=canonical href='{link}'>" if link else "")
    assert story(head=head).canonical_url == found


def test_a_fault_of_the_canonical_address_is_told() -> None:
    article = canonical("/", explain=True)
    assert [(lost.value, lost.rule) for lost in article.lost if lost.field == "canonical_url"] == [
        ("https://news.example/", "link:canonical (home page)")
    ]
    assert not [lost for lost in canonical("/").lost if lost.field == "canonical_url"]


@pytest.mark.parametrize("url", ["https://[::bad/a", "https:///a"])
def test_no_address_is_a_fault(url: str) -> None:
    assert canonical_fault(url, URL) in ("no address", "no host")


@pytest.mark.parametrize(
    ("href", "found"),
    [
        ("/2024/amp/story.html", "https://news.example/2024/amp/story.html"),
        ("https://amp.news.example/s", "https://amp.news.example/s"),
        ("/", None),
        ("javascript:x", None),
        ("", None),
    ],
)
def test_the_amp_twin(href: str, found: str | None) -> None:
    article = story(head=f"<link rel=amphtml href='{href}'>")
    assert (article.amp_url, article.rules.get("amp_url")) == (found, "link:amphtml" if found else None)


@pytest.mark.parametrize("sign", ["amp", "⚡"])
def test_an_amp_page_is_its_own_twin(sign: str) -> None:
    page = page_of(f"<h1>{TITLE}</h1>{STORY}", "<link rel=canonical href='/2024/story.html'>")
    url = "https://news.example/amp/2024/story.html"
    article = parse_article(page.replace("<html ", f"<html {sign} ").encode(), url)
    assert (article.amp_url, article.rules["amp_url"]) == (url, "html:amp")
    assert article.canonical_url == "https://news.example/2024/story.html"


PART = {"@type": "WebPageElement", "isAccessibleForFree": False, "cssSelector": ".x"}
WALLED_PAGE = ld({"@type": "WebPage", "isAccessibleForFree": False})


@pytest.mark.parametrize(
    ("head", "paywalled", "rule"),
    [
        (news(isAccessibleForFree=False), True, "json-ld:isAccessibleForFree"),
        (news(isAccessibleForFree="False"), True, "json-ld:isAccessibleForFree"),
        (news(isAccessibleForFree="http://schema.org/False"), True, "json-ld:isAccessibleForFree"),
        (news(isAccessibleForFree=True), False, "json-ld:isAccessibleForFree"),
        (ld({"@type": "WebPage", "isAccessibleForFree": "false"}), True, "json-ld:isAccessibleForFree"),
        (WALLED_PAGE + news(isAccessibleForFree="true"), False, "json-ld:isAccessibleForFree"),
        (news(hasPart=PART), True, "json-ld:hasPart"),
        (news(hasPart=[{"@type": "WebPageElement"}, PART | {"isAccessibleForFree": "false"}]), True, "json-ld:hasPart"),
        (news(isAccessibleForFree=True, hasPart=PART), False, "json-ld:isAccessibleForFree"),
        (news(isAccessibleForFree="maybe"), False, None),
        (news(isAccessibleForFree=[1]), False, None),
        ("<meta property='article:content_tier' content=locked>", True, "meta:article:content_tier"),
        ("<meta property='article:content_tier' content=Metered>", True, "meta:article:content_tier"),
        ("<meta property='article:content_tier' content=free>", False, "meta:article:content_tier"),
        ("<meta itemprop=isAccessibleForFree content=false>", True, "meta:isaccessibleforfree"),
        ("", False, None),
    ],
)  # fmt: skip
def test_what_is_declared_of_payment(head: str, paywalled: bool, rule: str | None) -> None:
    article = story(head=head)
    assert (article.paywalled, article.rules.get("paywalled")) == (paywalled, rule)


NOTICES = [
    "Subscribe to continue reading",
    "Already a subscriber? Sign in to keep reading this story.",
    "This article is available to subscribers only",
    "You have reached your limit of free articles.",
    "Jetzt weiterlesen",
    "Dieser Artikel ist exklusiv für Abonnenten.",
    "Cet article est réservé aux abonnés",
    "Abonnez-vous pour lire la suite",
    "Suscríbete para seguir leyendo",
    "Contenido exclusivo para suscriptores",
    "Assine para continuar lendo",
    "Abbonati per continuare a leggere",
    "Log in om verder te lezen",
    "Denna text är endast för prenumeranter",
    "Wykup dostęp, aby czytać dalej",
    "Подпишитесь, чтобы читать дальше",
    "订阅后继续阅读",
    "登录后阅读全文",
    "この記事は有料会員限定です",
    "로그인 후 계속 읽으실 수 있습니다",
    "اشترك الآن لمتابعة القراءة",
]


@pytest.mark.parametrize("notice", [*NOTICES, *(notice.upper() for notice in NOTICES)])
def test_a_notice_below_the_text(notice: str) -> None:
    article = story(f"{STORY}<div><p>{notice}</p></div>")
    assert (article.paywalled, article.rules.get("paywalled")) == (True, "text:notice")


@pytest.mark.parametrize(
    "line",
    [
        "Subscribe to our newsletter",
        "Sign up for the morning letter to learn what the town talks of.",
        "Sign in to comment",
        "Register to vote by Friday.",
        "Read more",
        "Abonnieren Sie unseren Newsletter",
        "Suscríbete a nuestro boletín",
        "关注我们的公众号",
    ],
)
def test_no_notice(line: str) -> None:
    assert not story(f"{STORY}<div><p>{line}</p></div>").paywalled


def test_a_notice_far_below_is_of_something_else() -> None:
    rest = "".join(f"<p>Line {number}</p>" for number in range(30))
    assert not read(
        f"<main><h1>{TITLE}</h1>{STORY}</main><div>{rest}<p>Subscribe to continue reading</p></div>"
    ).paywalled


def test_a_declaration_stands_above_a_notice() -> None:
    assert not story(f"{STORY}<p>Subscribe to continue reading</p>", head=news(isAccessibleForFree=True)).paywalled


@pytest.mark.parametrize(
    ("markup", "paywalled"),
    [
        ("<div class=c-paywall__box><p>Unlock it with a membership of our town paper</p></div>", True),
        ("<div id=regwall><p>Register once and find every story here.</p></div>", True),
        ("<div class=subscriber-only><p>A subscription opens this story.</p></div>", True),
        ("<div class=box><p>Unlock it with a membership of our town paper</p></div>", False),
        ("<div class=paywall><p>More from the harbour</p></div>", False),
        ("<div class=paywall></div>", False),
        ("<div class=paywall style='display:none'><p>Unlock it with a membership of our paper</p></div>", False),
    ],
)
def test_an_offer_in_an_element_that_is_named_a_paywall(markup: str, paywalled: bool) -> None:
    assert read(f"<main><h1>{TITLE}</h1>{STORY}{markup}</main>").paywalled is paywalled


def test_the_text_itself_in_such_an_element_is_no_offer() -> None:
    text = f"<p>{FIRST}</p><p>{SECOND}</p><p>The members of the board will register the quay before the summer.</p>"
    assert not read(f"<main><h1>{TITLE}</h1><div class=paywall>{text}</div></main>").paywalled


@pytest.mark.parametrize("line", ["subscribe to " * 5000, "il vous reste " * 3000, "you have used your " * 3000])
def test_long_lines_are_no_notices(line: str) -> None:
    assert not story(f"{STORY}<p>{line}</p>").paywalled
