"""Every form of the seed's site and of its sisters is read in every markup, with and without its definition.

Each markup is drawn once by default; NEWSARCHIVE_SOAK=1 makes it three times.
"""

import datetime as dt
import json
import os
import random
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.model import Article, Stamp
from crawler.parsers import parse_article
from crawler.site import Site, load_bundled
from tests.crawler.parsers.seed_markup import MARKUPS, SeedPage, picture_name, squash

OWN = Path(__file__).parents[2] / "fixtures" / "seed_forms" / "pages.jsonl"
SEED = Path(__file__).parents[4] / "shared" / "corpus" / "seed"
SEEDS = range(3 if os.environ.get("NEWSARCHIVE_SOAK") == "1" else 1)
PAGER = re.compile(r"(?:[\s\d<>|.…«»]|previous|next|page|上一页|下一页)+", re.IGNORECASE)


def pages_of(file: Path) -> list[SeedPage]:
    if not file.exists():
        return []
    return [SeedPage.from_record(json.loads(line)) for line in file.read_text("utf-8").splitlines()]


def page_of_text(file: Path) -> list[SeedPage]:
    """Return the page that the project started from, its labels taken from its lines."""
    if not file.exists():
        return []
    lines = [line.strip() for line in file.read_text("utf-8").splitlines() if line.strip()]
    trail, title, update, *rest = lines
    captions = tuple(line for line in rest if line.endswith("]"))
    return [
        SeedPage(
            url="http://english.shzj.gov.cn/2017-11/23/c_113228.htm#seed",
            title=title,
            text="\n\n".join(lines),
            breadcrumb=tuple(crumb.strip() for crumb in trail.split(">")),
            update_date=update.removeprefix("Update : "),
            body=tuple(line for line in rest if line not in captions),
            captions=captions,
        )
    ]


OWN_PAGES = pages_of(OWN)
SEED_PAGES = pages_of(SEED / "pages.jsonl") + page_of_text(SEED / "seed.txt")


def html_of(page: SeedPage, markup: str, seed: int) -> str:
    return MARKUPS[markup](page, random.Random(f"{page.url} {markup} {seed}"))  # noqa: S311 (a layout, no secret)


def line_differences(page: SeedPage, article: Article) -> Iterator[str]:
    if squash(article.title or "") != squash(page.title):
        yield f"title: {article.title!r}, not {page.title!r}"
    if page.source is not None and (article.source or "").casefold() != page.source.casefold():
        yield f"source: {article.source!r}, not {page.source!r}"
    if page.byline is not None and set(article.byline) != set(page.byline):
        yield f"byline: {article.byline!r}, not {page.byline!r}"
    if page.breadcrumb is not None and article.breadcrumb != page.breadcrumb:
        yield f"breadcrumb: {article.breadcrumb!r}, not {page.breadcrumb!r}"


def date_differences(page: SeedPage, article: Article, order: str | None) -> Iterator[str]:
    for field, label in (("updated", page.update_date), ("published", page.published_date)):
        if label is None:
            continue
        date = getattr(article, field) or Stamp(raw="")
        if "ambiguous" in label:
            readings = dict(zip(("MDY", "DMY"), re.findall(r"\d{4}-\d\d-\d\d", label), strict=True))
            if order not in readings:
                yield from unread_differences(page, date)
                continue
            label = readings[order]  # noqa: PLW2901 (with an order, the label is that day)
        if not str(date.value).startswith(label[:16]):  # to the minute
            yield f"{field}: {date.value} ({date.raw!r}, {date.reason!r}), not {label}"
        elif ":" not in label and isinstance(date.value, dt.datetime):
            yield f"{field}: {date.value} has a time that nobody printed"


def unread_differences(page: SeedPage, date: Stamp) -> Iterator[str]:
    printed = re.search(r"\d\d\.\d\d\.\d{4}", page.text)
    if printed and printed[0] not in date.raw:
        yield f"updated.raw: {date.raw!r} lacks {printed[0]!r}"
    if date.value is not None or "ambiguous" not in str(date.reason):
        yield f"updated: {date.value} for {date.reason!r}, not None for being ambiguous"


def caption_differences(page: SeedPage, article: Article) -> Iterator[str]:
    found = [(squash(f"{image.caption or ''}{image.credit or ''}"), image.url or "") for image in article.images]
    found = [(caption, url) for caption, url in found if caption]
    if [caption for caption, _ in found] != [squash(caption) for caption in page.captions]:
        shown = [(image.caption, image.credit) for image in article.images if image.caption or image.credit]
        yield f"captions: {shown!r}, not {page.captions!r}"
        return
    for number, (caption, url) in enumerate(found):
        if not url.endswith(picture_name(page, number)):
            yield f"images: caption {caption[:40]!r} is tied to {url}, not to {picture_name(page, number)}"


