"""Which of a page's dates is the publication and which the update, by what names each."""

import datetime as dt
import json
from collections.abc import Mapping

import pytest

from archive.model import Article, Entry
from crawler.parsers import parse_article

URL = "https://news.example.org/harbour/second-quay-opens"
TITLE = "A second quay for the harbour"
STORY = "".join(
    f"<p>{text}</p>"
    for text in (
        "The harbour board has decided to build a second quay, which is to take the larger ferries.",
        "Work begins in the spring, said the chair of the board, and takes two years if winters are mild.",
        "The old quay, opened by the king on 4 June 1911, will then be for fishing boats and the museum.",
    )
)


def read(above: str = "", head: str = "", story: str = STORY, **given: object) -> Article:
    html = (
        f"<html lang=en><head><title>{TITLE}</title>{head}</head><body><main><h1>{TITLE}</h1>{above}"
        f"<div class=text>{story}</div></main></body></html>"
    )
    return parse_article(html.encode(), str(given.pop("url", URL)), **given)  # type: ignore[arg-type]


def ld(*nodes: Mapping[str, object]) -> str:
    return f"<script type='application/ld+json'>{json.dumps(nodes)}</script>"


def published(article: Article) -> tuple[str | None, str | None]:
    return (str(article.published.value) if article.published else None), article.rules.get("published")


def updated(article: Article) -> tuple[str | None, str | None]:
    return (str(article.updated.value) if article.updated else None), article.rules.get("updated")


def test_the_node_of_this_page_is_read_not_that_of_a_related_article() -> None:
    other = {"@type": "NewsArticle", "url": "https://news.example.org/other", "datePublished": "2011-01-01T10:00:00Z"}
    own = {"@type": "NewsArticle", "url": URL, "datePublished": "2024-03-05T10:30:00+02:00"}
    assert published(read(head=ld(other, own)))[0] == "2024-03-05 10:30:00+02:00"


def test_a_node_without_a_date_does_not_hide_another() -> None:
    head = ld({"@type": "NewsArticle", "headline": TITLE}, {"@type": "Article", "datePublished": "2024-03-05"})
    assert published(read(head=head)) == ("2024-03-05", "json-ld:datePublished")


def test_the_page_as_such_may_declare_its_date() -> None:
    article = read(head=ld({"@type": "WebPage", "datePublished": "2024-03-05T10:30:00+00:00"}))
    assert published(article) == ("2024-03-05 10:30:00+00:00", "json-ld:WebPage.datePublished")


def test_what_the_page_prints_as_published_is_before_the_date_of_the_page_as_such() -> None:
    head = ld({"@type": "WebPage", "datePublished": "2019-01-01"})
    assert published(read("<p>Published: 5 March 2024</p>", head))[0] == "2024-03-05"


@pytest.mark.parametrize(
    ("name", "content", "value"),
    [
        ("w-published-date", "2024-03-05T06:03:43Z", "2024-03-05 06:03:43+00:00"),
        ("cms:publishtime", "20240305103000", "2024-03-05 10:30:00"),
        ("pub-date", "1709634600", "2024-03-05 10:30:00+00:00"),
        ("dateIssued", "5 March 2024", "2024-03-05"),
        ("publisher-date", "2024-03-05", None),
        ("expires-published", "2024-03-05", None),
        ("theme-version", "2024-03-05", None),
    ],
)
def test_a_meta_element_that_no_list_has(name: str, content: str, value: str | None) -> None:
    assert published(read(head=f"<meta name='{name}' content='{content}'>"))[0] == value


def test_of_several_days_of_publication_the_first_counts() -> None:
    head = "<meta name=published-time content='2024-05-01T10:00:00Z'><meta name=published-date content=2021-02-16>"
    assert published(read(head=head))[0] == "2021-02-16"


