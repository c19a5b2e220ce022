"""The demo's second site, and what two months bring to both."""

import json
from itertools import pairwise
from urllib.parse import urlsplit

import pytest
from parsel import Selector

from archive import media
from crawler.demo.courier import SECTIONS, CourierSite, definition
from crawler.demo.days import DAYS, LIFTS, Town, marks
from crawler.site import parse_definition


def page(site: CourierSite, path: str) -> Selector:
    reply = site.respond(path)
    assert (reply.status, reply.content_type) == (200, "text/html; charset=utf-8"), path
    return Selector(reply.body.decode())


@pytest.mark.parametrize("key", SECTIONS)
def test_a_listing_of_the_courier_leads_to_its_reports(key: str) -> None:
    site = CourierSite()
    listing = page(site, SECTIONS[key][1])
    reports = {report.path: report for report in site.reports if report.section == key}
    assert set(listing.css("li.card a::attr(href)").getall()) == set(reports)
    days = listing.css("li.card time::text").getall()
    assert days == sorted(days, reverse=True)
    for path, report in reports.items():
        shown = page(site, path)
        assert shown.css("h1::text").get() == report.title
        assert json.loads(shown.css("script::text").get(""))["headline"] == report.title
        assert (shown.attrib["lang"], shown.attrib["dir"]) == (("ar", "rtl") if key == "arabic" else ("en", "ltr"))
        for source in shown.css("figure img::attr(src)").getall():
            assert media.identify(site.respond(source).body)
        for link in shown.css(".download a::attr(href)").getall():
            assert site.respond(link).body.startswith(b"%PDF")


def test_the_courier_reprints_the_bureau() -> None:
    town = Town()
    theirs = next(article for article in town.bureau.articles if "calibration room" in article.title)
    (report,) = (report for report in town.courier.reports if "kitchen scales" in report.title)
    texts = [block.text for block in report.blocks if block.kind == "text"]
    assert texts[:-1] == list(theirs.pages[0][:-1])
    (photograph,) = theirs.images
    (taken_over,) = (block.path for block in report.blocks if block.kind == "image")
    assert town.courier.respond(taken_over).body == town.bureau.respond(photograph.path).body


def test_the_couriers_definition_is_one() -> None:
    site = parse_definition(definition("http://127.0.0.1:80/"), "courier.toml")
    assert [section.key for section in site.sections] == list(SECTIONS)


def test_a_closed_courier_turns_everybody_away_and_says_nothing_else() -> None:
    site = CourierSite()
    site.close()
    assert {site.respond(report.path).body for report in site.reports} == {site.respond("/city/").body}
    assert b"captcha" in site.respond("/city/").body
    assert site.respond("/robots.txt").status == 200


def test_every_day_brings_something() -> None:
    town, states = Town(), []
    for day in DAYS:
        day.edit(town)
        states.append((town.bureau.articles, town.courier.reports, town.courier.closed))
    assert all(before != after for before, after in pairwise(states))
    assert [day.number for day in DAYS] == sorted({day.number for day in DAYS})
    assert town.bureau.respond(LIFTS).status == 200


def test_pages_vanish_and_come_back_and_a_photograph_is_another() -> None:
    site = Town().bureau
    article = next(article for article in site.articles if "herring" in article.title)
    before = site.respond(article.images[0].path).body
    site.withdraw(article.path)
    assert site.respond(article.path).status == 404
    assert site.restore(article.path) == article
    site.retake(article.path)
    assert site.respond(article.images[0].path).body != before
    assert site.retitle(article.path, "Other words").title == "Other words"
    assert b"Other words" in site.respond(article.path).body


def test_what_is_marked_is_there() -> None:
    town = Town()
    for command in marks("http://127.0.0.1:80/"):
        urls = [part for part in command if part.startswith("http")]
        assert all(town.bureau.respond(urlsplit(url).path).status == 200 for url in urls), command
