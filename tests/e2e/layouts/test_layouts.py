"""The layouts against themselves: a judge that is wrong judges nothing.

Every story is linked from the section's listing, feed or sitemap and nowhere missing, every page of the menu answers,
and an article's page says its title and day so that they are read without any definition.
"""

import gzip
import json
import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import unquote, urljoin, urlsplit

import pytest

from archive.identity import normalise
from crawler.parsers import parse_article
from tests.e2e.layouts.all import LAYOUTS
from tests.e2e.layouts.site import Layout

_NAMED = re.compile(r'(?:href="|<loc>|<link>|"(?:url|next_url)": ")(?P<url>[^"<]+)')
_FURTHER = re.compile(
    r"(list_\d+\.html|[?&](page|start)=\d+|/20\d\d/\d\d/(page/\d+/)?|seite\d+\.html|(blog/page/|/page-)\d+/?)$"
)


@pytest.fixture(scope="module", params=LAYOUTS)
def site(request: pytest.FixtureRequest) -> Iterator[Layout]:
    name: str = request.param
    with LAYOUTS[name]().serve() as served:
        yield served


def target(url: str) -> str:
    """Return what stands behind the host, unquoted."""
    parts = urlsplit(normalise(url))
    return unquote(parts.path) + (f"?{parts.query}" if parts.query else "")


def named(site: Layout, place: str) -> set[str]:
    """Return the site's own addresses that a page, feed or sitemap names."""
    answer = site.respond(place)
    assert answer.status == 200, place
    text = (gzip.decompress(answer.body) if place.endswith(".gz") else answer.body).decode()
    if answer.content_type.startswith("application/feed+json"):
        text = json.dumps(json.loads(text), ensure_ascii=False)
    urls = (urljoin(urljoin(site.url, place), unescape(found["url"])) for found in _NAMED.finditer(text))
    return {target(url) for url in urls if url.startswith(site.url)}


def reached(site: Layout) -> set[str]:
    """Return every address that the section's pages, feeds and sitemaps name."""
    waiting = [site.part.start]
    if "Sitemap:" in site.robots:
        waiting.append("/sitemap_index.xml")
    seen: set[str] = set()
    found: set[str] = set()
    while waiting:
        place = waiting.pop()
        if place not in seen:
            seen.add(place)
            found |= (new := named(site, place))
            waiting += [path for path in new if is_further(site, path)]
    return found


def is_further(site: Layout, path: str) -> bool:
    if path.endswith((".gz", ".xml", "feed.atom", "feed.json")) or "/feed." in path:
        return "comments" not in path and not path.startswith(site.parts[1].start)
    return path.startswith(site.part.start.rpartition("/")[0]) and bool(_FURTHER.search(path))


def test_the_section_names_every_story(site: Layout) -> None:
    found = reached(site)
    missing = [story.title for story in site.part.stories if not found & set(site.paths(story))]
    assert missing == []


def test_every_address_of_a_story_and_of_the_menu_answers(site: Layout) -> None:
    for part in site.parts:
        assert all(site.respond(path).status == 200 for path in site.truth(part))
    assert all(site.respond(path).status == 200 for path, _ in site.menu())
    assert not set(site.truth(site.parts[0])) & set(site.truth(site.parts[1]))


def test_no_link_of_a_listing_is_dead(site: Layout) -> None:
    assert [path for path in named(site, site.part.start) if site.respond(path).status != 200] == []


def test_stories_differ(site: Layout) -> None:
    stories = [story for part in site.parts for story in part.stories]
    assert len({story.title for story in stories}) >= len(stories) - 1
    assert len({site.path(story) for story in stories}) == len(stories)
    assert [story.day for story in site.part.stories] == sorted({s.day for s in site.part.stories}, reverse=True)


def test_articles_are_read_as_they_are_meant(site: Layout) -> None:
    """The site is readable: what `add` does wrong with it is not the fault of its articles."""
    wrong = []
    for story in site.part.stories:
        url = site.url.rstrip("/") + site.path(story)
        read = parse_article(site.respond(site.path(story)).body, normalise(url), content_type="text/html")
        stamp = read.published or read.updated
        day = stamp.day if stamp else None
        if (read.title, day) != (story.title, story.day):
            wrong.append((story.title, read.title, story.day, day))
    assert len(wrong) <= 0.02 * len(site.part.stories), wrong[:5]
