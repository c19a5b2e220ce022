"""What a page declares of itself, however badly."""

import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from crawler.parsers.metadata import Metadata, read_metadata
from crawler.parsers.page import parse_page
from tests.crawler.parsers.small_pages import parsed, story

ARTICLE: dict[str, Any] = {
    "@type": "NewsArticle",
    "headline": "A second quay",
    "datePublished": "2024-03-15T10:30:00+08:00",
    "dateModified": "2024-03-16",
    "author": {"@type": "Person", "name": "Mary Jones"},
}


def ld(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value)
    return f'<script type="application/ld+json">{text}</script>'


def meta(head: str) -> Metadata:
    return read_metadata(parsed("", head))


@pytest.mark.parametrize(
    "markup",
    [
        ld(ARTICLE),
        ld([{"@type": "WebSite"}, ARTICLE]),
        ld({"@graph": [{"@type": "Organization"}, ARTICLE]}),
        ld({"@type": "WebPage", "mainEntity": ARTICLE}),
        ld({"@type": "WebPage", "mainEntityOfPage": [[ARTICLE]]}),
        ld(ARTICLE | {"@type": ["Thing", "BlogPosting"]}),
        ld(ARTICLE | {"@type": "ReportageNewsArticle"}),
        ld("{broken") + ld(ARTICLE),
        ld(f"<!--{json.dumps(ARTICLE)}-->"),
        ld("") + ld("null") + ld('[1, "a", null]') + ld(ARTICLE),
        ld(json.dumps(ARTICLE).replace("A second quay", "A second\n\t quay")),
        ld("[" * 100_000) + ld(ARTICLE),
        ld(ARTICLE) + ld(ARTICLE | {"headline": "Another"}),
    ],
)
def test_the_articles_node(markup: str) -> None:
    found = meta(markup)
    assert found.ld_text("headline") == "A second quay"
    assert found.ld_authors == (("Mary Jones", False),)


@pytest.mark.parametrize(
    "markup",
    [
        "",
        ld("{broken"),
        ld({"@type": "WebPage", "headline": "x"}),
        ld({"@type": 3, "headline": "x"}),
        ld({"headline": "x"}),
        ld("[" * 50 + json.dumps(ARTICLE) + "]" * 49),
        ld([{}] * 3000 + [ARTICLE]),
        '<script type="text/javascript">{}</script>',
    ],
)
def test_no_articles_node(markup: str) -> None:
    assert meta(markup).ld == {}
    assert meta(markup).ld_text("headline") is None


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("a  b", "a b"),
        ("  ", None),
        (["a", "b"], "a"),
        ([{"name": "a"}, 3, None, ""], None),
        ({"name": "a"}, None),
        (3, None),
        (None, None),
        ([], None),
    ],
)
def test_properties_of_any_kind(value: Any, text: str | None) -> None:
    assert Metadata(ld={"key": value}).ld_text("key") == text


PERSON = {"@type": "Person", "@id": "#mary", "name": "Mary Jones"}
HOUSE = {"@type": "NewsMediaOrganization", "name": "Example News"}


@pytest.mark.parametrize(
    ("author", "names"),
    [
        ("Mary  Jones", [("Mary Jones", False)]),
        ("  ", []),
        (PERSON, [("Mary Jones", False)]),
        ([PERSON, "Li Na"], [("Mary Jones", False), ("Li Na", False)]),
        ([PERSON, PERSON], [("Mary Jones", False)]),
        (HOUSE, [("Example News", True)]),
        ({"@type": ["Thing", "Organization"], "name": "Example News"}, [("Example News", True)]),
        ({"@type": "Person", "name": ["Mary Jones", "Li Na"]}, [("Mary Jones", False), ("Li Na", False)]),
        ({"@type": "Person", "givenName": "Mary", "familyName": "Jones"}, [("Mary Jones", False)]),
        ({"@type": "Person", "givenName": 3, "familyName": "Jones"}, [("Jones", False)]),
        ({"name": "Mary &amp; Li"}, [("Mary & Li", False)]),
        ([{"x": 1}, 3, None, "", {"name": None}, {"name": {"a": 1}}, {"@id": 3}], []),
        (3, []),
        ([[PERSON]], []),
        ([{"name": f"Mary {number}"} for number in range(80)], [(f"Mary {number}", False) for number in range(50)]),
    ],
)
def test_declared_authors(author: Any, names: list[tuple[str, bool]]) -> None:
    assert meta(ld(ARTICLE | {"author": author})).ld_authors == tuple(names)


