"""The search page: what it shows, where its links lead, and what it makes of any text."""

import datetime as dt
import json
import re
import shlex
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from lxml.html import document_fromstring
from sqlite_utils import Database

from archive.datasette_plugin.addresses import Room
from archive.db import open_archive
from archive.reading_room.asked import Asked
from archive.reading_room.searching import MOST_PAGES, PAGE, Choice, pieces, read_search
from archive.search import narrowing
from crawler.workspace import make_workspace
from tests.archive.asking import ask, ask_all
from tests.archive.keeping import picture, sha256
from tests.archive.library import HIDDEN, fill, run
from tests.archive.search.library import Told, library
from tests.archive.search.test_hostile import HOSTILE

ROOM = Room("/archive")
EVIL = "\"><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}'"
DAY = dt.date(2024, 3, 1)


def told() -> Iterator[Told]:
    """Sixty articles of two sites over three months, one of them by somebody who means ill."""
    for i in range(60):
        yield Told(
            f"The harbour is number {i}. " + ("A storm came." if i % 3 == 0 else "All is quiet."),
            title=f"Harbour {i}", day=DAY + dt.timedelta(days=i), site="herald" if i % 2 else "times",
            sections=("news", "sea") if i % 5 == 0 else ("news",), language="zh" if i % 7 == 0 else "en",
            source=f'Agency "{i % 3}"', state="gone" if i == 4 else "live", marks=("changed",) if i % 10 == 0 else (),
        )  # fmt: skip
    yield Told(f"A {EVIL} \x02ship\x03 lies at the pier. <b>pier</b>", title=EVIL, source=EVIL, byline=(EVIL,), day=DAY)


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of many articles."""
    root = tmp_path_factory.mktemp("many") / "ws"
    make_workspace(root)
    library(root / "archive.db", told()).close()
    return root


@pytest.fixture(scope="module")
def db(many: Path) -> Iterator[Database]:
    opened = open_archive(many / "archive.db", readonly=True)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace of few articles with versions and pictures, one of them taken down."""
    root = tmp_path_factory.mktemp("library") / "ws"
    fill(root)
    return root


def test_a_result_says_what_it_is(kept: Path) -> None:
    text = ask(kept, ROOM.search(q="harbour")).text
    found = text[text.index('<ol class="plain results"') :]
    assert '<span dir="auto" lang="en">Harbour report</span>' in found
    assert "The <mark>harbour</mark> is *closed*." in found
    assert '<time datetime="2024-05-01">' in found
    assert 'updated <time datetime="2024-05-02">' in found
    assert "Jane Doe, City Desk" in found
    assert "Herald &amp; Sons" in found
    assert '<span class="badge">changed</span>' in found
    assert f'src="{ROOM.thumb(sha256(picture()))}" width="112" height="84" alt="" loading="lazy"' in found
    assert 'lang="zh"' in ask(kept, ROOM.search(q="质量")).text


def test_what_is_being_taken_down_is_not_shown(kept: Path) -> None:
    for path in (ROOM.search(), ROOM.search(q="sentence"), ROOM.search_json(q="sentence", facets=1)):
        text = ask(kept, path).text
        assert HIDDEN not in text
        assert "This is the last page" not in text


def test_what_strangers_wrote_stays_text(many: Path) -> None:
    text = ask(many, ROOM.search(q="pier")).text
    tree = document_fromstring(text)
    assert EVIL in tree.text_content()
    assert tree.xpath("//script[not(@src)] | //img[@src='x'] | //b | //@*[starts-with(name(), 'on')]") == []
    assert {each.get("href", "").partition("?")[0] for each in tree.iter("a")} >= {ROOM.search(), ROOM.export()}
    assert "&lt;b&gt;<mark>pier</mark>&lt;/b&gt;" in text
    assert "<mark>ship</mark>" in text
    assert "\x02" not in text


def test_marks_stand_where_they_are_whole() -> None:
    assert pieces("a \x02b\x03 c") == (("a ", False), ("b", True), (" c", False))
    assert pieces("\x03a\x02b") == (("a\x02b", False),)
    assert pieces("") == ()


def choices(db: Database, asked: Asked) -> list[Choice]:
    found = read_search(db, asked)
    months = [choice for _, choice in found.months]
    return months + [choice for _, facet in found.facets for choice in facet]


