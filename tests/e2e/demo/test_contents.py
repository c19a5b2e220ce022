"""The demo site: what is stored is what the site's own truth says."""

import hashlib
import json
from urllib.parse import urlsplit

import pytest

from crawler.demo.pictures import draw
from crawler.demo.site import SECTIONS, DemoSite
from tests.e2e.demo.crawled import ARTICLES, Crawled, body_of, paths
from tests.e2e.harness import check_archive

DEAD = "/2017-05/11/c_117120.htm"


def letters(text: str | None) -> str:
    return "".join(letter for letter in text or "" if letter.isalnum())


def test_every_article_is_stored_once(crawled: Crawled) -> None:
    assert set(crawled.stored()) == paths(ARTICLES)
    assert crawled.workspace.value("SELECT count(*) FROM versions") == len(ARTICLES)
    assert crawled.first["stored"] == len(ARTICLES)
    assert crawled.first["state"] == "finished"
    check_archive(crawled.workspace.root)


@pytest.mark.parametrize("name", ["title", "updated", "source", "language", "body"])
def test_every_field_is_the_sites(crawled: Crawled, name: str) -> None:
    stored = crawled.stored()
    for article in ARTICLES:
        want = body_of(article) if name == "body" else getattr(article, name)
        assert stored[article.path][name] == want, article.path


def test_every_byline_day_and_breadcrumb_is_the_sites(crawled: Crawled) -> None:
    for article in ARTICLES:
        row = crawled.stored()[article.path]
        assert json.loads(row["byline"]) == ([article.byline] if article.byline else []), article.path
        assert (row["day"], row["updated_precision"]) == (article.updated, "day"), article.path
        home = ["首页", "新闻"] if article.language == "zh" else ["Home", "News"]
        assert json.loads(row["breadcrumb"]) == [*home, SECTIONS[article.sections[0]][0]], article.path


def test_every_image_and_caption_is_the_sites(crawled: Crawled) -> None:
    for article in ARTICLES:
        rows = crawled.workspace.rows(
            "SELECT article_images.url, caption, credit, sha256, error FROM article_images JOIN articles "
            "ON articles.id = article_id LEFT JOIN images ON images.id = image_id WHERE articles.url = ? "
            "ORDER BY position",
            crawled.url(article.path),
        )
        got = [(urlsplit(url).path, letters(caption) + letters(credit), sha) for url, caption, credit, sha, _ in rows]
        want = [
            (
                image.path,
                letters(image.caption),
                hashlib.sha256(draw(image.path)).hexdigest() if image.fate == "good" else None,
            )
            for image in article.images
        ]
        assert got == want, article.path
        errors = [error for *_, error in rows]
        reasons = {"good": None, "broken": "not-image", "missing": "http-404"}
        assert errors == [reasons[image.fate] for image in article.images], article.path


def test_every_image_is_kept_as_served(crawled: Crawled) -> None:
    rows = crawled.workspace.rows("SELECT path, mime, width, height FROM images")
    kept = {(crawled.workspace.root / "media" / path).read_bytes(): tuple(facts) for path, *facts in rows}
    good = {image.path for article in ARTICLES for image in article.images if image.fate == "good"}
    assert set(kept) == {draw(path) for path in good}
    types = {"jpg": "image/jpeg", "png": "image/png", "gif": "image/gif"}
    for path in good:
        assert kept[draw(path)] == (types[path.rpartition(".")[2]], 480, 320), path


def test_every_section_holds_its_articles(crawled: Crawled) -> None:
    for key in SECTIONS:
        got = crawled.workspace.rows(
            "SELECT articles.url FROM articles JOIN article_sections ON article_id = articles.id "
            "JOIN sections ON sections.id = section_id WHERE sections.key = ?",
            key,
        )
        assert {urlsplit(url).path for (url,) in got} == paths(DemoSite().section_articles(key)), key
    assert crawled.workspace.value("SELECT count(*) FROM sections WHERE walk_completed IS NULL") == 0


def test_an_article_of_two_sections_is_one_article_in_both(crawled: Crawled) -> None:
    (article,) = [article for article in ARTICLES if len(article.sections) > 1]
    shown = crawled.workspace.run("show", crawled.url(article.path), "--json").json
    assert sorted(shown["sections"]) == sorted(article.sections)
    for section in article.sections:
        hits = crawled.workspace.run("search", f'"{article.title}"', "--section", section, "--json").json["hits"]
        assert [hit["url"] for hit in hits] == [crawled.url(article.path)]
    assert crawled.server.requests[article.path] == 1


def test_an_article_over_three_pages_is_tied_to_its_captures_in_order(crawled: Crawled) -> None:
    long = [article for article in ARTICLES if len(article.pages) > 1]
    assert long
    for article in long:
        rows = crawled.workspace.rows(
            "SELECT captures.url FROM version_captures JOIN captures ON captures.id = capture_id "
            "JOIN versions ON versions.id = version_id JOIN articles ON articles.id = article_id "
            "WHERE articles.url = ? ORDER BY version_captures.position",
            crawled.url(article.path),
        )
        assert [urlsplit(url).path for (url,) in rows] == list(article.page_paths)


def test_a_page_without_a_title_has_the_listings(crawled: Crawled) -> None:
    (article,) = [article for article in ARTICLES if article.titleless]
    row = crawled.stored()[article.path]
    assert row["title"] == article.title
    assert "title" in json.loads(row["rules"])


def test_stray_image_names_are_not_in_the_text(crawled: Crawled) -> None:
    strays = [article.stray for article in ARTICLES if article.stray]
    assert strays
    for row in crawled.stored().values():
        assert not any(stray in row["body"] + (row["captions"] or "") for stray in strays)


def test_a_dead_link_is_recorded_and_costs_nothing_else(crawled: Crawled) -> None:
    assert crawled.workspace.rows("SELECT state, cause, failures FROM urls WHERE url = ?", crawled.url(DEAD)) == [
        ("failed", "http-404", 1)
    ]
    assert (crawled.first["failed"], crawled.first["causes"]) == (1, {"http-404": 1})
    assert crawled.server.requests[DEAD] == 1
