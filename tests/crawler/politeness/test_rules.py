"""What a robots.txt says, and what a server says of waiting."""

import datetime as dt

import pytest

from crawler.politeness.rules import MOST_BYTES, Rules, text_of
from crawler.politeness.waiting import lifetime, retry_after

NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
AGENT = "newsarchive/0.1 (+a@example.org)"


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        ("User-agent: *\nCrawl-delay: 7\n", 7),
        ("User-agent: *\nCrawl-delay: 0.5\n", 0.5),
        ("User-agent: *\nRequest-rate: 1/20\n", 20),
        ("User-agent: *\nRequest-rate: 10/1m\n", 6),
        ("User-agent: *\nCrawl-delay: 1\nRequest-rate: 1/5\n", 5),
        ("User-agent: *\nCrawl-delay: 9\n\nUser-agent: newsarchive\nCrawl-delay: 2\n", 2),
        ("User-agent: *\nCrawl-delay: 99999999\n", 3600),
        ("User-agent: *\nCrawl-delay: soon\n", 0),
        ("User-agent: *\nCrawl-delay: inf\n", 0),
        ("User-agent: *\nCrawl-delay: nan\n", 0),
        ("User-agent: *\nCrawl-delay: -4\n", 0),
        ("User-agent: *\nRequest-rate: 0/5\n", 0),
        ("User-agent: other\nCrawl-delay: 7\n", 0),
        ("", 0),
    ],
)
def test_the_pace(text: str, delay: float) -> None:
    assert Rules.of(text).delay(AGENT) == delay


def test_what_is_allowed() -> None:
    rules = Rules.of("User-agent: *\nDisallow: /a\nAllow: /a/b$\n")
    assert not rules.allow("http://x.example/a/c", AGENT)
    assert rules.allow("http://x.example/a/b", AGENT)


def test_the_text_that_is_read() -> None:
    assert text_of(b"\xef\xbb\xbfUser-agent: *") == "User-agent: *"
    assert text_of(b" \r\n<!DOCTYPE html><pre>User-agent: *\nDisallow: /</pre>") == ""
    assert text_of(b"a\x00b\xff") == "ab\ufffd"
    assert len(text_of(b"x" * (MOST_BYTES + 9))) == MOST_BYTES


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        ("0", None, 0),
        (" 120 ", None, 120),
        ("999999999999999", None, 86400),
        ("Sun, 22 Nov 2026 12:01:30 GMT", None, 90),
        ("Sun, 22 Nov 2026 12:01:30 GMT", "Sun, 22 Nov 2026 12:01:00 GMT", 30),
        ("Sun, 22 Nov 2026 11:00:00 GMT", None, 0),
        ("Fri, 31 Dec 2099 23:59:59 GMT", None, 86400),
        ("Sun, 22 Nov 2026 12:01:30", "nonsense", 90),
        ("-5", None, None),
        ("soon", None, None),
        ("1.5", None, None),
        ("", None, None),
        ("٣", None, None),
        (None, None, None),
    ],
)
def test_retry_after(value: str | None, date: str | None, seconds: float | None) -> None:
    assert retry_after(value, date, NOW) == seconds


@pytest.mark.parametrize(
    ("said", "minutes"),
    [(None, 1440), ("", 1440), ("max-age=3600", 60), ("public, Max-Age = 7200", 120), ("max-age=5", 10),
     ("max-age=99999999", 1440), ("no-store", 1440), ("s-maxage=60", 1440), ('max-age="1800"', 30)],
)  # fmt: skip
def test_how_long_rules_are_kept(said: str | None, minutes: float) -> None:
    assert lifetime(said) == dt.timedelta(minutes=minutes)
