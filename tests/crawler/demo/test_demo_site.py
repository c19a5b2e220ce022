"""The demo site against itself: what it says that it holds is what its pages show."""

from __future__ import annotations

import io
import re
import tomllib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urljoin

import pytest
from parsel import Selector
from PIL import Image, UnidentifiedImageError

from crawler.demo.definition import definition
from crawler.demo.pictures import draw
from crawler.demo.site import SECTIONS, DemoArticle, DemoSite

COUNTS = {"updates": 26, "notices": 16, "press": 10, "cn": 8}
DEAD = "/2017-05/11/c_117120.htm"
RULES = tomllib.loads(definition("http://127.0.0.1:80/"))["listing"]


@pytest.fixture(scope="module")
def site() -> DemoSite:
    """A site that no test of this module changes."""
    return DemoSite()


def page(site: DemoSite, path: str) -> Selector:
    reply = site.respond(path)
    assert (reply.status, reply.content_type) == (200, "text/html; charset=utf-8"), path
    return Selector(reply.body.decode())


def text(selector: Selector) -> str:
    return selector.xpath("string()").get("").strip()


def listing(site: DemoSite, key: str) -> list[dict[str, str]]:
    """Walk a listing by its next links and return its entries as a crawler would see them."""
    path: str | None = SECTIONS[key][1]
    entries = []
    while path:
        seen = page(site, path)
        for entry in seen.css(RULES["entry"]):
            link, day, summary = (entry.css(RULES[rule])[0] for rule in ("link", "date", "summary"))
            entries.append(
                {"path": link.attrib["href"], "title": text(link), "day": text(day), "summary": text(summary)}
            )
        following = seen.css(RULES["next"])
        path = urljoin(path, following[0].attrib["href"]) if following else None
        assert [text(link) for link in following] in ([">"], [])
    return entries


def article_at(site: DemoSite, number: int) -> DemoArticle:
    return next(article for article in site.articles if article.number == number)


def test_counts(site: DemoSite) -> None:
    assert {key: len(site.section_articles(key)) for key in SECTIONS} == COUNTS
    assert len(site.articles) == 59


@pytest.mark.parametrize("key", SECTIONS)
def test_listing_reaches_every_article_once_and_newest_first(site: DemoSite, key: str) -> None:
    entries = listing(site, key)
    live = [entry for entry in entries if entry["path"] != DEAD]
    expected = [(one.path, one.title, one.updated, one.summary) for one in site.section_articles(key)]
    assert [tuple(entry.values()) for entry in live] == expected
    assert [entry["day"] for entry in entries] == sorted((entry["day"] for entry in entries), reverse=True)
    assert all(entry["summary"] for entry in entries)


def test_listing_past_its_end_is_not_found(site: DemoSite) -> None:
    assert site.respond("/updates_4.html").status == 200
    assert site.respond("/updates_5.html").status == 404


def test_pages_hold_what_the_article_says(site: DemoSite) -> None:
    for article in site.articles:
        shown = [page(site, path) for path in article.page_paths]
        captions = {image.caption for image in article.images if image.caption}
        lines = [[text(line) for line in one.css("#content p")] for one in shown]
        bodies = [
            tuple(line for line in one if line and line not in captions and line != article.stray) for one in lines
        ]
        assert tuple(bodies) == article.pages
        assert captions <= {line for one in lines for line in one}
        assert [src for one in shown for src in one.css("#content img::attr(src)").getall()] == [
            image.path for image in article.images
        ]
        headings = [] if article.titleless else [article.title]
        assert all([text(heading) for heading in one.css("h1")] == headings for one in shown)


def test_every_page_shows_its_date_in_its_language(site: DemoSite) -> None:
    for article in site.articles:
        year, month, day = map(int, article.updated.split("-"))
        label = f"更新时间：{year}年{month}月{day}日" if article.language == "zh" else f"Update : {article.updated}"
        assert all(label in text(page(site, path)) for path in article.page_paths)


def test_side_box_shows_other_dates(site: DemoSite) -> None:
    for article in site.articles:
        days = page(site, article.path).css(".sidebox .date::text").getall()
        assert len(days) == 5
        assert article.updated not in days


@pytest.mark.parametrize("key", SECTIONS)
def test_side_box_of_a_listing_shows_other_dates(site: DemoSite, key: str) -> None:
    shown = page(site, SECTIONS[key][1])
    days = shown.css(".sidebox .date::text").getall()
    assert len(days) == 5
    assert not set(days) & set(shown.css(".newslist .date::text").getall())


