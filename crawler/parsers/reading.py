"""One page on its way to an Article: what was found where, and each field as it is decided."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from archive.model import Candidate, Entry
from crawler.parsers.dates import DateContext
from crawler.parsers.metadata import Metadata
from crawler.parsers.page import Page
from crawler.site import Site, Template

Source = Callable[[], tuple[str, Any] | None]


@dataclass(slots=True)
class Reading:
    """A page, what it declares, and the fields decided so far with their rules.

    `layouts` are the templates that may be tried. With `explain`, every source is asked, and `lost` holds what the
    rules that were not chosen would have given.
    """

    page: Page
    metadata: Metadata
    context: DateContext
    site: Site | None = None
    entry: Entry | None = None
    explain: bool = False
    markdown: bool = True
    layouts: tuple[Template, ...] = ()
    rules: dict[str, str] = field(default_factory=dict)
    lost: list[Candidate] = field(default_factory=list)

    def decide(self, name: str, *sources: Source) -> Any:
        """Return the value of the first source that has one, and write down its rule."""
        chosen: tuple[str, Any] | None = None
        for source in sources:
            found = source()
            if not found or not found[1]:
                continue
            if chosen is None:
                chosen, self.rules[name] = found, found[0]
                if not self.explain:
                    break
            elif found[1] != chosen[1]:
                self.reject(name, found[1], found[0])
        return chosen[1] if chosen else None

    def reject(self, name: str, value: Any, rule: str) -> None:
        """Keep what a rule gave and was not believed, for those who ask."""
        if self.explain:
            self.lost.append(Candidate(name, value, rule))
