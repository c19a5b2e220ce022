"""Two months in the life of the demo's two sites, and what an archivist does meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from crawler.demo.courier import CourierSite
from crawler.demo.site import DemoSite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LIFTS = "/2018-04/23/c_129884.htm"
_HERRING = "/2018-05/28/c_130966.htm"
_FORUM = "/2018-05/14/c_130512.htm"
_ICE_CREAM = "/2017-08/07/c_120846.htm"
_HOTLINE = "/2017-03/15/c_114950.htm"
_GAS_BOTTLES = "/2016-11/30/c_111873.htm"
_SUNDIAL = "/2018-04/02/c_129310.htm"
_SEAL = 12029


@dataclass(frozen=True, slots=True)
class Town:
    """The two sites of the demo."""

    bureau: DemoSite = field(default_factory=DemoSite)
    courier: CourierSite = field(default_factory=CourierSite)


@dataclass(frozen=True, slots=True)
class Day:
    """So many days after the first, and what has changed on the sites since the day before."""

    number: int
    edit: Callable[[Town], None]


def _first(town: Town) -> None:
    """Nothing has changed yet."""


def _retitled(town: Town) -> None:
    town.bureau.retitle(LIFTS, "Inspection reports of 8,430 lifts can now be read by phone")
    town.bureau.publish("notices", 1)
    town.bureau.withdraw(_ICE_CREAM)
    town.bureau.withdraw(_HOTLINE)


def _swapped(town: Town) -> None:
    town.bureau.retake(_HERRING)
    town.bureau.publish("press", 1)
    town.bureau.withdraw(_GAS_BOTTLES)
    town.courier.retitle(_SEAL, "Firemen free a young seal from the lift of the fish market")


def _restored(town: Town) -> None:
    town.bureau.restore(_HOTLINE)
    town.bureau.revise(LIFTS)
    town.bureau.publish("updates", 2)
    town.courier.retitle(_SEAL, "Seal freed from the lift of the fish market")


def _closed(town: Town) -> None:
    town.bureau.retitle(_FORUM, "Eleven island ports meet at the standards forum")
    town.bureau.publish("cn", 1)
    town.courier.close()


DAYS = (Day(0, _first), Day(16, _retitled), Day(34, _swapped), Day(58, _restored), Day(63, _closed))


def marks(bureau_url: str) -> Iterator[tuple[str, ...]]:
    """Yield the commands by which an archivist marks what was found."""
    base = bureau_url.rstrip("/")
    yield ("tag", base + LIFTS, "+lifts", "+headline-changed")
    yield ("note", base + LIFTS, "The print edition of April 24 has the older headline.")
    yield ("edit", base + _SUNDIAL, "source=Harbour Daily", "--note", "As the credit of its photograph says.")
    yield ("watch", "add", "lifts", "lift OR lifts")
