"""Who wrote an article: each source of names by itself, and which is believed."""

import json
from typing import Any

import pytest

from archive.model import Article
from crawler.site import Site
from tests.crawler.parsers.small_pages import FIRST, SECOND, STORY, TEXT, THIRD, TITLE, URL, read

SITE = {
    "id": "a", "name": "Example News", "url": "https://news.example/", "listing": {"article_urls": "x"},
    "sections": [{"key": "s", "name": "S", "url": "/"}],
}  # fmt: skip
BIO = "Mary Jones has written about harbours and the people who work in them for twenty years."


def ld(author: Any, **more: Any) -> str:
    node = {"@type": "NewsArticle", "headline": TITLE, "author": author} | more
    return f'<script type="application/ld+json">{json.dumps(node)}</script>'


def person(*names: str) -> list[dict[str, str]]:
    return [{"@type": "Person", "name": name} for name in names]


def page(above: str = "", *, head: str = "", below: str = "", **given: Any) -> Article:
    return read(f"<article><h1>{TITLE}</h1>{above}<div>{STORY}</div>{below}</article>", head, **given)


def by(article: Article) -> tuple[tuple[str, ...], str | None]:
    return article.byline, article.rules.get("byline")


@pytest.mark.parametrize(
    ("author", "names"),
    [
        (person("Mary Jones"), ("Mary Jones",)),
        (person("Mary Jones", "Li Na"), ("Mary Jones", "Li Na")),
        (person("Mary Jones, Li Na and John Smith"), ("Mary Jones", "Li Na", "John Smith")),
        (person("By Mary Jones, Staff Writer"), ("Mary Jones",)),
        (person("MARY JONES", "Mary Jones"), ("MARY JONES",)),
        (person("Mary Jones and Li Na, Example News"), ("Mary Jones", "Li Na")),
        (person("Mary Jones", "Harbour Wire"), ("Mary Jones", "Harbour Wire")),
        (person("https://news.example/author/mary"), ()),
        (person("maryj7"), ("maryj7",)),
        ({"@type": "Organization", "name": "Harbour, Rail and Road"}, ("Harbour, Rail and Road",)),
        ("Example News", ("Example News",)),
    ],
)
def test_names_of_json_ld(author: Any, names: tuple[str, ...]) -> None:
    article = page(head=ld(author, publisher={"@type": "Organization", "name": "Example News"}))
    assert by(article) == (names, "json-ld:author" if names else None)


@pytest.mark.parametrize(
    ("markup", "rule"),
    [
        ("<p><a rel=author href=/mary>Mary Jones</a></p>", "rel:author"),
        ("<p>Text: <a rel='author noopener' href=/mary>Mary Jones</a></p>", "rel:author"),
        ("<p itemprop=author itemscope><span itemprop=name>Mary Jones</span>, <i>editor</i></p>", "microdata:author"),
        ("<span itemprop=author>Mary Jones</span>", "microdata:author"),
        ("<div class=author-name>Mary Jones</div>", "class:author-name"),
        ("<div class=byline-name>Mary Jones</div>", "class:author-name"),
        ("<div class=authorName>maryj</div>", "class:author-name"),
        ("<div data-testid=author-name>Mary Jones</div>", "class:author-name"),
        ("<div class=byline>By Mary Jones</div>", "class:byline"),
        ("<div class=byline>By <b>Mary Jones</b> | May 3, 2024</div>", "class:byline"),
        ("<div class=byline><span>By</span> <span>Mary Jones</span><span>Staff Writer</span></div>", "class:byline"),
        ("<div class=article__authors><p>Mary Jones</p><p>Founder and baker</p></div>", "class:byline"),
        ("<div class=byline><img class=author-image alt=x><p>Mary Jones</p><p class=author-bio>Writes.</p></div>",
         "class:byline"),
        ("<p>By Mary Jones</p>", "line:byline"),
        ("<p>By <a href=/mary>Mary Jones</a></p>", "line:byline"),
        ("<h4>By <a href=/mary>Mary Jones</a></h4>", "line:byline"),
        ("<p>Posted <a href=/author/mary>Mary Jones</a> to the board</p>", "link:author"),
        ("<p>Mary Jones</p><p>May 3, 2024</p>", "line:name"),
    ],
)  # fmt: skip
def test_each_source_in_the_page(markup: str, rule: str) -> None:
    article = page(markup, head=f"<title>{TITLE}</title>")
    assert by(article) == (("maryj",) if "maryj" in markup else ("Mary Jones",), rule)


