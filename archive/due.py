"""When something is due again: what is stored, what failed, what is missing."""

import datetime as dt
from dataclasses import dataclass

# What says that a page is no longer there; it counts as gone only after having said so on several days.
MISSING = frozenset({"http-404", "http-410", "soft-404"})
# A time that lies so far ahead was written before somebody set the clock back.
AHEAD = dt.timedelta(hours=12)
# And what lies so far ahead would be put off for longer than anybody would wait.
FAR_AHEAD = dt.timedelta(days=2)
_LEAST_TIMES_MISSING = 2
# What a server says of an image as long as it is not mended.
DEAD_IMAGE = MISSING | {"not-image", "not-a-file"}
_FIRST_RETRY = dt.timedelta(hours=1)
_MISSING_RETRY, _DEAD_IMAGE_RETRY = dt.timedelta(days=1), dt.timedelta(days=7)
_LONGEST_RETRY = dt.timedelta(days=7)
_FIRST_SKIP, _LONGEST_SKIP = dt.timedelta(days=1), dt.timedelta(days=90)
_RETURN = dt.timedelta(days=30)
_WALK_RETRY, _LONGEST_WALK_RETRY = dt.timedelta(minutes=10), dt.timedelta(days=1)
# A page is looked at again after half the time for which it has been still.
_SHARE = 2
# So far the times of visits are spread, that a backlog stored in one night does not come back in one.
_SPREAD = 0.1


@dataclass(frozen=True, slots=True)
class Policy:
    """How soon and how late a stored article is looked at again, and when a missing one counts as gone.

    With `revisits` off, what is stored is fetched again only when it is asked for.
    """

    soonest: dt.timedelta = dt.timedelta(hours=6)
    longest: dt.timedelta = dt.timedelta(days=180)
    gone_after: dt.timedelta = dt.timedelta(days=14)
    revisits: bool = True


def next_visit(still_since: dt.datetime, now: dt.datetime, policy: Policy, number: int) -> dt.datetime | None:
    """Return when a page that has been still since then is looked at again, None for never.

    The distance grows with the time without a change, and starts again with one; `number` tells pages apart that would
    else be due at the same moment.
    """
    if not policy.revisits:
        return None
    distance = min(max((now - still_since) / _SHARE, policy.soonest), policy.longest)
    # Knuth's multiplicative hash: neighbours lie far apart.
    place = (number * 2654435761 % (1 << 32)) / (1 << 32)
    return now + distance * (1 - _SPREAD + 2 * _SPREAD * place)


def retry_at(cause: str, failures: int, now: dt.datetime) -> dt.datetime:
    """Return when a URL that has failed so often is due again: the next run first, then ever rarer, a week at most."""
    if cause in MISSING:
        return now + min(_MISSING_RETRY * (1 << min(failures - 1, 8)), _LONGEST_RETRY)
    if failures <= 1:
        return now
    return now + min(_FIRST_RETRY * (1 << 2 * min(failures - 2, 8)), _LONGEST_RETRY)


def image_retry_at(cause: str, failures: int, now: dt.datetime) -> dt.datetime:
    """Return when an image that has failed so often is due again; one that is not there, as many old ones, in weeks."""
    if cause in DEAD_IMAGE:
        return now + min(_DEAD_IMAGE_RETRY * (1 << 2 * min(failures - 1, 8)), _LONGEST_SKIP)
    return retry_at(cause, failures, now)


def skip_until(times: int, now: dt.datetime) -> dt.datetime:
    """Return when a URL that a rule turned away so often is looked at again: rules change, and so do servers."""
    return now + min(_FIRST_SKIP * (1 << 2 * min(times - 1, 8)), _LONGEST_SKIP)


def missing_until(since: dt.datetime, failures: int, now: dt.datetime, policy: Policy) -> dt.datetime | None:
    """Return when a page that is missing since then is looked for again, None where it counts as gone by now."""
    certain = since + policy.gone_after
    if now >= certain and failures >= _LEAST_TIMES_MISSING:
        return None
    following = retry_at("http-404", failures, now)
    return min(following, certain) if certain > now else following


def return_at(now: dt.datetime, policy: Policy) -> dt.datetime | None:
    """Return when a gone article is looked for once more, None for never."""
    return now + min(_RETURN, policy.longest) if policy.revisits else None


def walk_retry_at(failures: int, now: dt.datetime) -> dt.datetime:
    """Return when a section whose walk ended badly so often in a row is walked again: ten minutes, a day at most."""
    return now + min(_WALK_RETRY * int(3 ** min(failures - 1, 8)), _LONGEST_WALK_RETRY)
