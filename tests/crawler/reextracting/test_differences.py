"""What is shown of a change: the field's old and new value, cut to where they part."""

from typing import Any

from archive.model import Article, Image, Stamp
from archive.readings import Reading, Replacement, content_of
from archive.versions import KeptImage
from crawler.reextracting.differences import EXAMPLES, FieldChanges, example_of
from tests.archive.keeping import day_of

URL = "https://herald.example/a"
PICTURE = "https://herald.example/p.png"


def replaced(before: dict[str, Any], after: dict[str, Any]) -> Replacement:
    was, now = (
        content_of(article, [KeptImage(image, error="http-404") for image in article.images])
        for article in (Article(URL, **before), Article(URL, **after))
    )
    return Replacement(7, 2, Reading("1", "t1"), was, now)


def shown(name: str, before: Any, after: Any) -> tuple[str, str]:
    each = replaced({name: before}, {name: after})
    assert name in each.changed
    example = example_of(URL, name, each)
    assert (example.url, example.version) == (URL, 2)
    return example.before, example.after


def test_short_values_are_shown_whole() -> None:
    assert shown("title", None, "A\n title") == ("", "A title")
    assert shown("byline", ("Jane Doe",), ("Jane Doe", "R. Roe")) == ("Jane Doe", "Jane Doe, R. Roe")
    assert shown("updated", Stamp("soon", reason="unreadable"), day_of("2024-05-03")) == (
        "not read (soon)", "2024-05-03 (2024-05-03)",
    )  # fmt: skip
    assert shown("images", (), (Image(PICTURE, "A ship.", "Photo: X"),)) == ("", f"{PICTURE} A ship. Photo: X")


def test_of_long_values_the_part_that_differs_is_shown() -> None:
    text = "The harbour is quiet. " * 20
    before, after = shown("body", text + "Read on", text + "The end")
    assert before == "…e harbour is quiet. Read on"
    assert after == "…e harbour is quiet. The end"
    before, after = shown("body", text, "Menu " + text)
    assert before.startswith("The harbour is quiet.")
    assert after.startswith("Menu The harbour")
    assert before.endswith("…")
    assert len(before) <= len(after) + 1 <= 82


def test_of_rules_those_that_differ_are_shown() -> None:
    before, after = {"title": "page:h1", "body": "classifier"}, {"title": "template:title", "body": "classifier"}
    assert shown("rules", before, after) == ("title page:h1", "title template:title")


def test_the_first_examples_are_kept() -> None:
    changes = FieldChanges()
    for number in range(5):
        changes.add(example_of(f"{URL}{number}", "title", replaced({"title": "a"}, {"title": "b"})))
    assert changes.articles == 5
    assert [example.url[-1] for example in changes.examples] == list("012")
    assert len(changes.examples) == EXAMPLES


def test_nothing_changed() -> None:
    assert replaced({"title": "a"}, {"title": "a"}).changed == ()
