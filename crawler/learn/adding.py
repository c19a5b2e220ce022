"""What was found out of a section, shown and kept as a definition."""

import datetime as dt
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from archive.errors import UsageError
from archive.identity import host_of, normalise
from archive.model import Article, Stamp
from archive.terminal import printable
from crawler.extracting.fetching import Fetcher
from crawler.learn.checking import check_section
from crawler.learn.definition import site_of, to_toml
from crawler.learn.discover import Findings, discover
from crawler.learn.looking import Look
from crawler.learn.templates import LearnPage, learn_template
from crawler.parsers.page import looks_like_html
from crawler.site import Site, Template, parse_definition
from crawler.workspace import Crawl, Workspace

_WIDTH = 44
# So many articles the template is learned from.
_LEARNED_FROM = 6


@contextmanager
def looking(crawl: Crawl, named: frozenset[str]) -> Iterator[Look]:
    """Give what looks at a site, with the manners of a workspace's [crawl]; `named` are the hosts that may be private.

    What a page links to, nobody has named.
    """
    with Fetcher(crawl, named) as fetcher:
        yield Look(fetcher.fetch_any, fetcher.sitemaps)


def learn_site(url: str, crawl: Crawl, *, site_id: str | None = None, name: str | None = None) -> "Learned":
    """Look at a section and return the site that it defines; raises NothingFoundError, UsageError."""
    try:
        normalise(url)
    except ValueError as error:
        raise UsageError(f"{url!r} is no web address; give a section's address, https:// and all") from error
    with looking(crawl, frozenset({host_of(normalise(url))})) as look:
        found = discover(url, look)
        site = site_of(found, site_id=site_id, name=name)
        learned = _template(found, site, look)
        return Learned(site.model_copy(update={"template": learned}), found, look.requests)


def _template(found: Findings, site: Site, look: Look) -> Template:
    """Return what the examples' pages, and some more, have in common; the choices are noted in the findings."""
    step = max(1, len(found.entries) // _LEARNED_FROM)
    spread = (entry.url for entry in found.entries[::step])
    entries = {entry.url: entry for entry in found.entries}
    pages: list[LearnPage] = []
    for url in dict.fromkeys([*found.examples, *spread]):
        if len(pages) >= _LEARNED_FROM:
            break
        document = look.document(url)
        if document is not None and looks_like_html(document.body, document.content_type):
            pages.append(LearnPage(document.url, document.body, document.content_type, entries.get(url)))
    learned = learn_template(pages, site=site)
    for key, share in learned.confidence.items():
        found.notes[f"template.{key}"] = f"agrees on {share:.0%} of {len(pages)} pages"
    found.unsure += [f"the template's {key}: {note}" for key, note in learned.notes.items()]
    return learned.template


@dataclass(frozen=True, slots=True)
class Learned:
    """A learned site with what it was learned from, and how many requests that took."""

    site: Site
    found: Findings
    requests: int

    def toml(self) -> str:
        """Return the definition's text."""
        return to_toml(self.site, self.found.notes, dt.datetime.now(dt.UTC).date().isoformat())

    def as_dict(self, path: Path | None = None) -> dict[str, Any]:
        """Return what was found as JSON has it."""
        section, found = self.site.sections[0], self.found
        return {
            "id": self.site.id,
            "path": str(path) if path else None,
            "requests": self.requests,
            "sections": [
                {
                    "key": section.key,
                    "url": self.site.start_url(section),
                    "articles_found": len(found.entries),
                    "pages": found.pages,
                    "goes_on_by": found.how,
                }
            ],
            "unsure": found.unsure,
            "articles": [_fields(url, article) for url, article in found.examples.items()],
        }

    def show(self, console: Console) -> None:
        """Print what was found as tables."""
        section, found = self.site.sections[0], self.found
        console.print(f"{self.site.name}: {section.name} ({self.site.start_url(section)})", markup=False)
        pages = f"{found.pages} pages" if found.pages > 1 else "1 page"
        console.print(f"{len(found.entries)} articles on the first page, {pages}; goes on by: {found.how}.")
        table = Table(title="Fields", title_justify="left")
        table.add_column("field", no_wrap=True, min_width=len("published"))
        rows = [_fields(url, article) for url, article in found.examples.items()]
        for number in range(len(rows)):
            table.add_column(f"article {number + 1}", max_width=_WIDTH, overflow="ellipsis", no_wrap=True)
        for name in rows[0] if rows else ():
            table.add_row(name, *(printable(str(row[name] or "–")) for row in rows))
        if rows:
            console.print(table)
        for line in found.unsure:
            console.print(f"Unsure: {line}.", markup=False)


def _fields(url: str, article: Article) -> dict[str, Any]:
    def said(stamp: Stamp | None) -> str | None:
        return str(stamp.value) if stamp else None

    return {
        "url": url,
        "title": article.title,
        "published": said(article.published),
        "updated": said(article.updated),
        "source": article.source,
        "byline": ", ".join(article.byline) or None,
        "body": f"{len(article.body)} characters: {article.body[:60]}",
        "images": len(article.images),
    }


def add_site(workspace: Workspace, learned: Learned, *, force: bool) -> Path:
    """Write a learned site's definition and return the file; raises UsageError where there is one already."""
    path = workspace.sites_folder / f"{learned.site.id}.toml"
    if path.exists() and not force:
        raise UsageError(f"{path} is there already; --id gives the site another name, --force replaces the file")
    text = learned.toml()
    parse_definition(text, str(path))
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".new")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
    return path


def check_site(site: Site, crawl: Crawl) -> Iterator[Learned]:
    """Yield what each section's first page lists today, and what is read of some articles."""
    for section in site.sections:
        with looking(crawl, site.named_hosts) as look:
            found = check_section(site, section, look)
            yield Learned(site.model_copy(update={"sections": (section,)}), found, look.requests)


def new_console() -> Console:
    """Return where tables are printed: the terminal, or a file of a fixed width."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else 160)
