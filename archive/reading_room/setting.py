"""An article's body as it is set: its text in runs, and its pictures in their places with what is known of them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from sqlite_utils import Database

from archive.causes import explain
from archive.markup import Figure, parted
from archive.readings import NOT_FETCHED
from archive.versions import KeptImage

_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}")


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture of an article: kept under its digest with its size in pixels, or not kept, and `why`."""

    position: int
    url: str | None
    caption: str | None
    credit: str | None
    alt: str | None
    sha256: str | None = None
    width: int | None = None
    height: int | None = None
    why: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A run of the article's markup, not cleaned yet, or a picture that stands between two of them."""

    markup: str = ""
    picture: Picture | None = None


def pictures_of(db: Database, kept: Sequence[KeptImage]) -> list[Picture]:
    """Return the pictures of a version with their sizes; one whose bytes are withdrawn is not kept."""
    return [_picture(db, item) for item in kept]


def set_body(body_html: str, body: str, pictures: Sequence[Picture]) -> tuple[Part, ...]:
    """Return a body with its pictures in their places; those that have none in the markup stand at its end.

    Without markup that can be read it is the plain text, a paragraph to each of its own.
    """
    try:
        found = parted(body_html)
    except ValueError:
        found = []
    if not found:
        found = ["".join(f"<p>{escape(text)}</p>" for text in body.split("\n\n") if text.strip())]
    left = list(pictures)
    parts = [Part(markup=each) if isinstance(each, str) else Part(picture=_placed(each, left)) for each in found]
    parts += [Part(picture=picture) for picture in left]
    return tuple(part for part in parts if part.markup or part.picture)


def language_tag(language: str | None) -> str | None:
    """Return a language as pages may name it (BCP 47), None where what is stored is no tag."""
    return language if language and _LANGUAGE.fullmatch(language) else None


def why_not(cause: str | None) -> str:
    """Return in words why there are no bytes of a picture or a file."""
    return "it was never fetched" if cause in (None, NOT_FETCHED) else explain(cause)


def _picture(db: Database, kept: KeptImage) -> Picture:
    image = kept.image
    said = (image.position, image.url, image.caption, image.credit, image.alt)
    if kept.sha256 is None:
        return Picture(*said, why=why_not(kept.error) if image.url else "the page has a caption here alone")
    row = db.conn.execute(
        "SELECT width, height FROM images LEFT JOIN captures ON captures.id = capture_id "
        "WHERE sha256 = ? AND withdrawn IS NULL",
        (kept.sha256,),
    ).fetchone()
    return Picture(*said, kept.sha256, *row) if row else Picture(*said, why=explain("withdrawn"))


def _placed(figure: Figure, left: list[Picture]) -> Picture:
    """Take the picture that stands in a place of the markup out of those left; what no row tells of was not kept."""
    for picture in left:
        names = {picture.url or "", f"sha256:{picture.sha256}"}
        if figure.src in names and (figure.src or picture.caption or picture.credit):
            left.remove(picture)
            return picture
    url = figure.src if figure.src.startswith(("http://", "https://")) else None
    return Picture(0, url, figure.caption or None, None, figure.alt or None, why="no picture of the archive fits here")
