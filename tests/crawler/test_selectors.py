"""Selectors: CSS and XPath on one tree, or one line that says what is wrong."""

import pytest

from crawler.selectors import compile_selector
from tests.crawler.parsers.small_pages import parsed

ROOT = parsed("<div id=a class='x y'><p>one <b>two</b></p><p title='T'>three</p></div><a href='/l'>four</a>").root


@pytest.mark.parametrize(
    ("selector", "texts"),
    [
        ("p", ["one two", "three"]),
        ("#a > p:first-child", ["one two"]),
        ("p::text", ["one ", "three"]),
        ("p::attr(title)", ["T"]),
        ("a::attr(href), b", ["two", "/l"]),
        ("div:has(b)", ["one twothree"]),
        ("p:contains('three')", ["three"]),
        ("h1", []),
        ("//p", ["one two", "three"]),
        (".//p/@title", ["T"]),
        ("(//p)[2]", ["three"]),
        ("xpath: //b/text()", ["two"]),
        ("xpath:count(//p)", ["2.0"]),
        ("xpath:string(//b)", ["two"]),
        ("xpath:normalize-space(//p[1])", ["one two"]),
        ("//comment()", []),
    ],
)
def test_strings(selector: str, texts: list[str]) -> None:
    found = compile_selector(selector)
    assert found.strings(ROOT) == texts
    assert found.text == selector


@pytest.mark.parametrize(
    ("selector", "tags"),
    [("p, a", ["p", "p", "a"]), ("//p | //a", ["p", "p", "a"]), ("p::text", []), ("xpath:string(//b)", [])],
)
def test_elements(selector: str, tags: list[str]) -> None:
    assert [element.tag for element in compile_selector(selector).elements(ROOT)] == tags


def test_a_selector_looks_below_its_node() -> None:
    div = ROOT.find(".//div")
    assert div is not None
    assert compile_selector("a").elements(div) == []
    assert compile_selector("p").strings(div) == ["one two", "three"]
    assert compile_selector("./p").strings(div) == ["one two", "three"]
    assert compile_selector("//a").strings(div) == ["four"]


@pytest.mark.parametrize(
    "selector", ["p[", "", "  ", "p >", "::", "p::nonsense", "p:nonsense", "//p[", "(//p", "xpath:", "p::attr(", "./"]
)
def test_what_does_not_parse(selector: str) -> None:
    with pytest.raises(ValueError, match=r"^not a CSS selector or XPath: \S"):
        compile_selector(selector)


@pytest.mark.parametrize("selector", ["//p[nonsense()]", "//x:p", "xpath:$v"])
def test_what_parses_but_cannot_be_evaluated_is_refused_at_once(selector: str) -> None:
    with pytest.raises(ValueError, match=r"^not a CSS selector or XPath: "):
        compile_selector(selector)


def test_compiled_once() -> None:
    assert compile_selector("p.once") is compile_selector("p.once")