@pytest.mark.parametrize("asked", [Asked(), Asked("harbour"), Asked("storm OR quiet", since=DAY), Asked("pier")])
def test_every_facet_leads_to_as_many_as_it_says(db: Database, asked: Asked) -> None:
    found = choices(db, asked)
    assert len(found) > 5
    for choice in found:
        assert choice.leads is not None
        narrowed = read_search(db, choice.leads)
        assert str(narrowed.answer.total) == choice.number, choice.label
        assert not narrowed.answer.problems


def test_what_is_narrowed_can_be_widened_again(db: Database) -> None:
    asked = Asked('harbour site:herald -is:gone source:"Agency 1" (a OR site:times)', since=DAY, until=DAY)
    assert [term for term, _ in asked.alternatives()] == [
        "site:herald", "-is:gone", 'source:"Agency 1"', "from 2024-03-01", "to 2024-03-01",
    ]  # fmt: skip
    rests = [rest.text for _, rest in asked.alternatives()]
    assert rests[:2] == [
        'harbour -is:gone source:"Agency 1" (a OR site:times)',
        'harbour site:herald source:"Agency 1" (a OR site:times)',
    ]  # fmt: skip
    for facet in ("site:herald", 'source:"Agency 1"', "section:times/sea"):
        chosen = [choice for choice in choices(db, Asked(f"harbour {facet}")) if choice.is_on]
        assert len(chosen) == 1
        assert chosen[0].leads is None


@pytest.mark.parametrize(
    "text", ["a OR site:b", "site:b OR a", "(site:b)", "near site:b", "title:site", "source:", "-(is:gone)"]
)
def test_what_is_part_of_something_larger_is_no_filter(text: str) -> None:
    assert narrowing(text) == ()


def test_a_site_beside_the_words_becomes_one_of_them(many: Path) -> None:
    got = ask(many, ROOM.search(q="harbour", site="herald", section="news")).text
    assert 'value="harbour section:herald/news"' in got
    assert "<strong>30</strong> articles" in got
    assert "No site &#39;nowhere&#39; in the archive" in ask(many, ROOM.search(site="nowhere")).text


@pytest.mark.parametrize("sort", ["relevance", "newest"])
def test_pages_follow_one_another_without_a_gap(db: Database, sort: str) -> None:
    found: list[int] = []
    asked: Asked | None = Asked("harbour", sort="newest" if sort == "newest" else "relevance")
    while asked is not None:
        page = read_search(db, asked)
        assert page.first == len(found) + 1
        assert page.answer.total.number == 60
        found += [result.hit.id for result in page.results]
        assert not page.has_more
        asked = page.later
    assert len(set(found)) == len(found) == 60
    assert read_search(db, Asked("harbour", page=4)).results == ()


def test_behind_the_last_page_there_is_a_way_on(db: Database, many: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MOST_PAGES, "relevance", 2)
    page = read_search(db, Asked("harbour", page=2))
    assert page.later is None
    assert page.has_more
    assert "sort by date" in ask(many, ROOM.search(q="harbour", page=2)).text


def test_links_keep_what_was_asked(many: Path) -> None:
    text = ask(many, ROOM.search(q="harbour", since=DAY, sort="newest")).text
    assert unescape(re.findall(r'<a href="([^"]+)" rel="next"', text)[0]) == ROOM.search(
        q="harbour", since=DAY, sort="newest", page=2
    )
    feeds = [unescape(each) for each in re.findall(r'rel="alternate"[^>]+href="([^"]+)"', text)]
    assert feeds == [ROOM.feed(form, q="harbour", since=DAY) for form in ("atom", "json")]
    for form, got in zip(("atom", "json"), ask_all(many, feeds), strict=True):
        assert got.status_code == 200, form


def test_a_problem_is_pointed_at(many: Path) -> None:
    text = ask(many, ROOM.search(q="harbour OR")).text
    assert '<code>harbour <mark class="wrong">OR</mark></code>' in text
    assert "<li>OR needs a word on each side; taken as a word.</li>" in text


