"""When a host is paused, when it rests, and what of that outlives the run."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from archive.db import atomic
from archive.hosts import HostUnit, forgive, host_row, origin_of, rest, resting, retry_at, write_host
from archive.model import timestamp
from archive.units import Unit
from crawler.politeness.hosts import Hosts
from tests.archive.keeping import Keeping

URL = "https://News.example:443/a"
ORIGIN = "https://news.example"


class Clock:
    def __init__(self) -> None:
        self.now = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)

    def __call__(self) -> dt.datetime:
        return self.now

    def go(self, **time: float) -> None:
        self.now += dt.timedelta(**time)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keeping(tmp_path: Path) -> Iterator[Keeping]:
    opened = Keeping(tmp_path)
    yield opened
    opened.close()


@pytest.fixture
def hosts(keeping: Keeping, clock: Clock) -> Hosts:
    return new_run(keeping, clock)


def new_run(keeping: Keeping, clock: Clock) -> Hosts:
    def put(unit: Unit) -> None:
        assert isinstance(unit, HostUnit)
        with atomic(keeping.db):
            write_host(keeping.db, unit.origin, unit.values)

    return Hosts(keeping.db, put, clock, 60.0)


def fail(hosts: Hosts, number: int, start: int = 0, cause: str = "timeout") -> list[bool]:
    return [hosts.erred(f"{URL}{start + turn}", cause, is_silence=cause != "http-500") for turn in range(number)]


@pytest.mark.parametrize(
    ("url", "origin"),
    [(URL, ORIGIN), ("http://A.example:8080/x?y", "http://a.example:8080"), ("http://[::1]:80/", "http://[::1]"),
     ("http://user:word@a.example/", "http://a.example")],
)  # fmt: skip
def test_a_host_is_scheme_name_and_port(url: str, origin: str) -> None:
    assert origin_of(url) == origin


def test_a_host_that_never_answered_rests_after_three_tries(hosts: Hosts) -> None:
    assert fail(hosts, 3) == [False, False, True]


def test_a_name_that_does_not_resolve_is_not_asked_for_again(hosts: Hosts) -> None:
    assert fail(hosts, 1, cause="dns") == [True]


def test_a_host_that_has_answered_rests_after_five_addresses_in_a_row(hosts: Hosts) -> None:
    hosts.answered(URL)
    assert fail(hosts, 4) == [False] * 4
    hosts.answered(URL)
    assert fail(hosts, 5) == [False] * 4 + [True]


def test_one_address_that_fails_again_and_again_is_no_failing_host(hosts: Hosts) -> None:
    hosts.answered(URL)
    assert not any(hosts.erred(URL, "reset", is_silence=True) for _ in range(20))
    assert not any(hosts.erred(f"{URL}{number}", "reset", is_silence=True, is_again=True) for number in range(20))


def test_the_rest_outlives_the_run_and_grows(keeping: Keeping, clock: Clock, hosts: Hosts) -> None:
    for number, (low, high) in enumerate([(7.5, 12.5), (22, 38), (67, 113), (200, 340), (600, 1020), (1440, 1440)]):
        fail(hosts, 3)
        until = retry_at(keeping.db, URL, clock.now)
        assert until is not None
        assert low <= (until - clock.now) / dt.timedelta(minutes=1) <= high, number
        hosts = new_run(keeping, clock)
        assert hosts.retry_at(URL) == until
        assert [row.origin for row in resting(keeping.db, clock.now)] == [ORIGIN]
        clock.now = until
        assert hosts.retry_at(URL) is None
        assert resting(keeping.db, clock.now) == []
    hosts.answered(URL)
    row = host_row(keeping.db, ORIGIN)
    assert (row.retry_at, row.failures, row.cause) == (None, 0, None)


def test_a_user_may_end_the_rest(keeping: Keeping, clock: Clock, hosts: Hosts) -> None:
    fail(hosts, 3)
    with atomic(keeping.db):
        forgive(keeping.db, [ORIGIN])
    assert retry_at(keeping.db, URL, clock.now) is None
    assert host_row(keeping.db, ORIGIN).failures == 0


def test_what_is_said_twice_counts_once(hosts: Hosts, keeping: Keeping, clock: Clock) -> None:
    hosts.back_off(URL, "http-429", 600, grows=False)
    first = retry_at(keeping.db, URL, clock.now)
    clock.go(seconds=5)
    hosts.back_off(URL, "http-429", 600, grows=False)
    assert retry_at(keeping.db, URL, clock.now) == first
    hosts.back_off(URL, "http-429", 7200, grows=False)
    assert retry_at(keeping.db, URL, clock.now) == clock.now + dt.timedelta(hours=2)
    assert host_row(keeping.db, ORIGIN).failures == 1


def test_pauses_end_at_their_bound(hosts: Hosts) -> None:
    assert hosts.pause(URL, 40)
    assert 39 < hosts.pause_left(URL) <= 40
    # Those who were under way say the same: that is one pause.
    assert hosts.pause(URL, 40)
    assert not hosts.pause(URL, 61)
    assert 39 < hosts.pause_left(URL) <= 41
    hosts.of(URL).paused_until = 0.0
    assert not hosts.pause(URL, 30)
    hosts.answered(URL)
    assert hosts.pause(URL, 30)
    assert hosts.pause_left("https://other.example/") == 0.0


def test_robots_are_kept_while_they_are_fresh(hosts: Hosts, keeping: Keeping, clock: Clock) -> None:
    assert hosts.robots(URL) is None
    hosts.keep_robots(URL, "rules", dt.timedelta(hours=1))
    assert new_run(keeping, clock).robots(URL) == "rules"
    clock.go(hours=1, seconds=1)
    assert new_run(keeping, clock).robots(URL) is None
    assert hosts.old_robots(URL) == "rules"
    clock.go(days=30)
    assert hosts.old_robots(URL) is None


def test_another_run_s_columns_are_left_alone(hosts: Hosts, keeping: Keeping, clock: Clock) -> None:
    """Two sites of one archive may show images of one host at the same time."""
    other = new_run(keeping, clock)
    other.retry_at(URL)
    fail(hosts, 3)
    other.keep_robots(URL, "rules", dt.timedelta(hours=1))
    row = host_row(keeping.db, ORIGIN)
    assert row.robots == "rules"
    assert row.retry_at
    assert row.retry_at > timestamp(clock.now)


def test_the_rest_is_a_day_at_most() -> None:
    assert rest(50, 1.0) == dt.timedelta(days=1)
    assert rest(1, 0.0) == dt.timedelta(minutes=7.5)


def test_an_answer_that_was_under_way_does_not_end_a_rest(hosts: Hosts, keeping: Keeping, clock: Clock) -> None:
    hosts.back_off(URL, "http-429", 3600.0, grows=False)
    hosts.answered(URL)
    assert hosts.retry_at(URL) == clock.now + dt.timedelta(hours=1)
    assert host_row(keeping.db, ORIGIN).failures == 1
    clock.go(hours=2)
    hosts.answered(URL)
    assert (host_row(keeping.db, ORIGIN).retry_at, host_row(keeping.db, ORIGIN).failures) == (None, 0)
