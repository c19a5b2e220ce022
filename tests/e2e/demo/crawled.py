"""What the tests of the demo share: the site, served, and a workspace that has crawled it."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from archive.db import open_archive
from archive.search import search
from crawler.demo.definition import definition
from crawler.demo.server import DemoServer
from crawler.demo.site import DemoArticle, DemoSite
from tests.e2e.harness import Workspace

ARTICLES = DemoSite().articles


@dataclass(frozen=True)
class Crawled:
    """The demo site, served, and a workspace that has crawled it once."""

    server: DemoServer
    workspace: Workspace
    first: dict[str, Any]

    def url(self, path: str) -> str:
        return self.server.url + path.lstrip("/")

    def stored(self) -> dict[str, dict[str, Any]]:
        """Return the archive's articles by path."""
        with contextlib.closing(open_archive(self.workspace.database, readonly=True)) as db:
            return {unquote(urlsplit(row["url"]).path): row for row in db.query("SELECT * FROM articles")}

    def found(self, query: str) -> set[str]:
        """Return the paths of what a search finds."""
        with contextlib.closing(open_archive(self.workspace.database, readonly=True)) as db:
            return {unquote(urlsplit(hit.url).path) for hit in search(db, query, limit=1000)}


@contextlib.contextmanager
def demo_workspace(root: Path) -> Iterator[tuple[DemoServer, Workspace]]:
    with DemoServer() as server:
        workspace = Workspace.make(root)
        workspace.define("demo", definition(server.url))
        yield server, workspace


def paths(articles: Iterator[DemoArticle] | tuple[DemoArticle, ...] | list[DemoArticle]) -> set[str]:
    return {article.path for article in articles}


def body_of(article: DemoArticle) -> str:
    return "\n\n".join(paragraph for page in article.pages for paragraph in page)
