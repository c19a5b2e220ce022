"""The trap site against itself: its section ends, all else does not."""

import math
import re
from html import unescape
from urllib.parse import urlsplit

import pytest

from tests.e2e.layouts.trap import ENDINGS, FILTERS, Ending, TrapSite, without_session

_HREF = re.compile(r'<a[^>]* href="([^"]+)"')
_NEXT = re.compile(r'<a class="next" href="([^"]+)"')


def links(site: TrapSite, target: str) -> list[str]:
    answer = site.answer(target)
    assert answer.status == 200, target
    return [unescape(href) for href in _HREF.findall(answer.body.decode()) if href.startswith("/")]


def following(site: TrapSite, target: str) -> str:
    return unescape(_NEXT.findall(site.answer(target).body.decode())[0])


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("sessions", ["query", "path"])
def test_six_pages_name_sixty_stories_and_then_nothing_new(ending: Ending, sessions: str) -> None:
    site = TrapSite(ending, "path" if sessions == "path" else "query")
    target, seen = site.part.start, []
    for _ in range(6):
        seen.append({without_session(href) for href in links(site, target)} & set(site.truth()))
        target = following(site, target)
    assert [len(found) for found in seen] == [10] * 6
    assert len(set.union(*seen)) == 60
    known = set.union(*seen)
    for _ in range(20):
        assert {without_session(href) for href in links(site, target)} & set(site.truth()) <= known
        target = following(site, target)


def test_every_link_has_a_session_of_its_response() -> None:
    site = TrapSite()
    first, second = links(site, site.part.start), links(site, site.part.start)
    assert not set(first) & set(second)
    assert [without_session(href) for href in first] == [without_session(href) for href in second]
    assert links(site, first[0])


def test_stories_answer_with_and_without_session() -> None:
    site = TrapSite(sessions="path")
    path = site.path(site.part.stories[3])
    plain, other = site.answer(path).body, site.answer(f"{path};jsessionid=0123").body
    assert re.sub(rb"jsessionid=\w+", b"", plain) == re.sub(rb"jsessionid=\w+", b"", other)


def test_there_are_a_hundred_thousand_filters() -> None:
    assert math.prod(map(len, FILTERS.values())) == 100_000
    site = TrapSite()
    shown = [href for href in links(site, site.part.start) if urlsplit(href).path == site.part.start]
    assert len({without_session(href) for href in shown}) >= sum(map(len, FILTERS.values()))


def test_the_calendar_ends_in_the_year_9999() -> None:
    site = TrapSite()
    assert any("/events/2023/12/" in href for href in links(site, site.part.start))
    assert any("/events/5001/01/" in href for href in links(site, "/events/5000/12/"))
    assert site.answer("/events/9999/12/").status == 200
    assert site.answer("/events/10000/01/").status == 404
