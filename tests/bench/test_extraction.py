"""The benchmark of the article parser: its run, its tables, and where its result goes."""

import gzip
import json
import sys
from pathlib import Path

import pytest

from bench import extraction
from bench.corpus import articles
from bench.extraction import BEGIN, END, OURS, Result, ScoringError, read_scores, replaced, side_by_side
from bench.peers import InstallError

SCORER = Path(__file__).parents[3] / "shared" / "tools" / "score_pages.py"

PAGE = """<!doctype html><html lang="en"><head><title>{title} | Harbour Post</title>
<meta property="article:published_time" content="2024-03-0{n}T08:00:00+00:00"></head><body>
<nav><a href="/">Home</a> <a href="/news">News</a></nav>
<main><article><h1>{title}</h1><p class="byline">By Ada Quill</p>
<p>{first}</p><p>{second}</p><p>{third}</p></article></main><footer>All rights reserved</footer></body></html>"""

PARAGRAPHS = (
    "The harbour board agreed on Tuesday to rebuild the northern quay after the winter storms had broken its wall.",
    "Work is to start in May and to last for two summers, said the engineer who drew the plans for the new wall.",
    "Boats will be moored at the old fish market until the crane has been moved to the other side of the basin.",
)

# Answers as score_pages.py does, of an extractor that it does not ask.
FAKE_SCORER = """
import json, sys
from pathlib import Path
folder, out = Path(sys.argv[2]), Path(sys.argv[4])
rows = [json.loads(line) for line in open(folder / "truth.jsonl")]
rows = [row for row in rows if row["kind"] == "article"]
print("| set | pages | F1 | ms |")
print("|---|---|---|---|")
print(f"| coast | {len(rows)} | 0.500 | 1.0 |")
print("\\n1 pages raised:\\n  one error")
page = {"precision": 0.5, "recall": 0.5, "exact": False, "title": True, "set": "coast"}
out.write_text("\\n".join(json.dumps(page | {"url": row["url"]}) for row in rows))
"""


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    (folder / "html").mkdir(parents=True)
    rows = []
    for number in (1, 2, 3):
        title = f"Quay number {number} is to be rebuilt"
        first, second, third = PARAGRAPHS
        page = PAGE.format(title=title, n=number, first=first, second=second, third=third)
        (folder / "html" / f"{number}.html.gz").write_bytes(gzip.compress(page.encode()))
        rows.append({
            "id": str(number),
            "set": "coast",
            "kind": "article",
            "url": f"https://{'a' if number < 3 else 'b'}.example.org/quay-{number}",
            "file": f"html/{number}.html.gz",
            "title": title,
            "published": f"2024-03-0{number}T08:00:00+00:00",
            "authors": ["Ada Quill"],
            "body": "\n\n".join(PARAGRAPHS),
            "images": None,
        })  # fmt: skip
    rows.append(
        {"id": "4", "set": "coast", "kind": "listing", "url": "https://a.example.org/", "file": "html/1.html.gz"}
    )
    (folder / "truth.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return folder


@pytest.fixture
def fake_scorer(tmp_path: Path) -> Path:
    path = tmp_path / "fake_scorer.py"
    path.write_text(FAKE_SCORER, encoding="utf-8")
    return path


def call(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> None:
    monkeypatch.setattr(sys, "argv", ["bench.extraction", *map(str, arguments)])
    monkeypatch.setattr(extraction, "TABLES", ())
    extraction.main()


def test_only_the_part_between_the_markers_is_replaced() -> None:
    text = f"# Figures\n\nbefore\n\n{BEGIN}\n\nold\n\n{END}\n\nafter\n"
    once = replaced(text, "| new |")
    assert once == f"# Figures\n\nbefore\n\n{BEGIN}\n\n| new |\n\n{END}\n\nafter\n"
    assert replaced(once, "| new |") == once


def test_a_file_without_markers_is_left_alone(
    corpus: Path, fake_scorer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "figures.md"
    for text in ("nothing here", f"{END}\n{BEGIN}"):
        target.write_text(text, encoding="utf-8")
        with pytest.raises(SystemExit, match="nothing to replace"):
            call(monkeypatch, corpus, "--scorer", fake_scorer, "--peers", "", "--write", target)
        assert target.read_text(encoding="utf-8") == text


def test_the_docs_have_the_markers() -> None:
    text = (Path(__file__).parents[2] / "docs" / "benchmarks.md").read_text(encoding="utf-8")
    assert 0 < text.find(BEGIN) < text.find(END)


def test_ours_alone_is_scored_and_written(
    corpus: Path, fake_scorer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "figures.md"
    target.write_text(f"kept\n{BEGIN}\nold\n{END}\nkept too\n", encoding="utf-8")
    call(monkeypatch, corpus, "--scorer", fake_scorer, "--peers", "", "--sets", "--write", target)
    text = target.read_text(encoding="utf-8")
    assert text.startswith("kept\n")
    assert text.endswith("kept too\n")
    assert "old" not in text
    assert "3 real pages of 2 hosts" in text
    assert f"| {OURS} | 3 | 0.500 | 1.0 |" in text
    assert "### Set coast" in text
    assert "What ours has more" not in text


def test_a_peer_that_does_not_install_is_noted_and_the_rest_goes_on(
    corpus: Path, fake_scorer: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def environment(distribution: str) -> Path:
        if distribution == "resiliparse":
            raise InstallError("resiliparse does not install here: no such wheel")
        return Path(sys.executable)

    monkeypatch.setattr(extraction, "environment", environment)
    call(monkeypatch, corpus, "--scorer", fake_scorer, "--peers", "resiliparse,newspaper4k")
    printed = capsys.readouterr()
    assert "- resiliparse: left out, it does not install here" in printed.out
    assert "no such wheel" in printed.err
    assert "no such wheel" not in printed.out, "what an installer says names places that do not belong in the docs"
    assert "| newspaper4k | 3 | 0.500 | 1.0 |" in printed.out
    assert "| newspaper4k | +0.000 (+0.000 … +0.000) |" in printed.out
    assert "it raised on 1 of the pages" in printed.out


def test_what_is_missing_or_unknown_is_one_line(
    corpus: Path, fake_scorer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match=r"no corpus here: .*truth\.jsonl is missing"):
        call(monkeypatch, tmp_path / "nowhere" / "pages")
    with pytest.raises(SystemExit, match="no scorer here"):
        call(monkeypatch, corpus, "--scorer", tmp_path / "none.py")
    with pytest.raises(SystemExit):
        call(monkeypatch, corpus, "--scorer", fake_scorer, "--peers", "gazette9")
    assert "no peer is called gazette9" in capsys.readouterr().err
    (corpus / "truth.jsonl").write_text("", encoding="utf-8")
    with pytest.raises(SystemExit, match="names no article"):
        articles(corpus)


def test_a_run_that_breaks_off_says_its_last_line(corpus: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.py"
    broken.write_text("raise ValueError('the scorer is broken')", encoding="utf-8")
    with pytest.raises(ScoringError, match=r"^ValueError: the scorer is broken$"):
        extraction.score(Path(sys.executable), "bench.scoring:extract", (corpus, broken), extraction.ROOT)


def test_the_scorers_table_is_read_by_set() -> None:
    printed = (
        "noise of a peer\n| set | pages | F1 |\n|---|---|---|\n| a | 1 | 0.1 |\n| b | 2 | 0.2 |\n| all | 3 | 0.3 |\n"
    )
    result = read_scores(printed, [])
    assert result == Result("pages | F1 |", {"a": "1 | 0.1 |", "b": "2 | 0.2 |", "all": "3 | 0.3 |"}, [], 0)
    assert side_by_side({OURS: result, "other": result}, "b").splitlines() == [
        "| extractor | pages | F1 |",
        "|---|---|---|",
        f"| {OURS} | 2 | 0.2 |",
        "| other | 2 | 0.2 |",
    ]
    with pytest.raises(ScoringError, match="no table"):
        read_scores("nothing", [])


@pytest.mark.skipif(not SCORER.is_file(), reason="the scorer stands in ../shared, which is not here")
def test_the_real_scorer_scores_our_parser(
    corpus: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    call(monkeypatch, corpus, "--scorer", SCORER, "--peers", "")
    row = next(line for line in capsys.readouterr().out.splitlines() if line.startswith(f"| {OURS} | 3 |"))
    f1, day = row.split(" | ")[2], row.split(" | ")[8]
    assert float(f1) > 0.9
    assert float(day) == 1


def test_another_table_is_printed_by_a_process_of_its_own(
    corpus: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    (corpus / "truth.json").write_text('{"a": 1}', encoding="utf-8")
    assert "| the whole article |" in extraction.printed("bench.stages", corpus)
    assert extraction.printed("json.tool", corpus / "truth.json") == '```text\n{\n    "a": 1\n}\n```'
    with pytest.raises(SystemExit, match=r"bench\.stages broke off"):
        extraction.printed("bench.stages", corpus / "nowhere")
    assert "no corpus here" in capfd.readouterr().err
