import dataclasses
import datetime as dt
import json
from typing import Any

import pytest

from archive.model import Article, Candidate, Image, Stamp
from crawler.extracting.presenting import Style, as_dict, presented

INSTANT = dt.datetime(2024, 3, 5, 8, 30, tzinfo=dt.timezone(dt.timedelta(hours=1)))
STAMP = Stamp("5 March 2024, 08:30", INSTANT, "instant")
ARTICLE = Article(
    url="https://harbour.example.org/a",
    title="Ferries run again",
    published=STAMP,
    updated=Stamp("06/07/2024", reason="ambiguous"),
    source="Port Agency",
    byline=("Ada Quill", "Ben Reed"),
    breadcrumb=("Home", "News"),
    language="en",
    body="One.\n\nTwo.",
    body_html="<p>One.</p>\n<p>Two.</p>",
    markdown="One.\n\nTwo.",
    images=(
        Image("https://harbour.example.org/q.jpg", "The quay.", "Photo: C. Lens", "quay", 1, ("https://x.example/q",)),
        Image("https://harbour.example.org/r.jpg", alt="a rope", position=2),
    ),
    section="Harbour",
    pages=("https://harbour.example.org/a_2",),
    undecodable=3,
    rules={"title": "page:h1", "published": "label:published", "body": "density", "images": "figure", "extra": "rule"},
    lost=(Candidate("published", Stamp("4 March", dt.date(2024, 3, 4), "day"), "url"), Candidate("title", "A", "meta")),
)  # fmt: skip
HOSTILE = "a\x1b[31mred\x9b2J\u202egnp.exe\x00\ud800\u2066"


def test_a_reading_for_people() -> None:
    assert presented("a.html", ARTICLE, Style()) == (
        "Ferries run again\n"
        "   updated  not read: ambiguous (printed: 06/07/2024)\n"
        " published  2024-03-05T07:30:00Z (printed: 5 March 2024, 08:30)\n"
        "    byline  Ada Quill, Ben Reed\n"
        "    source  Port Agency\n"
        "   section  Harbour\n"
        "breadcrumb  Home > News\n"
        "  language  en\n"
        "       url  https://harbour.example.org/a\n"
        "     pages  https://harbour.example.org/a_2\n"
        "   damaged  3 bytes are no characters\n"
        "   image 1  The quay. Photo: C. Lens\n"
        "            https://harbour.example.org/q.jpg\n"
        "   image 2  a rope\n"
        "            https://harbour.example.org/r.jpg\n"
        "\n"
        "One.\n\nTwo."
    )


def test_a_reading_says_what_is_unusual_and_leaves_out_what_is_unknown() -> None:
    article = Article("https://harbour.example.org/", kind="listing", paywalled=True)
    assert presented("a.html", article, Style()) == (
        "(untitled)\n"
        "       url  https://harbour.example.org/\n"
        "      kind  listing, not an article\n"
        " paywalled  the page keeps text from readers who do not pay"
    )


def test_a_terminal_gets_lines_of_its_width_and_pipes_get_whole_ones() -> None:
    address = f"https://harbour.example.org/{'long' * 30}"
    article = dataclasses.replace(ARTICLE, body="word " * 100, canonical_url=address)
    piped = presented("a.html", article, Style())
    shown = presented("a.html", article, Style(width=40))
    assert ("word " * 100).strip() in piped
    assert "\x1b" not in piped
    assert address in shown, "an address can be copied"
    assert all(len(line) <= 60 for line in shown.splitlines() if "word" in line)


@pytest.mark.parametrize(
    ("form", "text"), [("text", ARTICLE.body), ("markdown", ARTICLE.markdown), ("html", ARTICLE.body_html)]
)
def test_one_rendering(form: Any, text: str) -> None:
    assert presented("a.html", ARTICLE, Style(form)) == text


@pytest.mark.parametrize(
    ("form", "heading"),
    [
        ("reading", "==> a--><b>.html <==\n"),
        ("text", "==> a--><b>.html <==\n"),
        ("markdown", "<!-- a--&gt;&lt;b&gt;.html -->\n"),
        ("html", "<!-- a--&gt;&lt;b&gt;.html -->\n"),
    ],
)
def test_several_are_told_from_each_other(form: Any, heading: str) -> None:
    assert presented("a-->\x1b<b>.html", ARTICLE, Style(form, many=True)).startswith(heading)