def body_differences(page: SeedPage, article: Article) -> Iterator[str]:
    lines = page.lines()
    expected = [squash(text) for kind, text in lines if kind in {"body", "subhead"}]
    allowed = {squash(text) for kind, text in lines if kind == "byline"}  # a name under the text may stay in it
    paragraphs = [paragraph.strip() for paragraph in re.split(r"\n\s*\n", article.body) if paragraph.strip()]
    for number, (text, want) in enumerate((text, squash(text)) for kind, text in lines if kind in {"body", "subhead"}):
        if want not in map(squash, paragraphs):
            yield f"body: paragraph {number} is missing or not apart: {text[:60]!r}"
    for paragraph in paragraphs:
        if squash(paragraph) not in {*expected, *allowed}:
            yield f"body: {blame(page, paragraph)} in it: {paragraph[:80]!r}"
    kept = [squash(paragraph) for paragraph in paragraphs if squash(paragraph) in expected]
    if set(kept) == set(expected) and kept != expected:
        yield "body: the paragraphs stand in another order, or twice"


def blame(page: SeedPage, paragraph: str) -> str:
    """Return what a paragraph is that does not belong in a body."""
    key = squash(paragraph)
    if PAGER.fullmatch(paragraph):
        return "a pager"
    kinds = [
        kind for kind, text in page.lines() if kind not in {"body", "subhead"} and squash(text) in key and squash(text)
    ]
    around = [word for words in page.words.values() if isinstance(words, list) for word in words]
    return ", ".join(kinds) or ("what stands around the article" if any(squash(w) in key for w in around) else "more")


def differences(page: SeedPage, article: Article, order: str | None) -> list[str]:
    return [
        *line_differences(page, article),
        *date_differences(page, article, order),
        *caption_differences(page, article),
        *body_differences(page, article),
    ]


def sites_for(page: SeedPage) -> dict[str, Site | None]:
    shzj = load_bundled("shzj")
    sites: dict[str, Site | None] = {"no definition": None, "shzj": shzj}
    if "ambiguous" in (page.update_date or ""):
        orders = ("DMY", "MDY")
        sites |= {f"shzj with {order}": shzj.model_copy(update={"date_order": order}) for order in orders}
    return sites


def check(page: SeedPage, markup: str, seed: int, folder: Path) -> None:
    html = html_of(page, markup, seed)
    wrong = []
    for name, site in sites_for(page).items():
        article = parse_article(html.encode(), page.url, content_type="text/html; charset=utf-8", site=site)
        wrong += [f"({name}) {line}" for line in differences(page, article, site.date_order if site else None)]
    file = folder / "page.html"
    if wrong:
        file.write_text(html, "utf-8")
    assert not wrong, "\n  ".join([f"{page.url}, markup {markup}, seed {seed}; its HTML is {file}", *wrong])


def page_id(page: SeedPage) -> str:
    return re.sub(r"^https?://|\.html?\b", "", page.url)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("markup", MARKUPS)
@pytest.mark.parametrize("page", OWN_PAGES, ids=page_id)
def test_a_form_is_read_in_every_markup(page: SeedPage, markup: str, seed: int, tmp_path: Path) -> None:
    check(page, markup, seed, tmp_path)


@pytest.mark.skipif(not SEED_PAGES, reason=f"the labelled pages of the seed's site are not in {SEED}")
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("markup", MARKUPS)
@pytest.mark.parametrize("page", SEED_PAGES, ids=page_id)
def test_a_labelled_page_is_read_in_every_markup(page: SeedPage, markup: str, seed: int, tmp_path: Path) -> None:
    check(page, markup, seed, tmp_path)


@pytest.mark.parametrize("page", OWN_PAGES, ids=page_id)
def test_labels_tell_every_line(page: SeedPage) -> None:
    kinds = [kind for kind, _ in page.lines()]
    assert kinds.count("title") == 1, page.lines()
    assert [text for kind, text in page.lines() if kind == "body"] == list(page.body)
    assert [text for kind, text in page.lines() if kind == "caption"] == list(page.captions)
    assert [text for kind, text in page.lines() if kind == "subhead"] == list(page.subheads)


@pytest.mark.parametrize("markup", MARKUPS)
def test_a_rendering_is_the_same_each_time_and_another_for_another_seed(markup: str) -> None:
    page = OWN_PAGES[0]
    assert html_of(page, markup, 0) == html_of(page, markup, 0)
    assert html_of(page, markup, 0) != html_of(page, markup, 1)
