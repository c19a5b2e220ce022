"""Telling what is new of saved searches: through Apprise where `[notify]` names services, each thing once a search."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from socket import gethostname

from filelock import FileLock
from sqlite_utils import Database

from archive.db import open_archive
from archive.errors import NewsarchiveError
from archive.terminal import printable
from archive.watching.finding import Find, news_of
from archive.watching.saved import Watch, last_event, mark_told, read_watches
from crawler.reporting.sending import send
from crawler.workspace import Workspace

logger = logging.getLogger(__name__)
_PATIENCE = 30
# So many of a search are named in a message; services cut what is long.
_NAMED, _TITLE = 20, 160


@dataclass(frozen=True, slots=True)
class Told:
    """What is new of one search: the first of it, and how much it is."""

    watch: Watch
    finds: tuple[Find, ...]
    number: int


def tell_news(workspace: Workspace, *, without_services: bool = False) -> tuple[Told, ...] | None:
    """Tell what is new of all searches that are to be told, and write down that it was; None where no service took it.

    `without_services` is for a caller who tells it by itself. Killed between sending and writing down, it is told once
    more; what was not taken is told the next time.
    """
    lock = FileLock(workspace.holdings.locks / "notify.lock", timeout=_PATIENCE)
    # Two runs that end at once must not tell the same thing twice.
    with lock, closing(open_archive(workspace.holdings.database)) as db:
        through = last_event(db)
        watches = [watch for watch in read_watches(db) if watch.notify and watch.told_through < through]
        looked = [news for watch in watches if (news := _look(db, watch, through))]
        told = tuple(each for each in looked if each.number)
        if told and not without_services and not _send(workspace, told):
            return None
        mark_told(db, {each.watch.id: through for each in looked})
    return told


def _look(db: Database, watch: Watch, through: int) -> Told | None:
    """Return what is new of a search, None where it cannot be searched: the others are told all the same."""
    finds: list[Find] = []
    number = 0
    try:
        for find in news_of(db, watch.query, watch.filters, watch.told_through, through):
            number += 1
            if number <= _NAMED:
                finds.append(find)
    except NewsarchiveError as error:
        logger.warning("the saved search %s cannot be searched: %s", watch.name, error)
        return None
    return Told(watch, tuple(finds), number)


def _send(workspace: Workspace, told: Sequence[Told]) -> bool:
    """Send what is new in one message; return whether anyone took it."""
    urls = workspace.config.notify.urls
    failed = send(urls, title_of(told), "\n".join(lines_of(told)))
    for line in failed:
        logger.warning("%s", line)
    return len(failed) < len(urls)


def title_of(told: Sequence[Told]) -> str:
    """Return the title of a message about what is new."""
    number = sum(each.number for each in told)
    names = ", ".join(each.watch.name for each in told)
    return f"newsarchive on {gethostname()}: {number} article{'' if number == 1 else 's'} ({names})"


def lines_of(told: Sequence[Told]) -> Iterator[str]:
    """Yield the lines that tell what is new."""
    for each in told:
        yield f"{each.watch.name}: {each.number} article{'' if each.number == 1 else 's'}"
        for find in each.finds:
            yield from find_lines(find)
        if each.number > len(each.finds):
            yield f"  and {each.number - len(each.finds)} more: newsarchive watch {each.watch.name}"


def find_lines(find: Find) -> Iterator[str]:
    """Yield the two lines about an article."""
    title = " ".join(printable(find.title or "(untitled)").split())[:_TITLE]
    yield f"  {find.news}: {title} ({find.site}, {find.day or 'no date'})"
    yield f"    {printable(find.url)}"