@pytest.mark.parametrize(
    ("above", "value"),
    [
        ("<div><time datetime='2024-03-05T10:30:00Z'>5 March</time></div>", "2024-03-05 10:30:00+00:00"),
        ("<p class=article-date>3/25/2024</p>", "2024-03-25"),
        ("<p>Ann Lee</p><p>●  March 5, 2024 ● 6 min read</p>", "2024-03-05"),
        ("<p><a href='/archive/2024'>March 5, 2024</a> by Ann Lee</p>", "2024-03-05"),
        ("<time datetime='00:00-YY-DD-MM'>Mar 5, 2024 5:06pm</time>", "2024-03-05 17:06:00"),
        ("<time datetime='2011-09-03'>Mar 5, 2024</time>", "2024-03-05"),
        ("<span class=published title='2024-03-05T10:30:00+01:00'>Tuesday</span>", "2024-03-05 10:30:00+01:00"),
        ("<ul><li><a href=/b>Contents of this page</a></li></ul><p>2024-03-05</p>", "2024-03-05"),
        ("<aside><time datetime='2024-03-05'>5 March</time></aside>", None),
        ("<a href=/other><time datetime='2024-03-05'>5 March</time></a>", None),
        ("<ul><li><a href=/other>Another quay for another town</a> <time>2024-03-05</time></li></ul>", None),
    ],
)
def test_a_date_beside_the_title(above: str, value: str | None) -> None:
    assert published(read(above))[0] == value


def test_a_time_of_an_update_is_the_update() -> None:
    above = (
        "<p>PUBLISHED: <time datetime='2024-03-05 10:30'>a</time> | "
        "UPDATED: <time datetime='2024-03-06 9:00'>b</time></p>"
    )
    article = read(above)
    assert (published(article)[0], updated(article)[0]) == ("2024-03-05 10:30:00", "2024-03-06 09:00:00")


def test_the_time_of_an_article_may_stand_at_its_end_if_it_is_the_only_one() -> None:
    end = "<article><footer><time datetime='2024-03-05T11:15:06Z'>5 March 2024</time></footer></article>"
    assert published(read(story=STORY * 2 + end)) == ("2024-03-05 11:15:06+00:00", "time:only")
    other = "<article><time datetime='2023-01-01'>1 January 2023</time></article>"
    assert published(read(story=STORY * 2 + end + other))[0] is None


def test_a_date_of_the_story_is_never_taken() -> None:
    assert published(read()) == (None, None)
    assert updated(read()) == (None, None)


@pytest.mark.parametrize(
    ("above", "value"),
    [
        ("<p>Published: December 22, 2023 at 8:48 p.m.</p>", "2023-12-22 20:48:19-05:00"),
        ("<p><time datetime='2023-12-23T12:48:19+11:00'>23 December</time></p>", "2023-12-23 12:48:19+11:00"),
        ("<p>Published: December 22, 2023 at 8:47 p.m.</p>", "2023-12-23 01:48:19+00:00"),
        ("<p>Updated: December 22, 2023 at 8:48 p.m.</p>", "2023-12-23 01:48:19+00:00"),
        ("", "2023-12-23 01:48:19+00:00"),
    ],
)
def test_an_instant_in_utc_takes_the_offset_that_the_page_shows(above: str, value: str) -> None:
    head = ld({"@type": "NewsArticle", "datePublished": "2023-12-23T01:48:19Z"})
    assert published(read(above, head)) == (value, "json-ld:datePublished")


def test_a_declared_day_takes_the_time_shown_beside_the_title() -> None:
    head = ld({"@type": "NewsArticle", "datePublished": "2024-03-05"})
    assert (
        published(read("<time datetime='2024-03-05T10:30:00+02:00'>a</time>", head))[0] == "2024-03-05 10:30:00+02:00"
    )
    assert published(read("<time datetime='2024-04-05T10:30:00+02:00'>a</time>", head))[0] == "2024-03-05"


@pytest.mark.parametrize(
    ("modified", "fetched", "value"),
    [
        ("2024-03-05T10:30:00Z", None, None),
        ("2024-03-05T09:00:00Z", None, None),
        ("2024-03-05T10:31:00Z", None, "2024-03-05 10:31:00+00:00"),
        ("2024-05-01T12:00:30Z", "2024-05-01T12:01:00+00:00", None),
        ("2024-05-01T11:00:30Z", "2024-05-01T12:01:00+00:00", "2024-05-01 11:00:30+00:00"),
    ],
)
def test_a_declared_update_that_is_none(modified: str, fetched: str | None, value: str | None) -> None:
    head = ld({"@type": "NewsArticle", "datePublished": "2024-03-05T10:30:00Z", "dateModified": modified})
    article = read(head=head, fetched_at=dt.datetime.fromisoformat(fetched) if fetched else None)
    assert updated(article)[0] == value
    assert published(article)[0] == "2024-03-05 10:30:00+00:00"


