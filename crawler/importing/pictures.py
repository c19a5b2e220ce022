"""An article's pictures among the captures that the archive has: of each address, the one nearest in time."""

import datetime as dt
import json
from pathlib import Path
from urllib.parse import urljoin

from sqlite_utils import Database

from archive import media
from archive.identity import normalise
from archive.model import Image
from archive.units import CaptureRef, FetchedImage

NOT_IMPORTED = "not-imported"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_MOST_STEPS = 5


class Pictures:
    """Finds pictures by their addresses; a picture is looked for in all forms in which the page names it."""

    def __init__(self, db: Database, folder: Path, most: int) -> None:
        self._db, self._folder, self._most = db, folder, most

    def of(self, images: tuple[Image, ...], at: str) -> tuple[FetchedImage, ...]:
        """Return an article's images as they were kept nearest to a time, each with the cause where it was not."""
        found = [self._image(image, at) for image in images[: self._most]]
        found += [FetchedImage(image.url or "", error="too-many-images", asked=False) for image in images[self._most :]]
        return tuple(found)

    def also(self, images: tuple[Image, ...], at: str) -> tuple[FetchedImage, ...]:
        """Return the smaller forms that the page shows in place of its images, where they are kept."""
        shown = (self._at(image.shown, image.shown, at) for image in images[: self._most] if image.shown)
        return tuple(found for found in shown if found)

    def _image(self, image: Image, at: str) -> FetchedImage:
        if image.url is None:
            return FetchedImage("", error="no-image")
        for url in dict.fromkeys((image.url, *image.fallbacks, *filter(None, [image.shown]))):
            found = self._at(url, image.url, at)
            if found:
                return found
        return FetchedImage(image.url, error=NOT_IMPORTED, asked=False)

    def _at(self, url: str, name: str, at: str) -> FetchedImage | None:
        """Return what was kept of an address, redirects followed."""
        for _ in range(_MOST_STEPS):
            row = self._nearest(url, at)
            if row is None:
                return None
            capture_id, where, fetched_at, status, digest, file, headers = row
            if status not in _REDIRECTS:
                return self._kept(capture_id, name, digest, fetched_at) if file is None else None
            location = next((value for key, value in json.loads(headers) if key.lower() == "location"), None)
            if not location:
                return None
            try:
                url = urljoin(where, location)
            except ValueError:
                return None
        return None

    def _nearest(self, url: str, at: str) -> tuple[int, str, str, int | None, str, str | None, str] | None:
        forms = [url, url.partition("#")[0]]
        try:
            forms.append(normalise(url))
        except ValueError:
            return None
        marks = ", ".join("?" * len(forms))
        row: tuple[int, str, str, int | None, str, str | None, str] | None = self._db.conn.execute(
            "SELECT id, url, fetched_at, status, digest, file, headers FROM captures "  # noqa: S608 (marks alone)
            f"WHERE url IN ({marks}) AND withdrawn IS NULL AND (file IS NULL OR status IN (301, 302, 303, 307, 308)) "
            "ORDER BY abs(julianday(fetched_at) - julianday(?)), id LIMIT 1",
            (*forms, at),
        ).fetchone()
        return row

    def _kept(self, capture_id: int, name: str, digest: str, fetched_at: str) -> FetchedImage | None:
        """Return an image whose bytes are in the media folder."""
        sha256 = digest.removeprefix("sha256:")
        path = next((self._folder / sha256[:2]).glob(f"{sha256}.*"), None)
        if path is None or ".part-" in path.name:
            return None
        with path.open("rb") as file:
            # Of a picture's head alone is said what it is, but some have it at their end.
            info = media.identify(file.read())
        capture = CaptureRef(name, dt.datetime.fromisoformat(fetched_at), id=capture_id, digest=digest)
        return FetchedImage(
            name, capture, info=info, sha256=sha256, path=f"{sha256[:2]}/{path.name}", _size=path.stat().st_size
        )
