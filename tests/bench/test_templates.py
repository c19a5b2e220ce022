"""The bench of learned templates."""

import json
from pathlib import Path

from bench.templates import articles_of, compared
from tests.crawler.learn.papers import NAMES, new_page
from tests.e2e.fault_site import paragraphs, title


def make_site(folder: Path) -> Path:
    """Write a site of ten articles as the corpus has them."""
    rows = []
    for number, name in enumerate(NAMES):
        path = folder / "www" / "a" / f"{name} ä"
        path.mkdir(parents=True)
        (path / "index.html").write_text(new_page(name, number), encoding="utf-8")
        rows.append(
            {
                "path": f"/a/{name}%20%C3%A4/", "title": title(name), "date": f"2021-03-{number + 4:02d}",
                "body_chars": len("\n\n".join(paragraphs(name))), "n_images": 0,
            }
        )  # fmt: skip
    (folder / "truth.jsonl").write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    return folder


def test_both_ways_are_scored_on_articles_that_were_not_learned_from(tmp_path: Path) -> None:
    site = make_site(tmp_path / "paper")
    general, template = (row.strip("| ").split(" | ") for row in compared(site, 4, 6))
    assert (general[:2], template[:2]) == (["paper", "general"], ["paper", "template"])
    assert general[3:] == template[3:] == ["1.000", "1.000", "1.000", "1.000", "0.000"]


def test_the_same_articles_are_drawn_every_time(tmp_path: Path) -> None:
    site = make_site(tmp_path / "paper")
    assert [item.page.url for item in articles_of(site, 5)] == [item.page.url for item in articles_of(site, 5)]