@pytest.mark.parametrize(
    ("head", "names"),
    [
        ("<meta name=author content='Mary Jones'>", ("Mary Jones",)),
        ("<meta property=article:author content='https://social.example/mary'><meta name=byl content='By Mary Jones'>",
         ("Mary Jones",)),
        ("<meta name=parsely-author content='Mary Jones|Li Na'>", ("Mary Jones", "Li Na")),
        ("<meta name=twitter:label1 content='Written by'><meta name=twitter:data1 content='Mary Jones'>",
         ("Mary Jones",)),
        ("<meta name=twitter:label1 content='Time to read'><meta name=twitter:data1 content='3 minutes'>", ()),
    ],
)  # fmt: skip
def test_each_source_in_the_head(head: str, names: tuple[str, ...]) -> None:
    assert by(page(head=head)) == (names, "meta:author" if names else None)


@pytest.mark.parametrize(
    ("below", "rule"),
    [
        ("<div class=author-name>Mary Jones</div>", "after:author"),
        (f"<div class=about-author><h4 class=author>Mary Jones</h4><p>{BIO}</p></div>", "after:byline"),
    ],
)
def test_authors_below_the_text(below: str, rule: str) -> None:
    assert by(page(below=below)) == (("Mary Jones",), rule)


def test_a_name_that_stands_alone_is_the_authors_if_it_stands_again_below() -> None:
    assert by(page("<p>Mary Jones</p>", below=f"<p>{BIO}</p>")) == (("Mary Jones",), "line:name")
    assert by(page("<p>Grand Harbour</p>")) == ((), None)


@pytest.mark.parametrize(
    "markup",
    [
        "<figure><img src=/a.jpg><figcaption>Quay. <span class=author>Carl Lens</span></figcaption></figure>",
        "<div class=comment-author>Carl Lens</div>",
        "<div class=author-image>Carl Lens</div>",
        "<div class=author-role>Chief Reporter</div>",
        "<div class=byline>Share this article</div>",
        "<div class=byline>May 3, 2024</div>",
        "<div class=author>By</div>",
        "<p><a href=/people/staff>Our People</a></p>",
        "<p><a href=/author/x>Read more</a></p>",
        "<div class=byline><time>Carl Lens</time></div>",
        "<div class=author hidden>Carl Lens</div>",
    ],
)
def test_what_is_no_byline(markup: str) -> None:
    assert by(page(markup)) == ((), None)


def test_bylines_of_other_articles_are_not_the_articles() -> None:
    cards = "".join(
        f"<div class=card><h3><a href=/{number}>Another story of the town, number {number}</a></h3>"
        f"<div class=byline>By Carl Other</div></div>"
        for number in range(20)
    )
    assert by(page(below=f"<aside>{cards}</aside>"))[0] == ()


def test_several_marked_names_are_all_authors_once() -> None:
    link = "<a rel=author href=/x>{}</a>".format
    markup = f"<p>By {link('Mary Jones')}, {link('Li Na')} and {link('MARY JONES')}</p>"
    assert by(page(markup)) == (("Mary Jones", "Li Na"), "rel:author")
    apart = "<div class=author-name>Mary Jones</div><div class=author-name>Li Na</div>"
    assert by(page(apart)) == (("Mary Jones", "Li Na"), "class:author-name")
    listed = "<ul class=authors><li>Mary Jones</li><li>Li Na</li></ul>"
    assert by(page(listed)) == (("Mary Jones", "Li Na"), "class:byline")


