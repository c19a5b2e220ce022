"""The demo site's second look: new articles have it, old ones keep theirs, and nothing else changes."""

from __future__ import annotations

import pytest
from parsel import Selector

from crawler.demo.site import SECTIONS, DemoArticle, DemoSite


def page(site: DemoSite, path: str) -> Selector:
    reply = site.respond(path)
    assert reply.status == 200, path
    return Selector(reply.body.decode())


def text(selector: Selector) -> str:
    return " ".join(selector.xpath("string()").get("").split())


def relaunched(*, listings: bool = True) -> tuple[DemoSite, tuple[DemoArticle, ...]]:
    site = DemoSite()
    site.publish("updates", 2)
    site.relaunch(listings=listings)
    return site, (*site.publish("updates", 9), *site.publish("cn", 2))


def test_new_articles_have_the_new_look_and_old_ones_keep_theirs() -> None:
    site, new = relaunched()
    assert {article.look for article in new} == {"new"}
    for article in site.articles:
        shown = page(site, article.path)
        assert bool(shown.css(".rte")) == (article in new)
        assert bool(shown.css("#content")) == (article not in new)
    oldest = site.articles[-1].path
    assert page(site, oldest).css("#content").get() == page(DemoSite(), oldest).css("#content").get()


def test_a_page_of_the_new_look_says_what_the_article_says() -> None:
    _, new = relaunched()
    site = DemoSite()
    site.relaunch()
    moved = [site.remake(article.path) for article in site.articles]
    for article in moved:
        shown = [page(site, path) for path in article.page_paths]
        captions = [text(one) for each in shown for one in each.css(".media-caption")]
        assert captions == [image.caption for image in article.images if image.caption]
        lines = [tuple(text(line) for line in each.css(".rte > p:not(.service)")) for each in shown]
        assert tuple(tuple(line for line in each if line != article.stray) for each in lines) == article.pages
        assert all(text(each.css("h1")[0]) == article.title for each in shown)
        following = [each.css("a[rel=next]::attr(href)").get() for each in shown]
        assert following == [*article.page_paths[1:], None]
    assert all(article.look == "new" for article in (*moved, *new))


def test_the_date_stands_below_the_text_under_another_label() -> None:
    site, new = relaunched()
    days = [text(page(site, article.path).css(".record .changed")[0]) for article in new]
    assert days[0] == "Last modified: 15 June 2018"
    assert days[-1] == "修改时间： 2018-06-14"


def test_what_every_page_repeats_is_the_same_on_every_page() -> None:
    site, new = relaunched()
    said = {(article.language, text(page(site, article.path).css(selector)[0])) for article in new
            for selector in (".notice", ".service")}  # fmt: skip
    assert len(said) == 4


@pytest.mark.parametrize("key", SECTIONS)
def test_listings_go_on_to_the_end(key: str) -> None:
    site, _ = relaunched()
    path: str | None = SECTIONS[key][1]
    seen: list[str] = []
    while path:
        shown = page(site, path)
        seen += shown.css(".teaser h3 a::attr(href)").getall()
        path = shown.css("a[rel=next]::attr(href)").get()
    assert set(seen) >= {article.path for article in site.section_articles(key)}
    assert len(seen) == len(set(seen))


def test_listings_may_stay_as_they_were() -> None:
    site, new = relaunched(listings=False)
    assert page(site, "/updates.html").css(".newslist li a::attr(href)").get() == new[8].path
    assert page(site, new[8].path).css(".rte")
    assert page(site, "/").css(".homebox")


def test_the_front_page_has_the_look_of_the_listings() -> None:
    site, _ = relaunched()
    assert len(page(site, "/").css(".front")) == len(SECTIONS)


def test_an_old_article_made_anew_says_the_same() -> None:
    site, _ = relaunched()
    old = site.section_articles("updates")[-1]
    new = site.remake(old.path)
    assert (new.look, new.pages, new.updated, new.path) == ("new", old.pages, old.updated, old.path)
    assert page(site, old.path).css(".rte")
    assert site.revise(old.path).look == "new"
