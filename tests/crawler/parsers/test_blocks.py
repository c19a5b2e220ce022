"""The page as blocks: one for each thing that a reader sees as one."""

import pytest

from crawler.parsers.blocks import Run
from crawler.parsers.furniture import tokens_of
from crawler.parsers.walk import blocks_of, is_hidden
from tests.crawler.parsers.small_pages import FIRST, blocks, parsed, texts

TABLE = "<table><caption>Fees</caption><tr><th>Quay</th><th>Fee</th></tr>{}</table>"


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<p>a<br>b</p>", [("p", "a\nb")]),
        ("<p>a<br><br>b</p>", [("p", "a"), ("p", "b")]),
        ("<p>a<br>\n <br>b<br><br><br>c</p>", [("p", "a"), ("p", "b"), ("p", "c")]),
        ("<p><br>a<br></p>", [("p", "a")]),
        ("<p>a<b><br></b><br>b</p>", [("p", "a"), ("p", "b")]),
        ("a<div>b</div>c", [("p", "a"), ("p", "b"), ("p", "c")]),
        ("<div>a<span>b</span> c</div>", [("p", "ab c")]),
        ("<p>a<hr>b", [("p", "a"), ("p", "b")]),
        ("<center>a</center>b<address>c</address>", [("p", "a"), ("p", "b"), ("p", "c")]),
        ("<p>a\nb\n\n\tc&nbsp; d\u200be\u00adf</p>", [("p", "a b c def")]),
        ("<p> \n </p><p>x</p>", [("p", "x")]),
        ("<pre> x\n  y\n</pre>", [("pre", " x\n  y")]),
        ("<pre>a<br><br>b</pre>", [("pre", "a\n\nb")]),
        ("<pre><code>a\n  b</code></pre>", [("pre", "a\n  b")]),
        ("<blockquote>q<p>r</p></blockquote>s", [("quote", "q"), ("quote", "r"), ("p", "s")]),
        ("<blockquote class='twitter-tweet'>t</blockquote>", [("embed", "t")]),
        ("<ul><li>a</li><li><p>b</p></li></ul>", [("li", "a"), ("li", "b")]),
        ("<dl><dt>a<dd>b</dl>", [("li", "a"), ("li", "b")]),
        ("<h1>a</h1><h6>b</h6>", [("h", "a"), ("h", "b")]),
        ("<h2>a<br>b</h2>", [("h", "a\nb")]),
        ("<p>a<span style='display: block'>b</span>c</p>", [("p", "a"), ("p", "b"), ("p", "c")]),
        ("<blockquote><table><tr><td>a</td></tr></table></blockquote>", [("p", "a")]),
        ("<section>a</section><figure><figcaption>b</figcaption></figure>", [("p", "a"), ("p", "b")]),
    ],
)
def test_text(markup: str, expected: list[tuple[str, str]]) -> None:
    assert texts(markup) == expected


@pytest.mark.parametrize(
    "hidden",
    [
        "<span hidden>x</span>", "<i style='color:red; DISPLAY : none'>x</i>", "<i style='visibility:hidden'>x</i>",
        "<b class='big sr-only'>x</b>", "<b class='hidden'>x</b>", "<script>x</script>", "<style>x</style>",
        "<template>x</template>", "<svg><text>x</text></svg>", "<select><option>x</select>", "<textarea>x</textarea>",
        "<object>x</object>", "<!-- x -->", "<?php x ?>", "<input value=x>", "<noscript>x</noscript>",
        "<dialog>x</dialog>", "<audio>x</audio>", "<canvas>x</canvas>", "<math><mi>x</mi></math>",
    ],
)  # fmt: skip
def test_what_is_not_shown_leaves_no_gap(hidden: str) -> None:
    assert texts(f"<p>a{hidden}b</p>") == [("p", "ab")]


def test_the_parked_parts_of_a_streamed_page_are_shown() -> None:
    assert texts("<div hidden id='S:1'>a</div><div hidden id='s1'>b</div>") == [("p", "a")]
    assert is_hidden(parsed("<p hidden>").body[0])
    assert not is_hidden(parsed("<p style='display:block' class='x'>").body[0])


def test_lists_know_their_depth_and_order() -> None:
    found = blocks("<ul><li>a<ol><li>b<ul><li>c</ul><li>d</ol><li>e</ul><li>f</li>")
    assert [(block.text, block.level, block.ordered) for block in found] == [
        ("a", 1, False), ("b", 2, True), ("c", 3, False), ("d", 2, True), ("e", 1, False), ("f", 0, False),
    ]  # fmt: skip