def test_json_has_every_field() -> None:
    said = as_dict("a.html", ARTICLE, explain=True)
    assert next(iter(said)) == "file"
    assert set(said) - {"file"} == {field.name for field in dataclasses.fields(Article)}
    assert json.loads(presented("a.html", ARTICLE, Style("json", explain=True))) == said
    assert said["published"] == {
        "raw": "5 March 2024, 08:30", "value": "2024-03-05T07:30:00Z", "precision": "instant", "reason": None,
    }  # fmt: skip
    assert said["updated"] == {"raw": "06/07/2024", "value": None, "precision": None, "reason": "ambiguous"}
    assert said["images"][0] == {
        "position": 1, "url": "https://harbour.example.org/q.jpg", "caption": "The quay.", "credit": "Photo: C. Lens",
        "alt": "quay", "shown": None, "fallbacks": ["https://x.example/q"],
    }  # fmt: skip
    assert said["lost"] == [
        {
            "field": "published",
            "value": {"raw": "4 March", "value": "2024-03-04", "precision": "day", "reason": None},
            "rule": "url",
        },
        {"field": "title", "value": "A", "rule": "meta"},
    ]
    assert "lost" not in as_dict("a.html", ARTICLE, explain=False)


def test_json_is_one_line_where_more_follow() -> None:
    assert "\n" not in presented("a.html", ARTICLE, Style("json", many=True))
    assert "\n" in presented("a.html", ARTICLE, Style("json"))


@pytest.mark.parametrize("form", ["reading", "text", "markdown", "html", "json"])
@pytest.mark.parametrize("explain", [False, True])
def test_no_page_steers_the_terminal(form: Any, explain: bool) -> None:
    article = Article(
        HOSTILE, HOSTILE, Stamp(HOSTILE, reason=HOSTILE), Stamp(HOSTILE, reason="x"), HOSTILE, (HOSTILE,), (HOSTILE,),
        HOSTILE, HOSTILE, HOSTILE, HOSTILE, (Image(HOSTILE, HOSTILE, HOSTILE, HOSTILE),), HOSTILE, HOSTILE, HOSTILE,
        pages=(HOSTILE,), rules={"title": HOSTILE, HOSTILE: HOSTILE}, lost=(Candidate("title", HOSTILE, HOSTILE),),
    )  # fmt: skip
    shown = presented(HOSTILE, article, Style(form, explain=explain, many=True))
    assert not set(shown) & set("\x1b\x9b\u202e\u2066\x00\ud800")
    shown.encode("utf-8")
    if form == "json":
        assert json.loads(shown)["title"] == HOSTILE, "JSON loses nothing"


def test_joiners_stay() -> None:
    text = "می\u200cخواهم 👩\u200d🚒"
    assert presented("a", dataclasses.replace(ARTICLE, body=text), Style("text")) == text


def test_the_rules_as_a_table() -> None:
    lines = [line.split("  ") for line in presented("a.html", ARTICLE, Style(explain=True)).splitlines()]
    table = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    assert table[:7] == [
        ["field", "value", "rule"],
        ["title", "Ferries run again", "page:h1"],
        ["not: A", "meta"],
        ["updated", "not read: ambiguous (printed: 06/07/2024)"],
        ["published", "2024-03-05T07:30:00Z (printed: 5 March 2024, 08:30)", "label:published"],
        ["not: 2024-03-04 (printed: 4 March)", "url"],
        ["byline", "Ada Quill, Ben Reed"],
    ]
    assert ["body", "10 characters: One. Two.", "density"] in table
    assert ["images", "2: The quay. Photo: C. Lens https://harbour.example.org/q.jpg", "figure"] in table
    assert ["amp_url", "-"] in table
    assert table[-1] == ["extra", "-", "rule"]


def test_a_long_value_is_shortened() -> None:
    shown = presented("a.html", dataclasses.replace(ARTICLE, title="t" * 1000), Style(explain=True))
    assert shown.count("t" * 50) < 5
    assert "ttt..." in shown
