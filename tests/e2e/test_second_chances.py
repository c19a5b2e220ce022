"""What fails once and is there the next time: it is had then, and the archive says of it what is so."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from crawler.demo.pictures import draw
from tests.e2e import fault_site as fs
from tests.e2e.fault_site import Answer, FaultSite
from tests.e2e.faults.processes import Commands
from tests.e2e.harness import Outcome, Workspace, check_archive

BAD, SECOND = fs.article_path("bad"), "/a/bad_2.html"
PICTURE, SMALL = "/img/large.jpg", "/img/small.jpg"
PAGER = '<div class="pager"><span>1</span> <a href="/a/bad_2.html">2</a> <a href="/a/bad_2.html">Next</a></div>'
TAKEN_AWAY = Answer(b"<html><body><h1>Not found</h1></body></html>", 404)


@dataclass(frozen=True)
class Scene:
    """A small site, and an archive of it."""

    site: FaultSite
    commands: Commands
    workspace: Workspace

    def crawl(self, day: float) -> Outcome:
        """Crawl on a day, counted from the first."""
        self.commands.move_clock(days=day)
        outcome = self.commands.run(self.workspace, "crawl", "fault")
        check_archive(self.workspace.root)
        return outcome

    def article(self, name: str = "bad") -> tuple[int, str] | None:
        """Return the article's current version and its text, None where it is not stored."""
        url = self.site.article_url(name)
        rows = self.workspace.rows("SELECT version, body FROM articles WHERE url = ?", url)
        return rows[0] if rows else None

    def images(self, name: str = "bad") -> list[tuple[int, bool, str | None]]:
        """Return of each image of an article its version, whether it is kept, and why not."""
        return self.workspace.rows(
            "SELECT number, image_id IS NOT NULL, error FROM article_images "
            "JOIN versions ON versions.id = version_id JOIN articles ON articles.id = versions.article_id "
            "WHERE articles.url = ? ORDER BY number, position",
            self.site.article_url(name),
        )

    def fail(self, *paths: str, answer: Answer = TAKEN_AWAY) -> None:
        self.site.answers |= dict.fromkeys(paths, answer)

    def heal(self, *paths: str) -> None:
        for path in paths:
            self.site.answers[path] = _GOOD[path]


_GOOD = {
    PICTURE: Answer(draw(PICTURE), content_type="image/jpeg"),
    SMALL: Answer(draw(SMALL), content_type="image/jpeg"),
    BAD: Answer(fs.article_html("bad", extra=PAGER).encode()),
    SECOND: Answer(fs.article_html("bad_2").encode()),
}


@pytest.fixture
def scene(commands: Commands, tmp_path: Path) -> Iterator[Scene]:
    site = FaultSite({"news": [["good", "bad"]]})
    with site.serve():
        workspace = Workspace.make(tmp_path / "w")
        workspace.define("fault", site.definition)
        yield Scene(site, commands, workspace)


def test_a_further_page_that_is_missing_once(scene: Scene) -> None:
    scene.heal(BAD)
    scene.fail(SECOND)
    outcome = scene.crawl(0)
    assert scene.article() is None
    assert "a further page of it is missing (incomplete)" in outcome.err
    scene.heal(SECOND)
    assert scene.crawl(0.1).code == 0
    found = scene.article()
    assert found is not None
    assert found[0] == 1
    assert fs.paragraphs("bad_2")[0] in found[1]


def test_a_further_page_that_never_was_there(scene: Scene) -> None:
    """A pager that leads nowhere does not cost the article."""
    scene.heal(BAD)
    scene.fail(SECOND)
    assert [scene.crawl(day).code for day in (0, 0.1, 0.3)] == [0, 0, 0]
    found = scene.article()
    assert found is not None
    assert found[1] == "\n\n".join(fs.paragraphs("bad"))
    assert scene.workspace.rows("SELECT state, cause FROM urls WHERE kind = 'page'") == [("failed", "http-404")]


