"""An article's timeline: what its addresses showed, in the order of capture time, and the events that this tells."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from archive.due import Policy, missing_until

EventKind = Literal["first_seen", "changed", "moved", "gone", "returned"]
State = Literal["live", "gone"]


@dataclass(frozen=True, slots=True)
class Sight:
    """One time that an address of an article was asked: which version it showed, None where there was nothing.

    `at` is the capture's time as stored, `address` where the answer came from, `lives` whether it was fetched when it
    was stored (an imported capture was not).
    """

    at: str
    url_id: int
    version: int | None
    run_id: int
    address: str = ""
    lives: bool | int = False


@dataclass(frozen=True, slots=True)
class Event:
    """What happened between two sights; `detail` is where an article moved to, or since when one that is gone was."""

    kind: EventKind
    from_version: int | None
    to_version: int | None
    at: str
    run_id: int
    detail: str | None = None


@dataclass(slots=True)
class Story:
    """What an article's sights tell together."""

    events: list[Event] = field(default_factory=list)
    version: int | None = None
    state: State = "live"
    first_seen: str = ""
    last_seen: str = ""
    latest: Sight | None = None


def in_order(sights: Iterable[Sight]) -> list[Sight]:
    """Return sights by capture time; what was fetched live stands in the order of its runs, whatever the clock said."""
    every = sorted(sights, key=lambda sight: (sight.run_id, sight.at))
    ranked: list[tuple[str, Sight]] = []
    latest = ""
    for sight in every:
        if sight.lives:
            latest = max(latest, sight.at)
        ranked.append((latest if sight.lives else sight.at, sight))
    return [sight for _, sight in sorted(ranked, key=lambda item: item[0])]


def tell(sights: Sequence[Sight], policy: Policy, known_gone: Mapping[str, str | None]) -> Story:
    """Return the story of sights that are in order.

    An article is gone when each address that showed it has been missing for long enough (see `due.missing_until`), or
    where that was told before: `known_gone` has since when it was missing, by the time when it counted as gone.
    """
    story = Story()
    missing: dict[int, tuple[str, int]] = {}
    addresses: dict[int, str] = {}
    for sight in sights:
        if sight.version is not None:
            missing.pop(sight.url_id, None)
            story.events += _shown(story, sight, addresses.get(sight.url_id))
            addresses[sight.url_id] = sight.address
            story.version, story.state = sight.version, "live"
            story.first_seen = story.first_seen or sight.at
            story.last_seen = max(story.last_seen, sight.at)
            story.latest = sight
            continue
        since, times = missing.get(sight.url_id, (sight.at, 0))
        missing[sight.url_id] = since, times + 1
        is_told = known_gone.get(sight.at) == since
        if story.version is None or story.state == "gone":
            continue
        if is_told or _is_gone(sight, missing, addresses, policy):
            story.state = "gone"
            story.events.append(Event("gone", story.version, story.version, sight.at, sight.run_id, since))
    return story


def _shown(story: Story, sight: Sight, address: str | None) -> Iterable[Event]:
    before, now = story.version, sight.version
    if before is None:
        yield Event("first_seen", None, now, sight.at, sight.run_id)
        return
    if story.state == "gone":
        yield Event("returned", before, now, sight.at, sight.run_id)
    if address and bare(address) != bare(sight.address):
        yield Event("moved", before, now, sight.at, sight.run_id, sight.address)
    if before != now:
        yield Event("changed", before, now, sight.at, sight.run_id)


def bare(address: str) -> str:
    """Return what of an address says where a page is: not how it is carried."""
    return address.partition("://")[2].removeprefix("www.").rstrip("/")


def _is_gone(sight: Sight, missing: Mapping[int, tuple[str, int]], addresses: Iterable[int], policy: Policy) -> bool:
    now = dt.datetime.fromisoformat(sight.at)
    since, times = missing[sight.url_id]
    if missing_until(dt.datetime.fromisoformat(since), times, now, policy) is not None:
        return False
    others = [missing.get(url_id) for url_id in addresses if url_id != sight.url_id]
    return all(other and now - dt.datetime.fromisoformat(other[0]) >= policy.gone_after for other in others)
