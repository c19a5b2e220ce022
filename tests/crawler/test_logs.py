"""What is written to stderr, for people and for programs."""

import json
import logging
import re
from collections.abc import Iterator

import pytest

from crawler import logs


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Put the root logger back: pytest's own handlers stand there."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logs.choose(None)
    logs.configure("text")
    logs.work_on(None)


def test_a_line_is_an_object(capsys: pytest.CaptureFixture[str]) -> None:
    logs.choose("json")
    logs.set_up()
    logs.work_on("harbour", 7)
    logging.getLogger("crawler.run").warning("%s: article failed", "harbour")
    logging.getLogger("crawler.run").info("not said")
    try:
        raise ValueError("two\nlines")
    except ValueError:
        logging.getLogger("scrapy.core").exception("a \x1b[31mtrap")
    captured = capsys.readouterr()
    first, second = (json.loads(line) for line in captured.err.splitlines())
    assert captured.out == ""
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", first.pop("time"))
    assert first == {
        "level": "warning", "site": "harbour", "run": 7, "logger": "crawler.run", "message": "harbour: article failed",
    }  # fmt: skip
    assert second["message"] == "a [31mtrap"
    assert "ValueError: two\nlines" in second["traceback"]


def test_lines_for_people_cannot_steer_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up()
    logging.getLogger("crawler.run").warning("a \x1b[31mtrap")
    assert capsys.readouterr().err == "WARNING a [31mtrap\n"


def test_the_command_line_goes_before_the_configuration() -> None:
    assert not logs.is_json()
    logs.configure("json")
    assert logs.is_json()
    logs.choose("text")
    assert not logs.is_json()


@pytest.mark.parametrize(("verbose", "said"), [(0, 1), (1, 2), (2, 3)])
def test_more_is_said_where_it_is_asked_for(verbose: int, said: int, capsys: pytest.CaptureFixture[str]) -> None:
    logs.set_up(verbose)
    for level in (logging.WARNING, logging.INFO, logging.DEBUG):
        logging.getLogger("archive.x").log(level, "a line")
    assert len(capsys.readouterr().err.splitlines()) == said


def test_last_words(capsys: pytest.CaptureFixture[str]) -> None:
    logs.complain("it is\x1b so")
    assert capsys.readouterr().err == "newsarchive: it is so\n"
    logs.configure("json")
    logs.complain("it is so")
    said = json.loads(capsys.readouterr().err)
    assert (said["level"], said["message"], said["site"]) == ("error", "it is so", None)