def test_nothing_found_says_what_to_try(many: Path, tmp_path: Path) -> None:
    text = ask(many, ROOM.search(q="harbuor site:herald")).text
    assert f'<a href="{ROOM.search(q="harbour site:herald")}">' in text.replace("&amp;", "&")
    assert f'href="{ROOM.search(q="harbuor")}">Search without' in text
    make_workspace(tmp_path / "ws")
    open_archive(tmp_path / "ws" / "archive.db").close()
    assert "The archive holds no article yet." in ask(tmp_path / "ws", ROOM.search()).text


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"since": "yesterday"}, "since takes a day"), ({"until": "2024-02-30"}, "until takes a day"),
        ({"page": "0"}, "page takes a number from 1 to 10"), ({"page": "x"}, "page takes"),
        ({"page": "٣"}, "page takes"),
        ({"page": "9" * 5000}, "page takes"), ({"page": "11"}, "page takes"), ({"sort": "<script>"}, "sort takes"),
        ({"limit": "1001"}, "limit takes a number from 1 to 1000"),
    ],
)  # fmt: skip
def test_what_is_asked_wrongly_is_answered_in_a_line(many: Path, asked: dict[str, str], said: str) -> None:
    for path in (ROOM.search_json(**asked), *([ROOM.search(**asked)] if "limit" not in asked else [])):
        got = ask(many, path)
        assert got.status_code == 400
        assert said in got.text
        assert "<" not in got.text


def test_any_text_is_answered(many: Path) -> None:
    texts = [
        *HOSTILE[::3],
        EVIL,
        "x" * 10_000,
        "质" * 7_000,
        "%00%ff",
        "../../etc/passwd",
        "harbour\n\x1b[2J\r\nX-Y: z",
    ]
    for text, got in zip(texts, ask_all(many, [ROOM.search(q=text) for text in texts]), strict=True):
        assert got.status_code == 200, text[:60]
        assert "Traceback" not in got.text
        assert len(got.content) < 300_000, text[:60]
        assert "<script>" not in got.text
        assert "\x1b" not in re.findall(r"<pre[^>]*>([^<]*)</pre>", got.text)[0]


def test_programs_get_what_the_command_prints(many: Path) -> None:
    for path, arguments in (
        (ROOM.search_json(q="storm", facets=1, limit=50), ["storm", "--facets", "--limit", "50"]),
        (ROOM.search_json(q="harbour", sort="newest", since=DAY), ["harbour", "--sort", "newest", "--since", str(DAY)]),
    ):
        assert ask(many, path).json() == json.loads(run(many, "search", "--json", *arguments).output)
    second = ask(many, ROOM.search_json(q="harbour", page=2, limit=5)).json()
    assert [hit["id"] for hit in second["hits"]] == [
        hit["id"] for hit in ask(many, ROOM.search_json(q="harbour", limit=10)).json()["hits"][5:]
    ]


@pytest.mark.parametrize("text", ["harbour", "-storm harbour", '\'; rm -rf ~ "a b"', "质量", "$(date) `date`", ""])
def test_the_commands_do_what_the_page_does(many: Path, db: Database, tmp_path: Path, text: str) -> None:
    asked = Asked(text, since=DAY, until=DAY + dt.timedelta(days=9))
    program, *saving = shlex.split(asked.watch_command())
    assert program == "newsarchive"
    saved = run(many, *saving).output
    run(many, "watch", "remove", saving[2])
    _, *exporting = shlex.split(asked.export_command("jsonl", ".jsonl"))
    exporting[exporting.index("-o") + 1] = str(tmp_path / "out.jsonl")
    exported = run(many, *exporting).output
    number = read_search(db, asked).answer.total.number
    assert f" {number} article" in saved
    assert f"Exported {number} article" in exported


def test_the_page_needs_no_script_of_its_own(many: Path) -> None:
    text = ask(many, ROOM.search(q="harbour")).text
    assert not re.search(r"<script(?! src=)|<style|style=", text)
    table = text[text.index("<tbody>", text.index("data-plot")) :]
    assert re.findall(r'<time datetime="(\d{4}-\d\d)">.*?class="number">(\d+)<', table) == [
        ("2024-03", "31"), ("2024-04", "29"),
    ]  # fmt: skip
    assert len(re.findall(r"data-walk", text)) == PAGE
