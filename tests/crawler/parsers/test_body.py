"""The body: the text between head and tail, without what surrounds it."""

import json

import pytest

from tests.crawler.parsers.small_pages import FIRST, SECOND, STORY, TEXT, THIRD, TITLE, read, story

LINKS = "".join(f"<li><a href=/{n}>Another story of the harbour, number {n}</a></li>" for n in "abcd")


@pytest.mark.parametrize(
    "tail",
    [
        "<p>Editor: Ann Lee</p>",
        "<p>(责任编辑：李明)</p>",
        "<p>上一篇：旧码头</p>",
        "<p>Previous: <a href=/p>An older story</a></p>",
        "<p>Related news</p>",
        f"<h3>Related stories</h3><ul>{LINKS}</ul>",
        "<p>You may also like</p>",
        "<p>Tags: quay, sea</p>",
        "<p>Filed under Local</p>",
        "<p>Share this story</p>",
        "<p>Follow us on every channel</p>",
        "<p>Subscribe to our letter</p>",
        "<p>Back to top</p>",
        "<p>1 2 3 ></p>",
        "<p>Previous Page 1 2 Next Page</p>",
        "<p>Print Mail Share</p>",
        "<p>12</p>",
        "<p>Address: 1 Quay Road</p>",
        "<p>Copyright © 2024 Example. All rights reserved.</p>",
        "<p>沪ICP备05012345号</p>",
        f"<ul>{LINKS}</ul>",
        "<h4>Comments</h4>",
        "<p><a href=/x>More of this section of the site</a></p>",
        "<p>* * *</p>",
        "<div class='related'><p>Another story that is told elsewhere, and at length.</p></div>",
        "<footer><p>The office of the harbour is open every day, also on Sundays.</p></footer>",
        "<aside><p>A word from the owner of this place, who sells fish there.</p></aside>",
        "<form class=comment-form><p>Your name</p></form><script>var x = 'a long story';</script>",
    ],
)
def test_what_stands_below_is_no_body(tail: str) -> None:
    assert story(f"{STORY}{tail}").body == TEXT
    assert story(f"<div>{STORY}</div>{tail}").body == TEXT


@pytest.mark.parametrize(
    "inside",
    [
        "<div class='share-tools'><p>Tell your friends of this.</p></div>",
        "<p>Print Mail Share</p>",
        "<nav><p>Read on in the archive of the town.</p></nav>",
        "<p>640.webp (1).jpg</p>",
        f"<ul>{LINKS}</ul>",
        "<p>1 2 3 ></p>",
        "<p>© Example</p>",
        "<p>—</p>",
        f"<h2>{TITLE}</h2>",
    ],
)
def test_what_stands_between_is_no_body(inside: str) -> None:
    assert story(f"<p>{FIRST}</p><p>{SECOND}</p>{inside}<p>{THIRD}</p>").body == TEXT


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ("<h3>What comes next</h3>", "What comes next"),
        ("<p>Nobody knows.</p>", "Nobody knows."),
        ("<p><a href=/x>The plan of the quay</a></p>", "The plan of the quay"),
        ("<ul><li>fish</li><li>salt</li></ul>", "fish\n\nsalt"),
        ("<blockquote>We are ready.</blockquote>", "We are ready."),
        ("<pre>a\n  b</pre>", "a\n  b"),
        ("<table><tr><td>Quay</td><td>12</td></tr><tr><td>Pier</td><td>9</td></tr></table>", "Quay | 12\nPier | 9"),
        ("<p>(An old photograph of it was found)</p>", "(An old photograph of it was found)"),
    ],
)
def test_what_stands_between_is_kept(inside: str, text: str) -> None:
    assert (
        story(f"<p>{FIRST}</p><p>{SECOND}</p>{inside}<p>{THIRD}</p>").body
        == f"{FIRST}\n\n{SECOND}\n\n{text}\n\n{THIRD}"
    )


def test_a_short_last_paragraph_is_kept() -> None:
    assert story(f"{STORY}<p>Nobody objected.</p><p>(The end)</p>").body == f"{TEXT}\n\nNobody objected.\n\n(The end)"


def test_a_short_first_paragraph_is_kept() -> None:
    assert story(f"<p>It is done.</p>{STORY}").body == f"It is done.\n\n{TEXT}"


def test_a_lead_outside_the_text_is_kept() -> None:
    article = read(
        f"<div><h1>{TITLE}</h1><p class=lead>The town gets what it asked for, at last.</p><div>{STORY}</div></div>"
    )
    assert article.body == f"The town gets what it asked for, at last.\n\n{TEXT}"


def test_lines_parted_by_breaks_without_the_title_and_the_names_of_files() -> None:
    inside = f"<div>{TITLE}<br>640.jpg<br>{FIRST}<br>{SECOND}<br>{THIRD}</div>"
    assert read(f"<h1>{TITLE}</h1>{inside}").body == f"{FIRST}\n{SECOND}\n{THIRD}"


