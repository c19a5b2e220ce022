"""The page of an article: as it reads, its versions, its state, what surrounds it, whatever a site has written."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.markup import Figure, parted, readable
from archive.model import Article, Image, Stamp
from archive.reading_room.fields import dates_of, fields_of, in_words
from archive.reading_room.setting import Part, Picture, language_tag, set_body, why_not
from tests.archive.keeping import picture, sha256
from tests.archive.reading_room.stories import (
    ARABIC,
    BARE,
    CHINESE,
    GONE,
    HIDDEN,
    HOSTILE,
    SHIP,
    STORY,
    TAKEN,
    Asking,
    fill,
    key_of,
    rows,
    text_of,
)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that no test changes."""
    return fill(tmp_path_factory.mktemp("articles") / "ws")


@pytest.fixture(scope="module")
def ask(root: Path) -> Iterator[Asking]:
    asking = Asking(root)
    yield asking
    asking.close()


def test_an_article_as_it_reads(root: Path, ask: Asking) -> None:
    page = ask.page(f"article/{key_of(root, STORY)}")
    assert text_of(page, "article h1") == "Harbour loud"
    assert text_of(page, ".by") == "Jane Doe, City Desk · The Herald"
    assert text_of(page, ".dates dt, .dates dd") == (
        "Published 2024-05-01 09:00 UTC (an instant; printed as “1 May, 9:00”) Updated 2024-05-02 (to the day)"
    )
    assert text_of(page, ".crumbs") == "Home › News"
    assert text_of(page, ".where") == "The Herald"
    (article,) = page.cssselect("article")
    assert article.get("lang") == "en"
    (body,) = page.cssselect(".text")
    assert [child.tag for child in body][:3] == ["p", "figure", "p"]
    (image,) = body.cssselect("img")
    kept = sha256(picture("navy"))
    assert dict(image.attrib) == {
        "src": f"/archive/-/image/{kept}", "alt": "a ship", "width": "8", "height": "6", "loading": "lazy",
        "decoding": "async",
    }  # fmt: skip
    assert [link.get("href") for link in body.cssselect("figure a")] == [f"/archive/-/picture/{kept}"]
    captions = [text_of(figure, "figcaption") for figure in body.cssselect("figure")]
    assert captions == ["A ship in port. [Photo by X]", "The pier."]
    assert "No picture is kept here: the server answers 404." in text_of(body, ".missing")
    assert "paper.pdf · application/pdf · 2.0 KiB · 2 pages" in text_of(page, ".files")
    printed = text_of(page, ".printed")
    assert STORY in printed
    assert "Doe, J." in printed


def test_an_earlier_version_says_so(root: Path, ask: Asking) -> None:
    key = key_of(root, STORY)
    got = ask(f"article/{key}?version=1")
    page = ask.page(f"article/{key}?version=1")
    assert "This is version 1, seen on 2024-05-03 12:02 UTC" in text_of(page, ".banners")
    assert "The harbour is quiet." in text_of(page, ".text")
    assert got.headers["memento-datetime"] == "Fri, 03 May 2024 12:02:00 GMT"
    assert 'rel="first memento"' in got.headers["link"]
    current = ask(f"article/{key}")
    assert "memento-datetime" not in current.headers
    assert 'rel="timegate"' in current.headers["link"]


def test_the_versions_are_listed_with_what_they_changed(root: Path, ask: Asking) -> None:
    key = key_of(root, STORY)
    page = ask.page(f"article/{key}?version=2")
    listed = [text_of(row, "a, .dim") for row in page.cssselect(".numbers li")]
    assert [row.get("data-number") for row in page.cssselect(".numbers li")] == ["3", "2", "1"]
    assert "headline, body, caption compare with 2" in listed[0]
    assert [row.get("data-number") for row in page.cssselect(".numbers [aria-current]")] == ["2"]
    steps = {link.get("data-step"): link.get("href") for link in page.cssselect("[data-step]")}
    assert steps == {f"{way}": f"/archive/-/article/{key}?version={2 + way}" for way in (-1, 1)}
    (slider,) = page.cssselect("#slider")
    assert (slider.get("max"), slider.get("value")) == ("2", "1")
    assert page.cssselect("[data-shortcut=d]")[0].get("href") == f"/archive/-/article/{key}/diff?from=1&to=2"
    assert page.cssselect(".steps")[0].get("hidden") is not None