def test_a_page_built_anew_was_published_on_the_day_that_it_prints() -> None:
    built = "2024-11-20T16:02:46.767Z"
    head = ld({"@type": "NewsArticle", "datePublished": built, "dateModified": built})
    assert published(read("<p>May 14, 2024</p>", head)) == ("2024-05-14", "line:unlabelled")
    revised = ld({"@type": "NewsArticle", "datePublished": built, "dateModified": "2024-11-22T10:00:00Z"})
    assert published(read("<p>May 14, 2024</p>", revised))[1] == "json-ld:datePublished"


@pytest.mark.parametrize(
    ("state", "value"),
    [
        ('{"page":{"publishedAt":"2024-03-05T10:30:00Z"}}', "2024-03-05 10:30:00+00:00"),
        (
            '{"a":{"slug":"x","publishedAt":"2011-01-01"},"p":"' + " " * 1500 + '",'
            '"b":{"slug":"second-quay-opens","publishedAt":"2024-03-05"}}',
            "2024-03-05",
        ),
        ('{"a":{"slug":"x","publishedAt":"2011-01-01"},"b":{"slug":"y","publishedAt":"2024-03-05"}}', None),
        ('{"builtAt":"2024-03-05T10:30:00Z"}', None),
    ],
)  # fmt: skip
def test_the_state_of_scripts_comes_after_all_that_is_shown(state: str, value: str | None) -> None:
    script = f"<script id=state type='application/json'>{state}</script>"
    assert published(read(head=script))[0] == value
    assert published(read("<p>Published: 1 May 2023</p>", script))[0] == "2023-05-01"


def test_what_lost_is_told() -> None:
    head = ld({"@type": "NewsArticle", "datePublished": "2024-03-05"}) + "<meta name=pubdate content=2024-03-06>"
    article = read("<time datetime='2024-03-07'>7 March</time>", head, url=URL + "/2024/03/08/", explain=True)
    lost = {(found.rule, str(found.value.value)) for found in article.lost if found.field == "published"}
    assert {("meta:pubdate", "2024-03-06"), ("time:beside-title", "2024-03-07"), ("url", "2024-03-08")} <= lost


def test_an_ambiguous_date_gives_way_to_the_day_of_the_address() -> None:
    assert published(read("<p>06/07/2024</p>"))[0] == "None"
    assert published(read("<p>06/07/2024</p>", url="https://news.example.org/2024/07/06/quay"))[0] == "2024-07-06"


def test_a_class_that_says_date_is_the_last_of_what_is_shown() -> None:
    end = "<div class=credits><p class=date>December 3, 2025. <i>Updated: December 7, 2025</i></p></div>"
    assert published(read(story=STORY * 4 + end))[0] == "2025-12-03"
    assert published(read(story=STORY * 4 + end + "<p class=card-date>May 1, 2020</p>"))[0] is None


def test_the_listings_date_repeats_the_update_that_the_page_prints() -> None:
    above = "<p>Updated: 11 April 2024</p>"
    # A listing that was seen before the update shows the one before it, which is no publication either.
    assert published(read(above, entry=Entry(URL, None, "10 April 2024"))) == (None, None)
    assert published(read(above, entry=Entry(URL, None, "9 April 2024"))) == ("2024-04-09", "entry:date")
    assert published(read(above, entry=Entry(URL, None, "11 April 2024"))) == (None, None)


def test_a_date_in_the_first_sentence_is_of_the_story() -> None:
    article = read("<p>Source: Harbour Office Update: 2017-12-28</p><p>New fees apply from January 15, 2018.</p>")
    assert published(article) == (None, None)
    assert str(article.updated and article.updated.value) == "2017-12-28"
