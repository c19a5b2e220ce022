import datetime as dt

import pytest

from archive.model import timestamp
from archive.spans import minute, since, span, until

NOW = dt.datetime(2024, 5, 3, 12, 0, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (0, "0 s"), (0.9, "0 s"), (59, "59 s"), (60, "1 min"), (3599, "59 min"), (3600, "1 h"), (86_399, "23 h"),
        (86_400, "1 day"), (2 * 86_400, "2 days"), (700 * 86_400, "700 days"), (730 * 86_400, "2 years"),
    ],
)  # fmt: skip
def test_a_span_in_its_largest_unit(seconds: float, said: str) -> None:
    assert span(seconds) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(90, "in 1 min"), (0, "now"), (-59, "now"), (-60, "now, 1 min overdue"), (-7300, "now, 2 h overdue")],
)
def test_until(seconds: float, said: str) -> None:
    assert until(timestamp(NOW + dt.timedelta(seconds=seconds)), NOW) == said


def test_since_and_minute() -> None:
    assert since(timestamp(NOW - dt.timedelta(hours=5)), NOW) == "5 h ago"
    assert since(timestamp(NOW + dt.timedelta(hours=5)), NOW) == "0 s ago", "a clock that was set back"
    assert minute(timestamp(NOW)) == "2024-05-03 12:00"
    assert minute(None) == ""