def test_paragraphs_parted_by_double_breaks() -> None:
    assert story(f"{FIRST}<br><br>{SECOND}<br><br>{THIRD}").body == TEXT


@pytest.mark.parametrize(
    ("lead", "count"),
    [
        ("<img src=a.jpg>", 1),
        ("<figure><img src=a.jpg><figcaption>A quay</figcaption></figure>", 1),
        ("<div class=banner><img src=a.jpg width=600 height=400></div>", 0),
        ("<a href=/x><img src=a.jpg></a>", 0),
    ],
)
def test_an_image_between_title_and_text(lead: str, count: int) -> None:
    article = read(f"<div><h1>{TITLE}</h1><div>{lead}</div><div>{STORY}</div></div>")
    assert len(article.images) == count
    assert article.body == TEXT


def test_header_lines_are_no_body_but_a_line_in_the_text_is() -> None:
    article = story(f"<p>Source: Xinhua</p><p>By Ann Lee</p>{STORY}")
    assert (article.body, article.source, article.byline) == (TEXT, "Xinhua", ("Ann Lee",))


def test_a_last_line_that_names_nothing_stays() -> None:
    article = story(f"{STORY}<p>Ann Lee</p>")
    assert article.body == f"{TEXT}\n\nAnn Lee"


def test_chinese_text() -> None:
    first = "上海市质量技术监督局今天发布了新的通知，要求各区市场监管部门认真落实有关规定，加强日常检查。"
    second = "通知指出，各部门应当在本月底以前完成第一轮检查，并把结果向社会公布，接受群众监督。"
    head = "<div>首页 > 新闻</div><h1>质监局发布新通知</h1><div>来源：新华社 更新时间：2024年03月15日 10:30</div>"
    tail = "<div>上一篇：旧闻</div><div>主办单位：上海市质监局</div>"
    body = f"{head}<div><p>　　{first}</p><p>　　{second}</p></div>{tail}"
    article = read(body)
    assert article.title == "质监局发布新通知"
    assert article.body == f"{first}\n\n{second}"
    assert (article.source, article.breadcrumb) == ("新华社", ("首页", "新闻"))
    assert str(article.updated and article.updated.value) == "2024-03-15 10:30:00"


@pytest.mark.parametrize("text", ["", "One word.", "A short note of the office."])
def test_very_little_text(text: str) -> None:
    assert read(f"<h1>{TITLE}</h1><p>{text}</p>").body == text


def test_images_alone() -> None:
    article = read(f"<h1>{TITLE}</h1><div><p><img src=a.jpg></p><p><img src=b.jpg></p></div>")
    assert (article.title, article.body, len(article.images), article.is_empty) == (TITLE, "", 2, False)


@pytest.mark.parametrize(
    "line",
    [
        "<p>Advertisement</p>",
        "<div class=slot>- ANZEIGE -</div>",
        "<p>Story continues below advertisement</p>",
        "<p>Also read: <a href=/x>Ferry operator faces questions about its boats</a></p>",
        "<p><b>RELATED:</b> <a href=/x>Ferry operator faces questions about its boats</a></p>",
        "<p>Lea también: <a href=/x>La naviera responde a las preguntas del puerto</a></p>",
        "<p>【関連記事】<a href=/x>フェリー会社に質問が相次ぐ</a></p>",
    ],
)
def test_a_line_that_leads_elsewhere_is_no_text(line: str) -> None:
    assert story(f"<p>{FIRST}</p>{line}<p>{SECOND}</p><p>{THIRD}</p>").body == TEXT


def test_what_a_story_says_of_reading_stays() -> None:
    said = "<p>Read: the verb is older than <a href=/x>the book</a>, as the harbour's librarian likes to say.</p>"
    assert "the verb is older" in story(f"<p>{FIRST}</p><p>{SECOND}</p>{said}<p>{THIRD}</p>").body


def test_comments_that_are_longer_than_the_article_are_none_of_it() -> None:
    comments = "".join(f"<div class=post><b>u{n}</b><p>{THIRD} {n}</p></div>" for n in range(8))
    article = read(f"<main><h1>{TITLE}</h1>{STORY}</main><div id=disqus_thread>{comments}</div>")
    assert article.body == TEXT


def test_a_kicker_in_the_heading_is_not_repeated_in_the_text() -> None:
    heading = f"<h1><span class=kicker>Transport</span> {TITLE}</h1>"
    assert read(f"<article>{heading}{STORY}</article>", f"<title>{TITLE} | Courier</title>").body == TEXT


def test_a_page_for_scripts_alone_declares_its_text() -> None:
    node = {"@type": "NewsArticle", "headline": TITLE, "articleBody": f"{FIRST}\n{SECOND}"}
    article = read("<div id=root></div>", f"<script type=application/ld+json>{json.dumps(node)}</script>")
    assert (article.body, article.rules["body"]) == (f"{FIRST}\n\n{SECOND}", "json-ld:articleBody")
