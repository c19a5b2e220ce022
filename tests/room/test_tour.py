"""The tour of the docs is done as it stands there, and its pictures are those that `make screenshots` makes."""

import pytest

from tests.room.conftest import Visiting
from tests.room.pages import PAGES
from tests.room.serving import Server
from tests.room.tour import DOCS, Task, do, tasks


@pytest.mark.parametrize("task", tasks(), ids=str)
def test_a_task_is_done_from_the_overview_as_the_docs_say(visit: Visiting, server: Server, task: Task) -> None:
    pictures: list[str] = []
    with visit() as tab:
        do(task, tab, server.room, pictures.append)
    assert pictures
    assert [name for name in pictures if not (DOCS / name).is_file()] == [], "make screenshots takes them"


def test_the_docs_have_the_pictures_of_every_page_and_no_others() -> None:
    pages = {f"{name}-{width}-{colours}" for name in PAGES for width in (1280, 360) for colours in ("light", "dark")}
    found = {path.stem for path in (DOCS / "room").iterdir() if not path.stem.startswith("tour-")}
    assert found == pages, "make screenshots takes them"
    assert sum(path.stat().st_size for path in DOCS.rglob("*") if path.is_file()) < 6_000_000


@pytest.mark.parametrize("wrong", ["You see *what is not there*.", "Wave your hands."])
def test_a_step_that_is_not_so_fails(visit: Visiting, server: Server, wrong: str) -> None:
    with visit() as tab:
        tab.page.set_default_timeout(200)
        with pytest.raises(AssertionError):
            do(Task("wrong", (f"1. {wrong}",)), tab, server.room, lambda _: None)