@pytest.mark.parametrize("reference", [{"@id": "#mary"}, "#mary", [{"@id": "#mary"}]])
def test_an_author_that_stands_elsewhere_in_the_graph(reference: Any) -> None:
    graph = {"@graph": [{"@type": "WebSite", "@id": "#site"}, ARTICLE | {"author": reference}, PERSON]}
    assert meta(ld(graph)).ld_authors == (("Mary Jones", False),)
    assert meta(ld(graph["@graph"][1]) + ld(PERSON)).ld_authors == (("Mary Jones", False),)


def test_a_reference_to_nothing_names_nobody() -> None:
    assert meta(ld(ARTICLE | {"author": {"@id": "#nobody"}})).ld_authors == ()
    assert meta(ld(ARTICLE | {"author": {"@id": "#mary", "name": "Li Na"}}) + ld(PERSON)).ld_authors == (
        ("Li Na", False),
    )


def test_which_node_names_the_authors() -> None:
    page = {"@type": "WebPage", "author": "Page Author"}
    recipe = {"@type": "Recipe", "author": "Recipe Author"}
    without = {key: value for key, value in ARTICLE.items() if key != "author"}
    assert meta(ld([page, recipe, ARTICLE])).ld_authors == (("Mary Jones", False),)
    assert meta(ld([page, recipe, without])).ld_authors == (("Recipe Author", False),)
    assert meta(ld([page, without])).ld_authors == (("Page Author", False),)
    assert meta(ld(without | {"creator": "Li Na"})).ld_authors == (("Li Na", False),)
    assert meta(ld([{"@type": "Product", "author": "x"}, without])).ld_authors == ()


def test_the_publisher() -> None:
    assert meta(ld(ARTICLE | {"publisher": HOUSE})).publisher == "Example News"
    assert meta(ld(ARTICLE | {"publisher": "Example News"})).publisher == "Example News"
    assert meta(ld(ARTICLE | {"publisher": [3]})).publisher is None
    assert meta("").publisher is None


def test_the_type_of_a_script_may_have_a_charset() -> None:
    head = ld(ARTICLE).replace("application/ld+json", "Application/LD+JSON; charset=utf-8")
    assert meta(head).ld_text("headline") == "A second quay"


@pytest.mark.parametrize(
    ("head", "authors"),
    [
        ("<meta name=author content='Mary Jones'>", [("author", "Mary Jones")]),
        (
            "<meta name=Author content='Mary Jones'><meta name=author content='Li Na'><meta name=byl content='By X Y'>",
            [("author", "Mary Jones"), ("author", "Li Na"), ("byl", "By X Y")],
        ),
        ("<meta name=twitter:data1 content='Mary Jones'><meta name=twitter:label1 content='Written by'>",
         [("twitter:data1", "Mary Jones")]),
        ("<meta name=twitter:label1 content='Verfasst von'><meta name=twitter:data1 content='Mary Jones'>",
         [("twitter:data1", "Mary Jones")]),
        ("<meta name=twitter:label1 content='Reading time'><meta name=twitter:data1 content='3 minutes'>", []),
        ("<meta name=twitter:data1 content='3 minutes'>", []),
        ("<meta name=author content=' '><meta name=keywords content='Mary Jones'>", []),
    ],
)  # fmt: skip
def test_meta_elements_of_authors(head: str, authors: list[tuple[str, str]]) -> None:
    assert meta(head).meta_authors == tuple(authors)


def test_meta_elements() -> None:
    found = meta(
        '<meta property="og:title" content=" A  quay "><meta name="OG:Title" content="later">'
        '<meta name="a" content=" ">'
        '<meta itemprop="datePublished" content="2024"><meta http-equiv="Last-Modified" content="x"><meta name="b">'
        '<meta name="" content="x">'
    )
    assert found.meta == {"og:title": "A quay", "datepublished": "2024", "last-modified": "x"}
    assert found.first("none", "a", "og:title") == ("og:title", "A quay")
    assert found.first("none") is None


@pytest.mark.parametrize(
    ("head", "title"),
    [
        ("<title> A  quay\n</title>", "A quay"),
        ("<title>A</title><title>B</title>", "A"),
        ("<title> </title>", None),
        ("", None),
    ],
)
def test_the_pages_title(head: str, title: str | None) -> None:
    assert meta(head).html_title == title


def test_a_title_in_a_drawing_is_no_title_of_the_page() -> None:
    assert read_metadata(parsed("<svg><title>Menu</title></svg>")).html_title is None


