"""The bootstrap: hosts are drawn, the same ones for every extractor."""

from typing import Any

import pytest

from bench.intervals import by_host, difference_table, draws, figures, interval, interval_table, resampled


def page(host: str, value: float, **known: bool) -> dict[str, Any]:
    scores = {"precision": value, "recall": value, "exact": value == 1}
    return {"url": f"https://{host}.example.org/a", **scores, **known}


def test_pages_of_a_host_are_summed_and_absent_fields_are_no_cases() -> None:
    sums = by_host([page("b", 1.0, title=True), page("a", 0.5, title=False, day=True), page("a", 1.0)])
    assert sums == [(2, 1.5, 1.5, 1, 0, 1, 0, 0, 1, 1), (1, 1.0, 1.0, 1, 1, 1, 0, 0, 0, 0)]
    assert figures(sums[0]) == [pytest.approx(0.75), 0.5, 0.0, None, 1.0]
    assert figures((1, 0, 0, 0, 0, 0, 0, 0, 0, 0))[0] == 0


def test_f1_is_that_of_the_two_means() -> None:
    unequal = [
        {"url": "https://a.example.org/", "precision": 1.0, "recall": 0.5, "exact": False},
        {"url": "https://b.example.org/", "precision": 0.5, "recall": 0.5, "exact": False},
    ]
    (left, right) = by_host(unequal)
    assert figures(tuple(map(sum, zip(left, right, strict=True))))[0] == pytest.approx(2 * 0.75 * 0.5 / 1.25)


def test_an_interval_holds_the_middle() -> None:
    assert interval([float(value) for value in range(1000)]) == (25, 975)
    assert interval([None, 3.0]) == (3.0, 3.0)
    assert interval([None, None]) is None


def test_samples_are_of_whole_hosts_and_repeat() -> None:
    assert draws(5) == draws(5)
    assert all(len(sample) == 5 and set(sample) <= set(range(5)) for sample in draws(5))
    big_and_small = by_host([page("big", 0.0)] * 9 + [page("small", 1.0)])
    exact = {sample[1] for sample in resampled(big_and_small, draws(2))}
    assert exact == {0.0, 0.1, 1.0}, "a sample has one host, the other, or both; never a part of one"


def test_an_interval_narrows_with_more_hosts() -> None:
    def width(hosts: int) -> float:
        sums = by_host([page(f"h{number:03}", float(number % 2)) for number in range(hosts)])
        bounds = interval([sample[1] for sample in resampled(sums, draws(hosts, rounds=400))])
        assert bounds is not None
        assert bounds[0] < 0.5 < bounds[1]
        return bounds[1] - bounds[0]

    assert width(200) < width(20) / 2


def test_the_tables_show_value_and_interval() -> None:
    ours = [page(f"h{number}", 1.0, title=True) for number in range(8)]
    theirs = [page(f"h{number}", 0.5, title=number % 2 == 0) for number in range(8)]
    table = interval_table({"ours": ours, "theirs": theirs}).splitlines()
    assert table[0] == "| extractor | F1 | exact | title | authors | day |"
    assert table[2] == "| ours | 1.000 (1.000 … 1.000) | 1.000 (1.000 … 1.000) | 1.000 (1.000 … 1.000) | – | – |"
    less = difference_table("ours", {"ours": ours, "theirs": theirs}).splitlines()
    assert len(less) == 3
    assert less[2].startswith("| theirs | +0.500 (+0.500 … +0.500) | +1.000 (+1.000 … +1.000) | +0.500 (+0.")