def test_runs_keep_links_and_marks() -> None:
    (block,) = blocks("<p>a <b>b <i>c</i><b>d</b></b> <a href='/l'>e<cite>f</cite></a><sub>2</sub><a>g</a></p>")
    assert block.runs == [
        Run("a "),
        Run("b ", None, ("strong",)),
        Run("c", None, ("strong", "em")),
        Run("d", None, ("strong",)),
        Run(" "),
        Run("e", "/l"),
        Run("f", "/l", ("em",)),
        Run("2", None, ("sub",)),
        Run("g"),
    ]
    assert block.link_share == pytest.approx(2 / 8)
    assert block.loose == "abcdef2g"


def test_a_link_around_paragraphs_reaches_all_of_them() -> None:
    first, second = blocks("<a href='/x'><p>a</p><p>b</p></a>")
    assert (first.link_share, second.link_share) == (1.0, 1.0)
    assert blocks("<p>…</p>")[0].link_share == 0.0


@pytest.mark.parametrize(
    "markup",
    [
        "<p>Updated: 2020-01-01<br>The text runs<br>and runs<br>By Mary Jones</p>",
        "<p>(2020-01-01)<br>The text runs<br>and runs<br>(chinadaily.com.cn)</p>",
        "<div>Source: Xinhua<br>The text runs<br>and runs<br>来源：新华社</div>",
    ],
)
def test_lines_that_name_a_date_or_an_author_stand_apart(markup: str) -> None:
    first, middle, last = blocks(markup)
    assert middle.text == "The text runs\nand runs"
    assert first.text in markup
    assert last.text in markup


def test_lines_that_name_nothing_stay_together() -> None:
    assert texts("<p>One<br>Updated: 2020-01-01<br>two</p>") == [("p", "One\nUpdated: 2020-01-01\ntwo")]


def test_only_telling_lines() -> None:
    assert texts("<p>Updated: 2020-01-01<br>By Mary Jones</p>") == [
        ("p", "Updated: 2020-01-01"),
        ("p", "By Mary Jones"),
    ]


def test_a_data_table_is_one_block() -> None:
    block = blocks(TABLE.format("<tr><td>Old<br>quay</td><td>12 <s>9</s><script>x</script></td></tr><tr></tr>"))[-1]
    assert block.kind == "table"
    assert block.rows == (("Quay", "Fee"), ("Old quay", "12 9"))
    assert block.text == "Quay | Fee\nOld quay | 12 9"


@pytest.mark.parametrize(
    "rows",
    [
        "<tr><td><img src=a.jpg></td><td>b</td></tr>",
        "<tr><td><table><tr><td>a</td></tr></table></td><td>b</td></tr>",
        f"<tr><td>{FIRST * 2}</td><td>b</td></tr>",
        "<tr><td><p>a</p><p>b</p><p>c</p></td><td>b</td></tr>",
        "<tr><td><a href=/a>A long link to another page</a></td><td><a href=/b>and one more</a></td></tr>",
        "<tr><td>one</td></tr><tr><td>two</td></tr><tr><td>three</td></tr>",
        f"<tr>{'<td>x</td>' * 6000}</tr>",
    ],
)
def test_a_layout_table_falls_into_its_parts(rows: str) -> None:
    found = blocks(TABLE.format(rows))
    assert "table" not in {block.kind for block in found}
    assert [block.text for block in found[:3]] == ["Fees", "Quay", "Fee"]


def test_a_caption_of_a_data_table_is_not_lost() -> None:
    found = blocks(TABLE.format("<tr><td>Old quay</td><td>12</td></tr>"))
    assert "Fees" in "\n".join(block.text for block in found)


def test_images_and_embedded_things_are_blocks() -> None:
    found = blocks("<p>a<img src=i.jpg>b</p><iframe src=x></iframe><video src=v></video><embed src=e>")
    assert [(block.kind, block.text) for block in found] == [
        ("p", "a"), ("image", ""), ("p", "b"), ("embed", ""), ("embed", ""), ("embed", ""),
    ]  # fmt: skip
    assert found[1].image is not None
    assert found[1].image.get("src") == "i.jpg"
    assert [block.index for block in found] == list(range(6))


def test_a_noscript_gives_its_images_alone() -> None:
    found = blocks("<p>a<noscript>please <img src=n.jpg> turn on</noscript>b</p>")
    assert [(block.kind, block.text) for block in found] == [("p", "a"), ("image", ""), ("p", "b")]
    assert found[1].inside(found[0].element)


def test_where_a_block_stands() -> None:
    (block,) = blocks("<div class='pageHead wrap_2'><td></td><p id='lead-text'>a</p></div>")
    assert block.tokens == {"page", "head", "wrap", "lead", "text"}
    assert block.within("div") is block.path[1]
    assert block.within("table") is None
    assert block.inside(block.path[0])
    assert not block.inside(parsed("<p>").body)
    assert tokens_of(block.path[0]) == frozenset()


def test_there_is_a_most_of_blocks() -> None:
    found = blocks("<p>a</p>" * 25_000)
    assert len(found) == 20_000
    assert found[-1].index == 19_999


def test_an_empty_body_has_no_blocks() -> None:
    assert blocks_of(parsed("").body) == []
