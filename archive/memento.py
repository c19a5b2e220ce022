"""An article over time, as Memento tells it (RFC 7089): mementos, TimeMaps, and which memento was in force."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import quote

from sqlite_utils import Database

_SHOWN = (
    "SELECT fetched_at, ifnull(first.number, own.number) FROM version_captures "
    "JOIN versions own ON own.id = version_id LEFT JOIN versions first ON first.id = own.same_as "
    "JOIN captures ON captures.id = capture_id "
    "WHERE own.article_id = ? AND position = 1 AND captures.withdrawn IS NULL ORDER BY fetched_at, captures.id"
)


@dataclass(frozen=True, slots=True)
class Memento:
    """A version as it began to be shown; it is in force until the next one."""

    at: dt.datetime
    version: int

    @property
    def digits(self) -> str:
        """The instant as fourteen digits."""
        return f"{self.at:%Y%m%d%H%M%S}"

    @property
    def date(self) -> str:
        """The instant as HTTP writes it."""
        return format_datetime(self.at.replace(microsecond=0), usegmt=True)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where things stand: the page itself, its TimeGate, its TimeMaps, and its mementos by their digits."""

    original: str
    timegate: str
    timemap: str
    timemap_json: str
    memento: str

    def of(self, memento: Memento) -> str:
        """Return a memento's address."""
        return f"{self.memento}/{memento.digits}"


def mementos_of(db: Database, article_id: int) -> list[Memento]:
    """Return each change of what the captures showed, by time of capture: a return to an earlier version is one too."""
    found: list[Memento] = []
    for at, number in db.conn.execute(_SHOWN, (article_id,)):
        if not found or found[-1].version != number:
            found.append(Memento(dt.datetime.fromisoformat(at), number))
    return found


def in_force(mementos: Sequence[Memento], wanted: dt.datetime | None) -> Memento:
    """Return the memento that was in force at an instant: the first before all of them, the last if none is wanted."""
    if wanted is None:
        return mementos[-1]
    # A request names whole seconds, and so does the address of what began within one.
    return next((each for each in reversed(mementos) if each.at.replace(microsecond=0) <= wanted), mementos[0])


def wanted_instant(header: str | None) -> dt.datetime | None:
    """Return what `Accept-Datetime` asks for, None without one; raises ValueError where it is no date."""
    if not header:
        return None
    instant = parsedate_to_datetime(header)
    return instant if instant.tzinfo else instant.replace(tzinfo=dt.UTC)


def link_format(mementos: Sequence[Memento], where: Addresses) -> str:
    """Return the TimeMap as `application/link-format`."""
    links = [
        _link(where.original, "original"),
        _link(
            where.timemap,
            "self",
            type="application/link-format",
            **{"from": mementos[0].date, "until": mementos[-1].date},
        ),
        _link(where.timemap_json, "timemap", type="application/json"),
        _link(where.timegate, "timegate"),
        *(_memento_link(each, mementos, where) for each in mementos),
    ]
    return ",\n".join(links) + "\n"


def as_json(mementos: Sequence[Memento], where: Addresses) -> str:
    """Return the TimeMap as JSON, in the form that Memento's aggregators use."""
    listed = [{"datetime": _seconds(each), "uri": where.of(each), "version": each.version} for each in mementos]
    said = {
        "original_uri": where.original, "timegate_uri": where.timegate,
        "timemap_uri": {"link_format": where.timemap, "json_format": where.timemap_json},
        "mementos": {"first": listed[0], "last": listed[-1], "list": listed},
    }  # fmt: skip
    return json.dumps(said, ensure_ascii=False, indent=2)


def link_header(mementos: Sequence[Memento], where: Addresses, shown: Memento | None = None) -> str:
    """Return the `Link` header of a TimeGate's answer, or of a memento that is shown: the ways to all others."""
    links = [
        _link(where.original, "original"),
        _link(where.timegate, "timegate"),
        _link(where.timemap, "timemap", type="application/link-format"),
    ]
    near = [mementos[0], mementos[-1]]
    if shown is not None:
        place = mementos.index(shown)
        near = [*mementos[max(place - 1, 0) : place + 2], *near]
    links += [_memento_link(each, mementos, where, shown) for each in dict.fromkeys(near)]
    return ", ".join(links)


def _memento_link(memento: Memento, mementos: Sequence[Memento], where: Addresses, shown: Memento | None = None) -> str:
    words = []
    if memento == mementos[0]:
        words.append("first")
    if memento == mementos[-1]:
        words.append("last")
    if shown is not None:
        step = mementos.index(memento) - mementos.index(shown)
        words += {-1: ["prev"], 1: ["next"]}.get(step, [])
    return _link(where.of(memento), " ".join([*words, "memento"]), datetime=memento.date)


def _link(address: str, rel: str, **more: str) -> str:
    said = "".join(f'; {name}="{value}"' for name, value in {"rel": rel, **more}.items())
    # No sign of an address may end the brackets, or the header.
    return f"<{quote(address, safe=':/?#[]@!$&()*+,;=%~')}>{said}"


def _seconds(memento: Memento) -> str:
    return f"{memento.at:%Y-%m-%dT%H:%M:%SZ}"
