"""How each site stands: its last run, its open problems, and by which rules its fields were read."""

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any

from sqlite_utils import Database

from archive.errors import NotFoundError
from archive.health import Problem, latest_blocks, open_problems
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
    """One site: the row of its last run (None before the first), its problems, and its fields."""

    site: str
    articles: int
    run: dict[str, Any] | None
    problems: tuple[Problem, ...]
    fields: tuple[FieldShares, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the status for JSON."""
        return {
            "site": self.site,
            "articles": self.articles,
            "run": self.run,
            "problems": [problem.as_dict() | {"next": next_command(problem)} for problem in self.problems],
            "fields": [asdict(shares) for shares in self.fields],
        }


def next_command(problem: Problem) -> str:
    """Return the command that proposes a repair."""
    return f"newsarchive learn {problem.site}"


def read_status(db: Database, site_id: str | None = None) -> list[SiteStatus]:
    """Return how the sites stand that the archive knows, or the one named; raises NotFoundError."""
    known = [row[0] for row in db.conn.execute("SELECT id FROM sites ORDER BY id")]
    if site_id is not None and site_id not in known:
        raise NotFoundError(f"no site {site_id!r} in the archive; it holds {', '.join(known) or 'none yet'}")
    has_health = "problems" in db.table_names()
    return [_status(db, each, has_health) for each in known if site_id in (None, each)]


def _status(db: Database, site_id: str, has_health: bool) -> SiteStatus:
    (articles,) = db.conn.execute("SELECT count(*) FROM articles WHERE site_id = ?", (site_id,)).fetchone()
    runs = db.query("SELECT * FROM runs WHERE site_id = ? ORDER BY id DESC LIMIT 1", (site_id,))
    # An archive that only an earlier release has written knows nothing of health yet.
    problems = open_problems(db, site_id) if has_health else []
    blocks = latest_blocks(db, site_id) if has_health else []
    return SiteStatus(site_id, articles, next(iter(runs), None), tuple(problems), _shares(blocks))


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