def test_date_lines_vary(site: DemoSite) -> None:
    lines = [text(page(site, article.path).css(".info")[0]) for article in site.articles]
    forms = Counter(re.sub(r"\d+", "9", line) for line in lines)
    assert forms["Source : harbournews.exampleUpdate : 9-9-9"] > 5
    assert forms["Update : 9-9-9"] > 5
    assert forms["Source : harbournews.example\xa0\xa0Update : 9-9-9"] > 2
    bylined = [article for article in site.articles if article.byline]
    assert [text(page(site, bylined[0].path).css(".info")[1])] == ["By Lena Okafor(harbournews.example)"]


def test_articles_differ_from_each_other(site: DemoSite) -> None:
    paragraphs = Counter(line for article in site.articles for one in article.pages for line in one)
    assert paragraphs.most_common(1)[0][1] == 1
    assert all(3 <= len([line for one in article.pages for line in one]) <= 10 for article in site.articles)


def test_images_answer_in_their_own_format(site: DemoSite) -> None:
    good = {image.path for article in site.articles for image in article.images if image.fate == "good"}
    replies = {path: site.respond(path) for path in good}
    kinds: Counter[str | None] = Counter()
    for path, reply in replies.items():
        assert reply.status == 200
        picture = Image.open(io.BytesIO(reply.body))
        assert picture.size == (480, 320)
        assert Image.MIME[str(picture.format)] == reply.content_type, path
        kinds[picture.format] += 1
    assert set(kinds) == {"JPEG", "PNG", "GIF"}
    assert len({reply.body for reply in replies.values()}) == len(good) > 35


def test_broken_and_missing_image(site: DemoSite) -> None:
    fates = {image.fate: image.path for article in site.articles for image in article.images}
    broken = site.respond(fates["broken"])
    assert (broken.status, broken.content_type) == (200, "image/jpeg")
    with pytest.raises(UnidentifiedImageError):
        Image.open(io.BytesIO(broken.body))
    assert site.respond(fates["missing"]).status == 404


def test_layout_images_robots_and_front_page(site: DemoSite) -> None:
    assert site.respond("/robots.txt").body == b"User-agent: *\nAllow: /\n"
    front = page(site, "/")
    assert site.respond("/index.html") == site.respond("/")
    assert all(site.respond(path).status == 200 for path in front.css("img::attr(src)").getall())
    paths = set(front.css("a::attr(href)").getall()) - {DEAD}
    assert all(site.respond(path).status == 200 for path in paths)


def test_dead_link_and_unknown_path_are_404(site: DemoSite) -> None:
    assert DEAD in {entry["path"] for entry in listing(site, "updates")}
    assert DEAD not in {article.path for article in site.articles}
    for path in (DEAD, "/nowhere.html"):
        reply = site.respond(path)
        assert (reply.status, reply.content_type) == (404, "text/html; charset=utf-8")
        assert b"404 Not Found" in reply.body


def test_three_page_articles_link_their_parts(site: DemoSite) -> None:
    long = [article for article in site.articles if len(article.pages) == 3]
    assert len(long) == 2
    for article in long:
        stem = article.path.removesuffix(".htm")
        assert article.page_paths == (article.path, f"{stem}_2.htm", f"{stem}_3.htm")
        pagers = [" ".join(text(page(site, path).css(".pager")[0]).split()) for path in article.page_paths]
        assert pagers == ["1 2 3 >", "< 1 2 3 >", "< 1 2 3"]
        following = [page(site, path).css("a.next::attr(href)").get() for path in article.page_paths]
        assert following == [*article.page_paths[1:], None]


def test_twins_link_each_other(site: DemoSite) -> None:
    by_path = {article.path: article for article in site.articles}
    for chinese in site.section_articles("cn"):
        assert chinese.language == "zh"
        assert chinese.twin
        english = by_path[chinese.twin]
        assert english.twin == chinese.path
        assert "updates" in english.sections
        assert english.updated == chinese.updated
        for one, label in ((english, "中文"), (chinese, "English")):
            links = page(site, one.path).xpath(f"//a[.='{label}']/@href").getall()
            assert links == [one.twin]


def test_titleless_page_is_titled_by_its_listing_alone(site: DemoSite) -> None:
    titleless = [article for article in site.articles if article.titleless]
    assert len(titleless) == 1
    shown = page(site, titleless[0].path)
    assert not shown.css("h1")
    assert shown.css("title::text").get() is None
    assert titleless[0].title not in text(shown)
    assert titleless[0].title in {entry["title"] for entry in listing(site, "notices")}


