"""A site's template: its selectors come before everything that is found by itself."""

import datetime as dt

import pytest

from archive.model import Article, Entry, Stamp
from crawler.parsers.dates import DateContext
from crawler.parsers.template import Reader, fit_of, fitting
from crawler.site import Site, Template
from crawler.spiders.fetching import reading_of
from tests.crawler.parsers.small_pages import FIRST, STORY, TEXT, THIRD, URL, parsed, read

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


OLD = Template.model_validate({"title": ".old", "body": ".text", "valid_until": "2019-12-31"})
NEW = Template.model_validate({"title": ".new", "body": ".copy", "valid_from": "2020-01-01"})


def moved(*templates: Template, url: str = URL, body: str = "", head: str = "") -> Article:
    given = site().model_copy(update={"templates": templates})
    return read(body, head, url=url, site=Site.model_validate(given.model_dump()))


def in_old(text: str = STORY, *, title: str = "A quay") -> str:
    return f"<h1>Not this</h1><h3 class=old>{title}</h3><div class=text>{text}</div>"


def in_new(text: str = STORY) -> str:
    return f"<h1>Not this</h1><h3 class=new>A pier</h3><div class=copy>{text}</div>"


@pytest.mark.parametrize("templates", [(OLD, NEW), (NEW, OLD)])
def test_the_template_that_fits_a_page_reads_it(templates: tuple[Template, ...]) -> None:
    old, new = moved(*templates, body=in_old()), moved(*templates, body=in_new())
    assert (old.title, old.body, old.rules["template"]) == ("A quay", TEXT, "undated")
    assert (new.title, new.body, new.rules["template"]) == ("A pier", TEXT, "from:2020-01-01")


def test_a_page_outside_of_a_templates_time_is_still_read_by_the_one_that_fits() -> None:
    """A page of 2018 that is shown in the layout of 2020."""
    found = moved(OLD, NEW, body=in_new(), url="https://news.example/2018/05/06/story.html")
    assert (found.title, found.rules["template"]) == ("A pier", "from:2020-01-01")


def test_where_none_fits_the_general_rules_read_and_the_rules_say_so() -> None:
    found = moved(OLD, NEW, body=f"<h1>A mole</h1><div>{STORY}</div>")
    assert (found.title, found.body, found.rules["template"]) == ("A mole", TEXT, "none")
    assert found.rules["body"] == "classifier"
    assert "template" not in read(STORY).rules
    assert "template" not in read(STORY, site=site()).rules


SAME = {"title": "h1", "body": ".text"}
FIRST_ONE = Template.model_validate({**SAME, "remove": ".first", "valid_until": "2019-12-31"})
SECOND_ONE = Template.model_validate({**SAME, "remove": ".second", "valid_from": "2020-01-01"})
THIRD_ONE = Template.model_validate({**SAME, "remove": ".third", "valid_from": "2020-06-01"})
THREE = (
    "<h1>A quay</h1><div class=text>"
    + STORY
    + "<p class=first>One.</p><p class=second>Two.</p><p class=third>Three.</p></div>"
)


@pytest.mark.parametrize(
    ("url", "head", "left"),
    [
        ("/2019/12/31/story.html", "", ("Two.", "Three.")),
        ("/2020/01/01/story.html", "", ("One.", "Three.")),
        ("/2020/07/01/story.html", "", ("One.", "Two.")),
        ("/story.html", "", ("One.", "Two.")),
        ("/story.html", "<meta property=article:published_time content=2019-02-03>", ("Two.", "Three.")),
    ],
)
def test_of_several_that_fit_the_newest_that_is_valid_on_the_pages_day(url: str, head: str, left: tuple[str]) -> None:
    found = moved(FIRST_ONE, THIRD_ONE, SECOND_ONE, url=f"https://news.example{url}", body=THREE, head=head)
    assert found.body.removeprefix(TEXT).split() == list(left)


def test_the_listings_date_says_which_template() -> None:
    entry = Entry("https://news.example/story.html", date_raw="2019-03-04")
    given = Site.model_validate({**site().model_dump(), "templates": [FIRST_ONE.model_dump(), SECOND_ONE.model_dump()]})
    found = read(THREE, url="https://news.example/2020/07/01/story.html", site=given, entry=entry)
    assert found.body.removeprefix(TEXT).split() == ["Two.", "Three."]


def test_a_template_whose_body_alone_is_found_fits_less_than_one_with_its_title_too() -> None:
    page = parsed("<h3 class=new>A pier</h3><div class=text>a</div>")
    half = Template.model_validate({"title": ".old", "body": ".text", "valid_from": "2021-01-01"})
    whole = Template.model_validate({"title": ".new", "body": ".text"})
    assert [fit_of(template, Reader(template, page)) for template in (half, whole, NEW)] == [1, 2, 0]
    found = fitting((half, whole), page, lambda: None)
    assert found is not None
    assert found.template is whole


def test_the_single_template_and_dated_ones_stand_side_by_side() -> None:
    given = Site.model_validate({**site(title=".old", body=".text").model_dump(), "templates": [NEW.model_dump()]})
    assert [layout.valid_from for layout in given.layouts] == [None, NEW.valid_from]
    assert site().layouts == ()
    assert read(in_old(), site=given).title == "A quay"
    assert read(in_new(), site=given).title == "A pier"


def test_a_template_that_ends_before_it_begins_is_a_mistake() -> None:
    with pytest.raises(ValueError, match=r"valid_until is before valid_from \(2020-01-02\); give the later day"):
        Template.model_validate({"valid_from": "2020-01-02", "valid_until": "2020-01-01"})


def test_another_template_is_another_reading() -> None:
    plain, dated = site(), Site.model_validate({**site().model_dump(), "templates": [NEW.model_dump()]})
    later = Site.model_validate(
        {**site().model_dump(), "templates": [{**NEW.model_dump(), "valid_from": "2020-01-02"}]}
    )
    assert len({reading_of(given).template for given in (plain, dated, later)}) == 3


def test_what_a_template_names_as_a_date_is_no_text() -> None:
    body = (
        f"<h1>A quay</h1><div class=text>{STORY}<p class=when>This was written on 15 March 2024 at the quay.</p></div>"
    )
    found = read(body, site=site(title="h1", body=".text", published=".when"))
    assert found.body == TEXT
    assert found.published is not None
    assert str(found.published.value) == "2024-03-15"
