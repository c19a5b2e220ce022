"""Mistakes of whoever uses it: each is one line that says what is wrong and what to do."""

import json
from pathlib import Path

import pytest

from tests.e2e.bad_input.scene import Scene, one_line
from tests.e2e.harness import Outcome, newsarchive


def _mistake(scene: Scene, old: str, new: str) -> Outcome:
    text = scene.site.definition
    assert old in text
    scene.workspace.define("fault", text.replace(old, new))
    outcome = scene.workspace.run("crawl", "fault")
    assert outcome.code == 2, outcome
    assert outcome.out == ""
    assert scene.workspace.value("SELECT count(*) FROM runs") == 0
    assert not scene.site.requests
    return outcome


def test_a_definition_with_a_wrong_key(scene: Scene) -> None:
    outcome = _mistake(scene, 'entry = "li.item"', 'entry = "li.item"\nentrie = "li.thing"')
    one_line(outcome, "fault.toml", "listing.entrie", "li.thing", "allowed", "entry", "article_urls")


def test_a_definition_with_a_wrong_key_in_a_section(scene: Scene) -> None:
    outcome = _mistake(scene, 'key = "more"', 'key = "more"\nurls = "/more/"')
    one_line(outcome, "fault.toml", "sections", "urls", "/more/", "allowed", "every")


def test_a_definition_with_a_wrong_value(scene: Scene) -> None:
    outcome = _mistake(scene, 'date_order = "YMD"', 'date_order = "YDM"')
    one_line(outcome, "fault.toml", "date_order", "YDM", "YMD", "DMY", "MDY")


@pytest.mark.parametrize("selector", ["li..item", "//li[@class", ""])
def test_a_selector_that_does_not_parse(scene: Scene, selector: str) -> None:
    outcome = _mistake(scene, 'entry = "li.item"', f"entry = {json.dumps(selector)}")
    one_line(outcome, "fault.toml", "listing.entry", repr(selector), "selector")


def test_a_definition_that_is_no_toml(scene: Scene) -> None:
    one_line(_mistake(scene, "[listing]", "[listing"), "fault.toml", "not valid TOML", "line")


def test_a_definition_that_is_no_text(scene: Scene) -> None:
    (scene.workspace.root / "sites" / "fault.toml").write_bytes(b"id = '\xff\xfe'")
    outcome = scene.workspace.run("crawl", "fault")
    assert outcome.code == 2, outcome
    one_line(outcome, "fault.toml")


def test_an_unknown_site(scene: Scene) -> None:
    outcome = scene.workspace.run("crawl", "faulty")
    assert outcome.code == 2, outcome
    one_line(outcome, "'faulty'", "fault", "shzj", "faulty.toml")


def test_an_unknown_section(scene: Scene) -> None:
    outcome = scene.crawl("--section", "sports")
    assert outcome.code == 2, outcome
    one_line(outcome, "'sports'", "news", "more")


def test_a_wrong_option_says_what_is_allowed(scene: Scene) -> None:
    outcome = scene.crawl("--since", "yesterday")
    assert outcome.code == 2, outcome
    assert "yesterday" in outcome.complaints[-1]
    assert "%Y-%m-%d" in outcome.complaints[-1]


def test_a_configuration_with_a_wrong_key(scene: Scene) -> None:
    config = scene.workspace.root / "newsarchive.toml"
    config.write_text(config.read_text().replace("contact =", "contakt ="))
    outcome = scene.crawl()
    assert outcome.code == 2, outcome
    one_line(outcome, "newsarchive.toml", "contakt", "contact")


def test_a_directory_that_is_no_workspace(tmp_path: Path) -> None:
    for command in (["crawl", "shzj"], ["search", "x"], ["show", "1"], ["serve"]):
        outcome = newsarchive("-w", str(tmp_path), *command)
        assert outcome.code == 2, outcome
        one_line(outcome, str(tmp_path), f"newsarchive init {tmp_path}")


def test_an_article_that_is_not_there(scene: Scene) -> None:
    for reference in ("12", "abc", scene.site.url, "no such thing", "https://[", "9" * 40):
        outcome = scene.workspace.run("show", reference)
        assert outcome.code == 2, outcome
        one_line(outcome, reference)