@pytest.mark.parametrize("answer", [TAKEN_AWAY, Answer(b"<h1>Busy</h1>"), Answer(status=503)])
def test_an_image_that_is_missing_once(scene: Scene, answer: Answer) -> None:
    """It stands in two articles, and makes a version of neither."""
    shown = f'<p><img src="{PICTURE}" width="480" height="320"></p>'
    for name in ("good", "bad"):
        scene.site.answers[fs.article_path(name)] = Answer(fs.article_html(name, extra=shown).encode())
    scene.fail(PICTURE, answer=answer)
    scene.crawl(0)
    assert [(kept, error is None) for _, kept, error in scene.images()] == [(0, False)]
    assert scene.workspace.value("SELECT failures FROM urls WHERE kind = 'image'") == 1
    scene.heal(PICTURE)
    scene.crawl(7.5)
    assert (scene.images("good"), scene.images("bad")) == ([(1, 1, None)], [(1, 1, None)])


def test_an_image_that_never_was_there_is_given_up(scene: Scene) -> None:
    shown = f'<p><img src="{PICTURE}" width="480" height="320"></p>'
    scene.site.answers[BAD] = Answer(fs.article_html("bad", extra=shown).encode())
    scene.fail(PICTURE)
    for day in (0, 0.5, 7.1, 20, 35.2, 70, 120):
        scene.crawl(day)
    assert scene.site.requests[PICTURE] == 3
    assert scene.images() == [(1, 0, "http-404")]


def test_a_passing_failure_makes_no_picture_worse(scene: Scene) -> None:
    """The small form does not stand in for the large one that will be there in an hour, nor look like a change."""
    shown = f'<p><img src="{SMALL}" srcset="{SMALL} 240w, {PICTURE} 480w" width="480" height="320"></p>'
    scene.site.answers[BAD] = Answer(fs.article_html("bad", extra=shown).encode())
    scene.heal(SMALL)
    scene.fail(PICTURE, answer=Answer(status=503))
    scene.crawl(0)
    assert scene.images() == [(1, 0, "http-503")]
    scene.heal(PICTURE)
    scene.crawl(0.5)
    assert scene.images() == [(1, 1, None)]
    (kept,) = scene.workspace.rows("SELECT captures.url FROM images JOIN captures ON captures.id = capture_id "
                                   "JOIN article_images ON image_id = images.id")  # fmt: skip
    assert kept == (scene.site.url + PICTURE.lstrip("/"),)


def test_what_a_rule_turned_away_is_looked_at_again(scene: Scene) -> None:
    scene.fail(BAD, answer=fs.redirect("http://127.0.0.9/"))
    scene.crawl(0)
    assert scene.article() is None
    scene.crawl(0.5)
    assert scene.site.requests[BAD] == 1
    del scene.site.answers[BAD]
    scene.crawl(1.1)
    assert scene.article() == (1, "\n\n".join(fs.paragraphs("bad")))


def test_a_picture_that_was_given_up_is_had_by_retry(scene: Scene) -> None:
    shown = f'<p><img src="{PICTURE}" width="480" height="320"></p>'
    scene.site.answers[BAD] = Answer(fs.article_html("bad", extra=shown).encode())
    scene.fail(PICTURE)
    for day in (0, 8, 40, 160):
        scene.crawl(day)
    assert [kept for _, kept, _ in scene.images()] == [0]
    before = scene.site.requests[PICTURE]
    scene.heal(PICTURE)
    assert scene.commands.run(scene.workspace, "retry", "fault").code == 0
    scene.crawl(160.1)
    assert [kept for _, kept, _ in scene.images()] == [1]
    assert scene.site.requests[PICTURE] == before + 1


def test_pictures_that_are_not_wanted_have_not_failed(scene: Scene) -> None:
    shown = f'<p><img src="{PICTURE}" width="480" height="320"></p>'
    scene.site.answers[BAD] = Answer(fs.article_html("bad", extra=shown).encode())
    config = scene.workspace.root / "newsarchive.toml"
    config.write_text(config.read_text().replace("images = true", "images = false", 1))
    scene.crawl(0)
    assert [error for _, _, error in scene.images()] == ["not-wanted"]
    assert scene.workspace.rows("SELECT url, cause FROM urls WHERE failures > 0") == []
