"""What the tests of bad input share: the faulty site, served, and a workspace that is to crawl it."""

from dataclasses import dataclass

from tests.e2e import fault_site as fs
from tests.e2e.fault_site import FaultSite
from tests.e2e.harness import Outcome, Workspace

SECTIONS = {"news": [["good1", "bad", "good2"], ["old1", "old2"]], "more": [["other1", "other2"]]}
BAD = fs.article_path("bad")


@dataclass(frozen=True)
class Scene:
    """The faulty site, served, and a workspace that is to crawl it."""

    site: FaultSite
    workspace: Workspace
    elsewhere: str  # the base URL of a host that is not the site's
    visits: list[str]  # what was asked for there

    def crawl(self, *arguments: str) -> Outcome:
        return self.workspace.run("crawl", "fault", *arguments, "--json")

    @property
    def stored(self) -> set[str]:
        """The names of the stored articles."""
        urls = {url for (url,) in self.workspace.rows("SELECT url FROM articles")}
        return {name for name in self.site.names if self.site.article_url(name) in urls}

    def ledger(self, url: str) -> tuple[str, str | None]:
        """Return a URL's state and cause."""
        ((state, cause),) = self.workspace.rows("SELECT state, cause FROM urls WHERE url = ?", url)
        return state, cause


def one_line(outcome: Outcome, *parts: str) -> None:
    """Assert that stderr is one line that holds these parts."""
    assert len(outcome.complaints) == 1, outcome
    for part in parts:
        assert part in outcome.complaints[0], outcome