@pytest.mark.parametrize(
    ("attributes", "language"),
    [
        ("lang=en", "en"),
        ("lang='zh-CN'", "zh-CN"),
        ("lang='EN_us'", "en-us"),
        ("lang='zh-Hans-CN'", "zh-Hans"),
        ("xml:lang='de'", "de"),
        ("lang='' xml:lang='de-AT'", "de-AT"),
        ("lang='1'", None),
        ("", None),
    ],
)
def test_language(attributes: str, language: str | None) -> None:
    found = read_metadata(parse_page(f"<html {attributes}><p>x</p></html>".encode(), "http://a.example/")).language
    assert found in (language, (language or "").replace("-us", "-US") or None)


@pytest.mark.parametrize(
    ("head", "canonical"),
    [
        ("<link rel=canonical href='/b'>", "https://news.example/b"),
        ("<link rel='alternate Canonical' href='https://b.example/'>", "https://b.example/"),
        ("<link rel=canonical href=''><link rel=canonical href='/c'>", "https://news.example/c"),
        ("<link rel=canonical href='javascript:x'>", None),
        ("<link rel=alternate href='/b'><link href='/c'>", None),
    ],
)
def test_canonical(head: str, canonical: str | None) -> None:
    assert meta(head).canonical == canonical


@pytest.mark.parametrize(
    ("items", "crumbs"),
    [
        (
            [{"name": "Home"}, {"item": {"name": "News"}}, {"item": "x"}, "x", {"name": ""}, {"name": 3}],
            ("Home", "News"),
        ),
        ({"name": "Home"}, ()),
        (None, ()),
    ],
)
def test_crumbs(items: Any, crumbs: tuple[str, ...]) -> None:
    assert meta(ld({"@type": "BreadcrumbList", "itemListElement": items})).crumbs == crumbs


def test_an_article_with_everything_declared() -> None:
    crumbs = {
        "@type": "BreadcrumbList",
        "itemListElement": [{"name": "Home"}, {"name": "News"}, {"name": "A second quay"}],
    }
    article = story(title="A second quay", head=ld([ARTICLE, crumbs]) + "<link rel=canonical href='/b'>")
    assert article.title == "A second quay"
    assert str(article.published and article.published.value) == "2024-03-15 10:30:00+08:00"
    assert str(article.updated and article.updated.value) == "2024-03-16"
    assert (article.byline, article.breadcrumb) == (("Mary Jones",), ("Home", "News"))
    assert article.canonical_url == "https://news.example/b"
    assert article.rules == {
        "title": "page:h1=json-ld:headline",
        "published": "json-ld:datePublished",
        "updated": "json-ld:dateModified",
        "byline": "json-ld:author",
        "breadcrumb": "json-ld:BreadcrumbList",
        "canonical_url": "link:canonical",
        "language": "html:lang",
        "body": "classifier",
        "section": "breadcrumb",
        "kind": article.rules["kind"],
    }


@pytest.mark.parametrize(
    ("escaped", "headline"),
    [
        (r"A\u0007 second\u009b quay", "A second quay"),
        (r"A second quay \ud83d", "A second quay"),
        (r"A second \ude00\ude00 quay", "A second quay"),
        (r"A second quay \ud83d\ude00", "A second quay 😀"),
        (r"A \ud83d\ud83d\ude00 quay", "A 😀 quay"),
        (r"A second\u000aquay", "A second quay"),
        (r"A second quay\\u0007", r"A second quay\u0007"),
        ("A\x7f second \x9bquay", "A second quay"),
    ],
)
def test_json_has_no_control_characters_and_no_halves_of_characters(escaped: str, headline: str) -> None:
    script = f'<script type="application/ld+json">{{"@type":"NewsArticle","headline":"{escaped}"}}</script>'
    assert read_metadata(parsed("", script)).ld_text("headline") == headline


def test_a_declaration_has_a_length() -> None:
    long = "quay " * 50_000
    metadata = read_metadata(parsed("", f"<title>{long}</title><meta property=og:title content='{long}'>"))
    assert len(metadata.html_title or "") == len(metadata.meta["og:title"]) == 9_999


def test_language_versions_are_the_hreflang_links() -> None:
    found = meta(
        '<link rel="alternate" hreflang="DE_at" href="/de/1"><link rel="alternate" hreflang="x-default" href="/1">'
        '<link rel="alternate" hreflang="de-at" href="/de/1"><link rel="alternate" href="/feed" type="text/xml">'
        '<link rel="stylesheet" hreflang="fr" href="/fr.css"><link rel="alternate" hreflang="fr" href="javascript:1">'
        '<link rel="alternate" hreflang="no language" href="/2">'
    )
    assert [(language, urlsplit(url).path) for language, url in found.alternates] == [
        ("de-at", "/de/1"), ("x-default", "/1"),
    ]  # fmt: skip
