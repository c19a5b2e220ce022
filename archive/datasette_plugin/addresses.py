"""The addresses of the reading room's pages."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode


@dataclass(frozen=True, slots=True)
class Room:
    """Where the pages of one archive stand; `base` is its database's address."""

    base: str

    def front(self) -> str:
        """Lead to what is in the archive."""
        return f"{self.base}/-/front"

    def search(self, **asked: object) -> str:
        """Lead to the search page; what is None or empty is left out."""
        return self._page("search", asked)

    def search_json(self, **asked: object) -> str:
        """Lead to the answer of a search for programs."""
        return self._page("search.json", asked)

    def feed(self, form: str, **asked: object) -> str:
        """Lead to a search as a feed: atom or json."""
        return self._page(f"feed.{form}", asked)

    def export(self, **asked: object) -> str:
        """Lead to what a search finds, to take away."""
        return self._page("export", asked)

    def article(self, key: str, **asked: object) -> str:
        """Lead to an article, of its current version unless `version` is given."""
        return self._page(f"article/{key}", asked)

    def diff(self, key: str, **asked: object) -> str:
        """Lead to two versions of an article beside each other: from_ and to."""
        return self._page(f"article/{key}/diff", {name.rstrip("_"): value for name, value in asked.items()})

    def cite(self, key: str, **asked: object) -> str:
        """Lead to the citation of a version: version, format."""
        return self._page(f"article/{key}/cite", asked)

    def related(self, key: str) -> str:
        """Lead to who else told an article's story, and to what is like it."""
        return f"{self.base}/-/article/{key}/related"

    def attachment(self, key: str, attachment_id: int) -> str:
        """Lead to the text of a file that an article links to."""
        return f"{self.base}/-/article/{key}/attachment/{attachment_id}"

    def memento(self, key: str, digits: str) -> str:
        """Lead to the bare page of the version that was captured at an instant, written as fourteen digits."""
        return f"{self.base}/-/memento/{key}/{digits}"

    def timemap(self, key: str) -> str:
        """Lead to all captured versions of an article, for Memento clients."""
        return f"{self.base}/-/timemap/link/{key}"

    def capture(self, capture_id: int, **asked: object) -> str:
        """Lead to one fetch: its headers; with raw=1 to its record as it lies in the WARC file."""
        return self._page(f"capture/{capture_id}", asked)

    def pictures(self, **asked: object) -> str:
        """Lead to the picture wall."""
        return self._page("pictures", asked)

    def taken(self, form: str, **asked: object) -> str:
        """Lead to the pictures of a wall, to take away: zip, csv, json."""
        return self._page(f"pictures.{form}", asked)

    def picture(self, sha256: str) -> str:
        """Lead to a picture with all its captions and articles."""
        return f"{self.base}/-/picture/{sha256}"

    def thumb(self, sha256: str) -> str:
        """Lead to a small form of a picture."""
        return f"{self.base}/-/thumb/{sha256}"

    def image(self, sha256: str) -> str:
        """Lead to a picture's bytes, as served by the site."""
        return f"{self.base}/-/image/{sha256}"

    def images(self) -> str:
        """Lead to what stands before a picture's digest in its address."""
        return f"{self.base}/-/image/"

    def site(self, site: str, **asked: object) -> str:
        """Lead to a site: sections, calendar, runs, problems."""
        return self._page(f"site/{quote(site, safe='')}", asked)

    def changes(self, **asked: object) -> str:
        """Lead to the story of the archive: first seen, changed, moved, gone, returned."""
        return self._page("changes", asked)

    def watch(self, name: str, form: str) -> str:
        """Lead to a saved search as a feed: atom or json."""
        return f"{self.base}/-/watch/{quote(name, safe='')}.{form}"

    def tagged(self, tag: str) -> str:
        """Lead to the rows of a tag."""
        return f"{self.base}/tags?{urlencode({'tag__exact': tag})}"

    def tables(self) -> str:
        """Lead to datasette's own page of the database."""
        return self.base

    def _page(self, name: str, asked: dict[str, object]) -> str:
        given = {name: value for name, value in asked.items() if value not in (None, "", ())}
        query = f"?{urlencode(given, doseq=True)}" if given else ""
        return f"{self.base}/-/{name}{query}"
