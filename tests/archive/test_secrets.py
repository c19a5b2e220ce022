"""Secrets are not logged, whoever logs them and however."""

import io
import logging
from collections.abc import Iterator

import pytest

from archive import secrets
from archive.secrets import hide, masked, without_secrets


@pytest.fixture(autouse=True)
def _forgetful(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    factory = logging.getLogRecordFactory()
    monkeypatch.setattr(secrets, "_secrets", set())
    yield
    logging.setLogRecordFactory(factory)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("GET http://user:pass@a.example/x", "GET http://***@a.example/x"),
        ("http://user:p@ss@a.example/", "http://***@a.example/"),
        ("https://token@a.example?x=1", "https://***@a.example?x=1"),
        ("https://a.example/@name", "https://a.example/@name"),
        ("https://a.example?mail=a@b", "https://a.example?mail=a@b"),
        ("mail a@b.example", "mail a@b.example"),
    ],
)
def test_passwords_in_addresses(text: str, said: str) -> None:
    assert masked(text) == said


def test_hidden_values() -> None:
    hide(["hush-hush", "en"])
    assert masked("a hush-hush in en") == "a *** in en"
    assert without_secrets("hush-hush http://a:b@c/") == "*** http://a:b@c/"


def test_no_record_says_a_secret() -> None:
    hide(["hush-hush"])
    stream = io.StringIO()
    logger = logging.getLogger("tests.secrets")
    logger.propagate = False
    logger.addHandler(logging.StreamHandler(stream))
    logger.warning("%s and http://a:b@c/", "hush-hush")
    try:
        raise ValueError("hush-hush")
    except ValueError:
        logger.exception("it failed")
    assert "hush-hush" not in stream.getvalue()
    assert "*** and http://***@c/\n" in stream.getvalue()
    assert "ValueError: ***" in stream.getvalue()
