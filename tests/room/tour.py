"""docs/tour.md, done: every numbered line of it is a step that is taken in a browser, word for word."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import expect

from archive.datasette_plugin.addresses import Room
from tests.room.browsing import Visit

DOCS = Path(__file__).parents[2] / "docs"


@dataclass(frozen=True, slots=True)
class Task:
    """One task of the tour: its numbered lines, and the pictures that stand between them, in their order."""

    title: str
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return self.title


def tasks() -> list[Task]:
    """Return the tasks as the page has them."""
    text = (DOCS / "tour.md").read_text(encoding="utf-8")
    found = []
    for part in re.split(r"(?m)^## ", text)[1:]:
        title, _, rest = part.partition("\n")
        # A numbered line goes on where the next ones are indented.
        joined = re.sub(r"\n {3}(?=\S)", " ", rest)
        lines = re.findall(r"(?m)^(?:\d+\. .*|!\[.*)$", joined)
        found.append(Task(title, tuple(lines)))
    return found


def do(task: Task, tab: Visit, room: Room, take: Callable[[str], None]) -> None:
    """Do a task; `take` is told where a picture belongs."""
    for line in task.lines:
        picture = re.fullmatch(r"!\[[^\]]+\]\((room/tour-[\w-]+\.png)\)", line)
        if picture:
            take(picture[1])
            continue
        for sentence in _sentences(line.partition(" ")[2]):
            _act(sentence, tab, room)
        tab.look()


def _sentences(text: str) -> Iterator[str]:
    # A full stop inside quotes, bold or italics is no end.
    yield from re.findall(r"(?:`[^`]*`|\*\*.+?\*\*|\*[^*]+\*|[^.`*])+\.", text)


def _act(sentence: str, tab: Visit, room: Room) -> None:
    said = sentence.strip()
    for pattern, action in _ACTIONS.items():
        found = re.fullmatch(pattern, said)
        if found:
            action(tab, room, *found.groups())
            return
    raise AssertionError(f"docs/tour.md says what no test can do: {said!r}")


def _open(tab: Visit, room: Room) -> None:
    tab.open(room.front())


def _ask(tab: Visit, room: Room, text: str, label: str) -> None:
    _fill(tab, room, text, label)
    tab.page.keyboard.press("Enter")


def _fill(tab: Visit, _room: Room, text: str, label: str) -> None:
    tab.page.get_by_label(label, exact=True).fill(text)


def _follow(tab: Visit, _room: Room, name: str) -> None:
    # What is read aloud after it tells links of one name apart.
    tab.page.get_by_role("link", name=re.compile(rf"^\s*{re.escape(name)}")).first.click()


def _press(tab: Visit, _room: Room, name: str) -> None:
    tab.page.get_by_role("main").get_by_role("button", name=re.compile(rf"^{re.escape(name)}")).first.click()


def _tick(tab: Visit, _room: Room, name: str) -> None:
    tab.page.get_by_role("checkbox", name=name, exact=True).check()


def _choose(tab: Visit, _room: Room, option: str, label: str) -> None:
    tab.page.get_by_label(label, exact=True).select_option(option)


def _take(tab: Visit, _room: Room, name: str, ending: str) -> None:
    with tab.page.expect_download() as download:
        tab.page.get_by_role("link", name=re.compile(rf"^{re.escape(name)}")).first.click()
    assert download.value.suggested_filename.endswith(ending)


def _see(tab: Visit, _room: Room, text: str) -> None:
    expect(tab.page.get_by_role("main")).to_contain_text(text)


_ACTIONS: dict[str, Callable[..., None]] = {
    r"Open the overview\.": _open,
    r"Type `(.+)` into \*\*(.+)\*\* and press Enter\.": _ask,
    r"Type `(.+)` into \*\*(.+)\*\*\.": _fill,
    r"Follow \*\*(.+)\*\*\.": _follow,
    r"Press \*\*(.+)\*\*\.": _press,
    r"Tick \*\*(.+)\*\*\.": _tick,
    r"Choose \*\*(.+)\*\* in \*\*(.+)\*\*\.": _choose,
    r"Follow \*\*(.+)\*\* and keep the file, whose name ends in `(.+)`\.": _take,
    r"You see \*(.+)\*\.": _see,
}
