"""A site's template: its selectors come before everything that is found by itself."""

import datetime as dt

import pytest

from archive.model import Article, Stamp
from crawler.parsers.dates import DateContext
from crawler.parsers.template import Reader
from crawler.site import Site, Template
from tests.crawler.parsers.small_pages import FIRST, STORY, TEXT, THIRD, parsed, read

MARKUP = (
    "<div id=top><b class=t> </b><b class=t>A  quay</b></div><p class=d>soon</p><p class=d>Posted 15 March 2024</p>"
    "<ul class=c><li>Home &gt;</li><li> / </li><li>News</li></ul><div id=story>text</div><p class=ad>buy</p>"
)


def reader(**fields: object) -> Reader:
    return Reader(Template.model_validate(fields), parsed(MARKUP))


def site(**template: object) -> Site:
    return Site.model_validate(
        {
            "id": "a", "name": "Example", "url": "https://news.example/", "listing": {"article_urls": "x"},
            "sections": [{"key": "s", "name": "S", "url": "/"}], "template": template,
        }
    )  # fmt: skip


@pytest.mark.parametrize(
    "rule", [".t", ["h7", ".t"], {"select": ".t"}, {"select": ["h7", ".t"]}, "//b[@class='t']", ".t::text"]
)
def test_the_first_selector_with_text(rule: object) -> None:
    assert reader(title=rule).text("title") == ("template:title", "A quay")


def test_nothing_found() -> None:
    empty = reader(title="h7", updated=".t", body="h7", breadcrumb="h7")
    assert empty.text("title") is None
    assert empty.date("updated", DateContext()) is None
    assert empty.body() is None
    assert empty.crumbs() is None
    assert empty.text("source") is None
    none = Reader(None, parsed(MARKUP))
    none.remove()
    assert (none.text("title"), none.body(), none.crumbs()) == (None, None, None)


def test_the_first_date() -> None:
    found = reader(published=".d").date("published", DateContext())
    assert found is not None
    rule, stamp = found
    assert (rule, stamp.raw, str(stamp.value)) == ("template:published", "15 March 2024", "2024-03-15")


def test_crumbs_lose_their_signs() -> None:
    assert reader(breadcrumb=".c li").crumbs() == ("template:breadcrumb", ("Home", "News"))


def test_the_body_and_what_is_removed() -> None:
    page = parsed(MARKUP)
    found = Reader(
        Template.model_validate({"body": ["h7", "#story"], "remove": [".ad", "#top", "#top b", "html"]}), page
    )
    body = found.body()
    assert body is not None
    assert body.get("id") == "story"
    found.remove()
    assert "".join(page.body.itertext()) == "soonPosted 15 March 2024Home > / Newstext"


def article(**template: object) -> Article:
    body = (
        f"<div class=x><h1>Not this</h1><h3 class=head>A quay</h3><i class=when>2024-03-15 10:30</i>"
        f"<i class=new>2024-03-16</i><b class=who>By Ann Lee and Bo Chen</b><b class=src>Example Wire</b>"
        f"<p class=trail>Home</p><p class=trail>News</p>{STORY}"
        f"<p class=promo>Our own offer, only today, for you.</p></div>"
        f"<div id=own><p>{FIRST}</p><p class=promo>Our offer.</p><p>{THIRD}</p></div>"
    )
    return read(body, site=site(**template))


@pytest.mark.parametrize(
    ("field", "selector", "value"),
    [
        ("title", ".head", "A quay"),
        ("published", ".when", Stamp("2024-03-15 10:30", None, None)),
        ("updated", ".new", Stamp("2024-03-16", None, None)),
        ("source", ".src", "Example Wire"),
        ("byline", ".who", ("Ann Lee", "Bo Chen")),
        ("breadcrumb", ".trail", ("Home", "News")),
    ],
)
def test_each_field_of_an_article(field: str, selector: str, value: object) -> None:
    found = article(**{field: selector})
    got = getattr(found, field)
    assert (got.raw if isinstance(got, Stamp) else got) == (value.raw if isinstance(value, Stamp) else value)
    assert found.rules[field] == f"template:{field}"


def test_the_body_of_an_article() -> None:
    found = article(body="#own", remove=".promo")
    assert found.body == f"{FIRST}\n\n{THIRD}"
    assert found.rules["body"] == "template:body"
    assert article(body="#none").rules["body"] == "classifier"


def test_an_empty_element_as_body() -> None:
    found = read(f"<div id=e></div>{STORY}", site=site(body="#e"))
    assert found.body == ""


def test_own_labels_of_a_template() -> None:
    body = f"<h1>A quay</h1><p>Wire: Xinhua Refreshed: 2024-03-16</p>{STORY}"
    assert read(body).updated is None
    found = read(body, site=site(updated={"label": "Refreshed"}, source={"label": ["Wire"]}))
    assert (found.updated, found.source) == (Stamp("2024-03-16", dt.date(2024, 3, 16), "day"), "Xinhua")
    assert (found.rules["updated"], found.rules["source"]) == ("label:updated", "label:source")
    assert found.body == TEXT
    assert read(body, site=site(updated={"label": "Refreshed"})).rules["updated"] == "label:updated"


@pytest.mark.parametrize("field", ["images", "caption"])
def test_selectors_of_images_and_captions_are_heeded(field: str) -> None:
    body = (
        f"<h1>A quay</h1><div><p>{FIRST}</p><p><img src=a.jpg></p><p class=cap>The quay at noon</p><p>{THIRD}</p></div>"
        "<div class=gallery><img src=b.jpg></div>"
    )
    found = read(body, site=site(images=".gallery img", caption=".cap"))
    if field == "images":
        assert [image.url for image in found.images] == ["https://news.example/2024/b.jpg"]
    else:
        assert "The quay at noon" not in found.body


@pytest.mark.parametrize(
    ("field", "line", "value"),
    [
        ("published", "Erstmals: 15 March 2024", "15 March 2024"),
        ("byline", "Feder: Ann Lee and Bo Chen", ("Ann Lee", "Bo Chen")),
    ],
)
def test_a_sites_own_label_names_any_printed_value(field: str, line: str, value: object) -> None:
    label = line.partition(":")[0]
    found = read(f"<h1>A quay</h1><p>{line}</p>{STORY}", site=site(**{field: {"label": label}}))
    said = getattr(found, field)
    assert (said.raw if isinstance(said, Stamp) else said) == value
    assert found.body == TEXT


def test_a_label_where_nothing_is_printed_behind_one_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="title has no label; updated, published, source and byline may have one"):
        Template.model_validate({"title": {"label": "Title"}})
