"""How each site stands: its last runs, what is due, what fails, its open problems, and how its fields were read."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sqlite_utils import Database

from archive.errors import NotFoundError
from archive.failures import count_failures
from archive.health import Problem, latest_blocks, open_problems
from archive.history import RunRow, last_run
from archive.ledger import first_due
from archive.model import timestamp
from archive.shifts import FIELDS, Block


@dataclass(frozen=True, slots=True)
class FieldShares:
    """One field in the last run that read articles: how many were empty, and which rules gave the others."""

    field: str
    articles: int
    empty: int
    rules: dict[str, int]


@dataclass(frozen=True, slots=True)
class SiteStatus:
    """One site: its last run and the last one that finished (None before the first), what is due, and what is wrong.

    `failures` are the URLs that fail, by cause; `pending` the articles that have never been fetched.
    """

    site: str
    articles: int = 0
    gone: int = 0
    pending: int = 0
    last_run: RunRow | None = None
    last_good: RunRow | None = None
    next_due: str | None = None
    failures: dict[str, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    fields: tuple[FieldShares, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the status for JSON."""
        return {
            "site": self.site,
            "articles": self.articles,
            "gone": self.gone,
            "pending": self.pending,
            "run": self.last_run.as_dict() if self.last_run else None,
            "last_good": self.last_good.finished if self.last_good else None,
            "next_due": self.next_due,
            "failures": self.failures,
            "problems": [problem.as_dict() | {"next": next_command(problem)} for problem in self.problems],
            "fields": [asdict(shares) for shares in self.fields],
        }


def next_command(problem: Problem) -> str:
    """Return the command that proposes a repair."""
    return f"newsarchive learn {problem.site}"


def read_status(db: Database, site_id: str | None = None, defined: Sequence[str] = ()) -> list[SiteStatus]:
    """Return how the sites stand that the archive knows or that are defined, or the one named; raises NotFoundError."""
    known = {row[0] for row in db.conn.execute("SELECT id FROM sites")}
    every = sorted(known.union(defined))
    if site_id is not None and site_id not in every:
        raise NotFoundError(f"no site {site_id!r} in the archive; it holds {', '.join(every) or 'none yet'}")
    chosen = [each for each in every if site_id in (None, each)]
    return [_status(db, each) if each in known else SiteStatus(each) for each in chosen]


def _status(db: Database, site_id: str) -> SiteStatus:
    # Three indexes answer; a look at the state of every article would read all of their texts.
    articles, gone, pending = db.conn.execute(
        "SELECT (SELECT count(*) FROM articles WHERE site_id = ?1), "
        "(SELECT count(*) FROM articles WHERE site_id = ?1 AND state = 'gone'), "
        "(SELECT count(*) FROM urls WHERE site_id = ?1 AND kind = 'article' AND state = 'pending')",
        (site_id,),
    ).fetchone()
    return SiteStatus(
        site_id,
        articles,
        gone,
        pending,
        last_run(db, site_id),
        last_run(db, site_id, state="finished"),
        next_due(db, site_id),
        count_failures(db, site_id),
        tuple(open_problems(db, site_id)),
        _shares(latest_blocks(db, site_id)),
    )


def next_due(db: Database, site_id: str) -> str | None:
    """Return when the site's first section or article is due; images and further pages go with their articles."""
    (section,) = db.conn.execute("SELECT min(due_at) FROM sections WHERE site_id = ?", (site_id,)).fetchone()
    article = first_due(db, site_id)
    return min((at for at in (section, timestamp(article) if article else None) if at), default=None)


def _shares(blocks: list[Block]) -> tuple[FieldShares, ...]:
    articles = sum(block.articles for block in blocks)
    if not articles:
        return ()
    return tuple(
        FieldShares(
            name,
            articles,
            sum(block.fields[name].empty for block in blocks),
            dict(sum((block.fields[name].rules for block in blocks), Counter[str]()).most_common()),
        )
        for name in FIELDS
    )