def test_what_people_and_crawls_have_said_of_it(root: Path, ask: Asking) -> None:
    page = ask.page(f"article/{key_of(root, STORY)}")
    said = text_of(page)
    assert "The source was set by hand by anna" in said
    assert "The page says: Herald & Sons. Here it is: The Herald. Why: from the print edition" in said
    assert "harbour" in text_of(page, ".tag")
    assert text_of(page, ".note p, .note footer") == "Printed on page 2. bob, 2024-05-05 10:00 UTC"
    assert "what the page shows, h1, which agrees with what the page declares as JSON-LD, headline" in said
    assert "parser release 1.0 with the template t1" in said
    assert text_of(page, ".story").startswith("2024-05-03 12:06 retitled headline, body, caption")
    links = {link.text: link.get("href") for link in page.cssselect("#evidence-head ~ ul a")}
    assert links["JSON"] == f"/archive/-/export?q={key_of(root, STORY)}&format=jsonl"
    assert "/archive/-/timemap/link/" in str(links["TimeMap"])


def test_a_gone_article_says_since_when(root: Path, ask: Asking) -> None:
    page = ask.page(f"article/{key_of(root, GONE)}")
    said = text_of(page, ".banner.gone")
    assert said.startswith("This article is gone from the site since 2024-05-18 00:00 UTC. It was last seen there on")
    assert text_of(page, "h1") == "(untitled)"


def test_a_withdrawn_article_leaves_its_tombstone_alone(root: Path, ask: Asking) -> None:
    key = key_of(root, TAKEN)
    page = ask.page(f"article/{key}", 410)
    assert "This article was taken down" in text_of(page)
    assert "The reason: a court order" in text_of(page)
    for path in ("", "?version=1", "/related", "/diff", "/cite", "/attachment/1"):
        got = ask(f"article/{key}{path}")
        assert got.status_code in (404, 410), path
        assert HIDDEN not in got.text


def test_an_article_without_rows_of_versions_is_shown_as_it_is(root: Path, ask: Asking) -> None:
    key = key_of(root, BARE)
    page = ask.page(f"article/{key}")
    assert [text_of(page, ".text p")] == ["A bare text. Of two paragraphs."]
    assert "no rows of versions" in text_of(page, "#versions")
    assert "It cannot be cited" in text_of(page, "#citation")
    assert "2024-05-02 10:30 (to the minute, by the page's own clock" in text_of(page, ".dates")
    assert ask(f"article/{key}?version=2").status_code == 404
    assert ask(f"article/{key}/diff").status_code == 200


def test_other_scripts_are_said_to_be_such(root: Path, ask: Asking) -> None:
    for url, language, title in ((CHINESE, "zh-Hans", "质监局召开会议"), (ARABIC, "ar", "الميناء هادئ")):
        page = ask.page(f"article/{key_of(root, url)}")
        (article,) = page.cssselect("article")
        (headline,) = article.cssselect("h1")
        assert (article.get("lang"), headline.get("dir"), headline.text) == (language, "auto", title)
        assert article.cssselect(".text")[0].get("dir") == "auto"


def test_nothing_of_a_hostile_page_runs(root: Path, ask: Asking) -> None:
    key = key_of(root, HOSTILE)
    for path in ("", "?version=1", "/diff", "/cite", "/related", *(f"/cite?format={form}" for form in ("ris", "x"))):
        text = ask(f"article/{key}{path}").text
        page = ask.page(f"article/{key}{path}")
        assert "49" not in text_of(page, "h1"), path
        assert "<script>" in text_of(page), path
        assert 'evil.example/x.png"' not in text
    page = ask.page(f"article/{key}")
    assert page.cssselect("article")[0].get("lang") is None
    assert [link.get("href") for link in page.cssselect(".text a")] == [None] * 4
    assert len(page.cssselect(".text .missing")) == 4


def test_any_name_of_an_article_leads_to_its_page(root: Path, ask: Asking) -> None:
    key, chinese = key_of(root, STORY), key_of(root, CHINESE)
    ((row_id,),) = rows(root, "SELECT id FROM articles WHERE url = ?", STORY)
    for name, found in ((STORY, key), (row_id, key), (key.upper(), key), (CHINESE, chinese)):
        got = ask(f"article/{name}")
        assert (got.status_code, got.headers["location"]) == (302, f"/archive/-/article/{found}"), name
    assert ask(f"article/{row_id}?version=2").headers["location"].endswith(f"{key}?version=2")
    for name in ("absent", "https://elsewhere.example/", "9" * 30, "a" * 16, "%00"):
        assert ask(f"article/{name}").status_code == 404, name


@pytest.mark.parametrize("number", ["9", "0", "-1", "x", "٣", "1e3", "9" * 40, "1'"])
def test_a_version_that_there_is_not(root: Path, ask: Asking, number: str) -> None:
    for path in (f"?version={number}", f"/diff?from={number}", f"/diff?from=1&to={number}", f"/cite?version={number}"):
        assert ask(f"article/{key_of(root, STORY)}{path}").status_code == 404


