"""The clock of the parser's stages."""

import pytest

import crawler.parsers
from bench.stages import STAGES, StageClock, stage_function, stage_table
from crawler.parsers import article

PAGE = (
    b"<html><body><main><h1>A bridge is closed</h1><p>"
    + b"The old bridge is closed for repairs. " * 20
    + b"</p></main>"
)
URL = "https://news.example.org/bridge"


@pytest.mark.parametrize(("stage", "name"), STAGES)
def test_every_stage_is_a_function_of_the_parser(stage: str, name: str) -> None:
    assert callable(stage_function(name)), f"the stage {stage} is no longer {name}: bench.stages needs its new name"


def test_every_stage_is_timed_where_the_parser_calls_it_and_let_go_afterwards() -> None:
    before = {module: dict(vars(module)) for module in (article, crawler.parsers)}
    clock = StageClock()
    with clock.running():
        assert crawler.parsers.parse_article is article.parse_article is not before[article]["parse_article"]
        article.parse_article(PAGE, URL)
    assert {stage for stage, _ in STAGES} == set(clock.spent)
    assert all(spent > 0 for spent in clock.spent.values())
    assert {module: dict(vars(module)) for module in before} == before


def test_a_stage_that_raises_is_let_go_too() -> None:
    before = article.parse_article
    with pytest.raises(ZeroDivisionError), StageClock().running():
        raise ZeroDivisionError
    assert article.parse_article is before


def test_a_stage_is_charged_for_its_own_work_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = iter((0, 10, 40, 100))
    monkeypatch.setattr("time.thread_time_ns", lambda: next(ticks))
    clock = StageClock()
    inner = clock.timed("inner", lambda: None)
    clock.timed("outer", inner)()
    assert dict(clock.spent) == {"inner": 30, "outer": 70}


def test_the_table_sums_to_the_whole(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.stages.STAGES", (*STAGES, ("a lost one", "page:no_such_function")))
    table = stage_table([(PAGE, URL)] * 3)
    figures = [float(line.split(" | ")[1]) for line in table.splitlines()[2:] if line.startswith("| ")]
    assert sum(figures[:-1]) == pytest.approx(figures[-1], abs=0.01 * len(figures))
    assert "a lost one" not in table
    assert "no stage a lost one" in capsys.readouterr().err
    assert "3 pages of 1 KB" in table