def test_a_job_beside_a_name_is_no_second_author() -> None:
    names = "<a class=author-link href=/m>Mary Jones</a><span class=author-link>Senior Editor</span>"
    assert by(page(f"<div class=byline>{names}</div>"))[0] == ("Mary Jones",)


def test_declarations_come_before_the_page() -> None:
    article = page("<div class=byline>By Li Na</div>", head=ld(person("Mary Jones")), explain=True)
    assert by(article) == (("Mary Jones",), "json-ld:author")
    lost = {candidate.rule: candidate.value for candidate in article.lost if candidate.field == "byline"}
    assert lost == {"class:byline": ("Li Na",), "line:byline": ("Li Na",)}


@pytest.mark.parametrize(
    "house",
    [
        {"@type": "Organization", "name": "Example News"},
        {"@type": "Person", "name": "The Example News"},
        {"@type": "Person", "name": ", Example News"},
        {"@type": "Person", "name": "Editorial Team"},
        {"@type": "Person", "name": "news.example"},
    ],
)
def test_a_person_on_the_page_comes_before_a_declared_house(house: dict[str, str]) -> None:
    head = "<meta property=og:site_name content='Example News'>" + ld(house)
    article = page("<div class=byline>By Mary Jones</div>", head=head, explain=True)
    assert by(article) == (("Mary Jones",), "class:byline")
    assert next(lost.rule for lost in article.lost if lost.field == "byline") == "json-ld:author"
    assert by(page(head=head))[0] != ()


def test_an_agency_comes_before_the_site_itself() -> None:
    head = "<meta property=og:site_name content='Example News'>" + ld("Example News")
    assert by(page("<p>By Associated Press</p>", head=head)) == (("Associated Press",), "line:byline")
    site = Site.model_validate(SITE)
    assert by(page("<p>By Associated Press</p>", head=ld("Example News"), site=site))[0] == ("Associated Press",)


@pytest.mark.parametrize("words", ["Contributions from", "Additional reporting by", "Reviewed by", "Edited by"])
def test_who_only_helped_is_no_author(words: str) -> None:
    markup = f"<div class=byline><p>By <a href=/m>Mary Jones</a></p><p>{words} <a href=/l>Li Na</a></p></div>"
    assert by(page(markup)) == (("Mary Jones",), "class:byline")
    declared = page(markup, head=ld(person("Mary Jones", "Li Na")))
    assert by(declared) == (("Mary Jones",), "json-ld:author")
    assert by(page(head=ld(person("Mary Jones", "Li Na"))))[0] == ("Mary Jones", "Li Na")


def test_a_template_has_the_last_word() -> None:
    site = Site.model_validate(SITE | {"template": {"byline": ".who"}})
    article = page("<p class=who>Carl Lens and Li Na</p>", head=ld(person("Mary Jones")), site=site)
    assert by(article) == (("Carl Lens", "Li Na"), "template:byline")


def test_bylines_are_no_part_of_the_body() -> None:
    for markup in ("<p>By <a href=/m>Mary Jones</a></p>", "<p>By Mary J. Jones, Li Na and John Smith, +5 more</p>"):
        assert page(markup).body == TEXT


@pytest.mark.parametrize("url", [URL, "http://[x", "", "nonsense"])
def test_any_address(url: str) -> None:
    head = ld(person("Mary Jones"))
    assert read(f"<h1>{TITLE}</h1>{STORY}", head, url=url).byline == ("Mary Jones",)


@pytest.mark.parametrize(
    "body",
    [
        f"<div class=byline>{'<a rel=author href=/x>Mary Jones</a>' * 5000}</div>",
        f"{'<div class=author>' * 300}Mary Jones{'</div>' * 300}",
        f"<div class=author>{'word ' * 50_000}</div>",
    ],
)
def test_a_hostile_byline_ends(body: str) -> None:
    article = read(f"<h1>{TITLE}</h1>{body}<p>{FIRST}</p><p>{SECOND}</p><p>{THIRD}</p>")
    assert set(article.byline) <= {"Mary Jones"}