def test_the_text_of_a_file_is_on_demand(root: Path, ask: Asking) -> None:
    key = key_of(root, STORY)
    page = ask.page(f"article/{key}/attachment/1")
    assert text_of(page, "pre") == "What the paper says."
    assert ask(f"article/{key}/attachment/2").status_code == 404
    assert ask(f"article/{key_of(root, CHINESE)}/attachment/1").status_code == 404


def test_what_is_related_is_on_demand(root: Path, ask: Asking) -> None:
    key = key_of(root, STORY)
    assert "No other article of the archive is like it" in text_of(ask.page(f"article/{key}/related"))
    page = ask.page(f"article/{key}")
    assert page.cssselect("#related")[0].get("href") == f"/archive/-/article/{key}/related"


def test_reading_on_goes_by_day(root: Path, ask: Asking) -> None:
    page = ask.page(f"article/{key_of(root, CHINESE)}")
    assert [(link.get("rel"), text_of(link, "span[dir]")) for link in page.cssselect(".pager a")] == [
        ("prev", "Harbour loud"), ("next", "الميناء هادئ"),
    ]  # fmt: skip


def test_who_may_not_see_a_table_does_not_see_it_here(root: Path) -> None:
    key = key_of(root, STORY)
    some = Asking(root, {"databases": {"archive": {"tables": {"notes": {"allow": False}, "edits": {"allow": False}}}}})
    closed = Asking(root, {"databases": {"archive": {"tables": {"captures": {"allow": False}}}}})
    try:
        page = some.page(f"article/{key}")
        assert "Printed on page 2" not in text_of(page)
        assert "by hand by anna" not in text_of(page)
        for path in (f"article/{key}", f"article/{key}/diff", f"article/{key}/cite", "capture/1", f"article/{STORY}"):
            assert closed(path).status_code == 403, path
    finally:
        some.close()
        closed.close()


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("hand", "set by hand"),
        ("json-ld:datePublished", "what the page declares as JSON-LD, datePublished"),
        ("page:h1=entry:title", "what the page shows, h1, which agrees with what the listing said, title"),
        ("template:updated", "the site's template, its selector for updated"),
        ("a new one:x", "a new one:x"),
    ],
)
def test_a_rule_in_words(rule: str, words: str) -> None:
    assert in_words(rule) == words


def test_a_date_says_how_it_is_known() -> None:
    article = Article("https://a.example/", published=Stamp("06.07.2010", reason="ambiguous"))
    (date,) = dates_of(article)
    assert (date.raw, date.value, date.told) == ("06.07.2010", None, "not read: day and month cannot be told apart")
    rules = {"body": "classifier", "images": "figure", "captions": "credit", "kind": "x:y"}
    counted = fields_of(Article("https://a.example/", body="x", images=(Image(None, "c"),), rules=rules))
    assert [field.value for field in counted] == ["1 characters", "1 pictures, 1 with a caption", "1 captions", ""]


def test_pictures_stand_where_the_markup_has_them() -> None:
    first, second = Picture(1, SHIP, "c", None, None, "ab", 1, 1), Picture(2, None, "alone", None, None)
    markup = (
        '<p>a<img src="sha256:ab">b</p><figure><figcaption>alone</figcaption></figure><img src="https://e.example/">'
    )
    parts = set_body(markup, "", [first, second])
    assert [part.picture for part in parts[1:]] == [
        first, second, Picture(0, "https://e.example/", None, None, None, why="no picture of the archive fits here"),
    ]  # fmt: skip
    assert readable(parts[0].markup) == "<p>ab</p>"
    assert set_body("", "a\n\nb <", [first]) == (Part("<p>a</p><p>b &lt;</p>"), Part(picture=first))
    assert set_body("", "", []) == ()


@pytest.mark.parametrize(
    "markup", ["<", "<p", "\x00", "<div " * 500, "<p>" * 3000, "<!--", "<?x", "]]>", "&#0;&#xd800;"]
)
def test_broken_markup_is_still_read(markup: str) -> None:
    parts = parted(markup)
    assert "<script" not in "".join(readable(part) for part in parts if isinstance(part, str))


def test_a_figure_without_a_picture_or_words_is_text() -> None:
    assert parted("<figure><p>x</p></figure>") == ["<figure><p>x</p></figure>"]
    two = parted('<figure><img src="a" alt="1"><img src="b"><figcaption>c <em>d</em></figcaption></figure>')
    assert two == [Figure("a", "1", ""), Figure("b", "", "c d")]


def test_small_words() -> None:
    assert [language_tag(tag) for tag in ("en", "zh-Hans-CN", '"x', "", None)] == ["en", "zh-Hans-CN", None, None, None]
    assert why_not(None) == "it was never fetched"
    assert why_not("http-500") == "the server answers 500"
