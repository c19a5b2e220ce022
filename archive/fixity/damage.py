"""What is wrong with an archive, as values that say where and what to do."""

from dataclasses import asdict, dataclass
from typing import Any

_RESTORE = "put the file of the last backup in its place (docs/operations.md, A damaged archive)"
_ADVICE = {
    "image": _RESTORE + "; without one, delete the file and `newsarchive crawl SITE --full`",
    "capture": _RESTORE + "; what the site still shows, `newsarchive crawl SITE --full` fetches again",
    "version": "restore archive.db from the last backup; without one, `newsarchive reextract SITE --write` reads it "
    "again from its captures",
    "article": "`newsarchive reextract SITE --write` writes the row again from its version; else restore archive.db",
    "database": "stop what runs, copy the workspace away, then see docs/operations.md, A damaged archive",
    "chain": "the past was changed: compare with the last backup, and restore archive.db from it",
    "takedown": "`newsarchive takedown --finish` ends it",
}


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that is not as it was: its kind, what is wrong, and where."""

    kind: str
    said: str
    file: str = "archive.db"
    offset: int | None = None
    article: str | None = None
    url: str | None = None

    @property
    def advice(self) -> str:
        """What to do about it."""
        return _ADVICE[self.kind]

    def as_dict(self) -> dict[str, Any]:
        """Return it for JSON."""
        return asdict(self) | {"advice": self.advice}

    @property
    def line(self) -> str:
        """Where and what, in one line."""
        where = self.file if self.offset is None else f"{self.file}, offset {self.offset}"
        of = ", ".join(part for part in (self.article and f"article {self.article}", self.url) if part)
        return f"{self.kind}: {where}: {self.said}{f' ({of})' if of else ''}"
