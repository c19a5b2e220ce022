"""What a robots.txt allows, read as RFC 9309 says."""

import math
from dataclasses import dataclass

from protego import Protego

MOST_BYTES = 500 * 1024
MOST_REDIRECTS = 5
# A longer one would mean that the site is never finished; an hour is as good as a ban already.
_LONGEST_DELAY = 3600.0


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one robots.txt; `text` is what the archive keeps of it."""

    text: str
    parsed: Protego

    @classmethod
    def of(cls, text: str) -> "Rules":
        """Return the rules of a text."""
        return cls(text, Protego.parse(text))

    def allow(self, url: str, agent: str) -> bool:
        """Return whether an address may be fetched."""
        return bool(self.parsed.can_fetch(url, agent))

    def delay(self, agent: str) -> float:
        """Return the seconds between two requests that Crawl-delay or Request-rate ask for, 0 where neither does."""
        said = self.parsed.crawl_delay(agent)
        rate = self.parsed.request_rate(agent)
        delays = [float(said)] if said else []
        if rate is not None and rate.requests > 0:
            delays.append(rate.seconds / rate.requests)
        return max((min(delay, _LONGEST_DELAY) for delay in delays if math.isfinite(delay) and delay > 0), default=0.0)


def text_of(body: bytes) -> str:
    """Return the text of a robots.txt: its first 500 KiB; a page in its place has no rules."""
    head = body[:MOST_BYTES].removeprefix(b"\xef\xbb\xbf")
    if head.lstrip()[:1] == b"<":
        return ""
    return head.decode("utf-8", "replace").replace("\x00", "")