def test_required_oddities(site: DemoSite) -> None:
    assert [article.number for article in site.articles if len(article.sections) > 1] == [121935]
    assert [article.stray for article in site.articles if article.stray] == ["640.webp (1).jpg", "mmexport1492562.jpg"]
    assert len([1 for article in site.section_articles("updates") if article.updated == "2017-11-23"]) == 2
    captions = [image.caption for article in site.articles for image in article.images]
    assert "[Photo/hcbqs.example]" in captions
    assert "" in captions
    assert any(re.search(r"\S\[Photo", caption) for caption in captions)
    assert any(caption.count(". ") == 3 for caption in captions)


def test_replies_are_deterministic() -> None:
    sites = DemoSite(), DemoSite()
    pages = [path for article in sites[0].articles for path in article.page_paths]
    images = [image.path for article in sites[0].articles for image in article.images]
    draw.cache_clear()
    first = [sites[0].respond(path) for path in pages + images]
    draw.cache_clear()
    assert [sites[1].respond(path) for path in pages + images] == first


def test_paths_may_be_percent_encoded(site: DemoSite) -> None:
    assert site.respond("/%75pdates.html") == site.respond("/updates.html")


def test_revise_shows_in_listing_and_article() -> None:
    site = DemoSite()
    old = article_at(site, 125204)
    new = site.revise(old.path)
    assert (new.title, new.path, new.updated) == (old.title, old.path, "2017-11-24")
    assert len([1 for one, other in zip(old.pages[0], new.pages[0], strict=True) if one != other]) == 1
    assert new in site.articles
    shown = text(page(site, old.path))
    assert "Update : 2017-11-24" in shown
    assert new.pages[0][-1] in shown
    assert old.pages[0][-1] not in shown
    days = {entry["path"]: entry["day"] for entry in listing(site, "updates")}
    assert days[old.path] == "2017-11-24"
    assert site.revise(old.path).pages != new.pages


def test_revise_in_chinese_and_on_several_pages() -> None:
    site = DemoSite()
    assert "更正" in site.revise(site.section_articles("cn")[0].path).pages[0][-1]
    long = article_at(site, 124377)
    assert site.revise(long.path).pages[1:] == long.pages[1:]


@pytest.mark.parametrize("key", SECTIONS)
def test_publish_puts_distinct_articles_on_top(key: str) -> None:
    site = DemoSite()
    newest = site.section_articles(key)[0].updated
    new = (*site.publish(key, 20), *site.publish(key, 3))
    assert [article.path for article in site.section_articles(key)[:23]] == [one.path for one in reversed(new)]
    assert all(article.updated > newest for article in new)
    assert len({article.pages for article in new}) == len({article.title for article in new}) == 23
    assert len({article.path for article in site.articles}) == 59 + 23
    assert listing(site, key)[0]["path"] == new[-1].path
    for article in new:
        assert len(set(article.pages[0])) == 4
        assert article.title in text(page(site, article.path))
        assert site.respond(article.images[0].path).status == 200


def test_publishing_and_revising_at_once_loses_nothing() -> None:
    site = DemoSite()
    path = article_at(site, 128745).path
    with ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(site.publish, key, 2) for key in SECTIONS for _ in range(4)]
        jobs += [pool.submit(site.publish, "updates", 0) for _ in range(2)]
        revisions = [pool.submit(site.revise, path) for _ in range(5)]
    assert sum(len(job.result()) for job in jobs) == 32
    assert len({article.number for article in site.articles}) == len(site.articles) == 59 + 32
    assert max(revision.result().updated for revision in revisions) == "2018-03-20"


def test_unknown_section_and_article_are_named() -> None:
    site = DemoSite()
    with pytest.raises(KeyError, match="no section 'sport'; the sections are updates, notices, press, cn"):
        site.section_articles("sport")
    with pytest.raises(KeyError, match=r"no article at '/x\.htm'; take a path from DemoSite\.articles"):
        site.revise("/x.htm")


def test_definition_fits_the_site(site: DemoSite) -> None:
    read = tomllib.loads(definition("http://127.0.0.1:8123/"))
    assert (read["id"], read["url"], read["language"]) == ("demo", "http://127.0.0.1:8123/", "en")
    assert {one["key"]: (one["name"], one["url"]) for one in read["sections"]} == SECTIONS
    assert [one.get("language") for one in read["sections"]] == [None, None, None, "zh"]
    assert all(site.respond(one["url"]).status == 200 for one in read["sections"])
