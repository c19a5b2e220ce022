"""Articles as a folder of Markdown files with YAML front matter, their images beside them."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from bs4 import Tag
from markdownify import MarkdownConverter
from sqlite_utils import Database

from archive.export.frontmatter import front_matter
from archive.export.lines import sha256_of
from archive.export.placing import copy_file
from archive.holdings import Holdings
from archive.reader import media_path

_IMAGES = "images"
_KEPT = re.compile(r"sha256:([0-9a-f]{64})")


@dataclass(slots=True)
class MarkdownFolder:
    """A folder as it is filled: a file a version, named by site, year, day and key; every image once."""

    db: Database
    holdings: Holdings
    folder: Path
    problems: list[str] = field(default_factory=list)
    images: int = 0
    _placed: dict[str, str] = field(default_factory=dict)

    def write(self, rows: Iterable[dict[str, Any]], *, all_versions: bool) -> None:
        """Write every article's version."""
        for row in rows:
            # The names of one article's images are enough: those of a million would cost memory.
            self._placed.clear()
            path = self.folder / _path_of(row, numbered=all_versions)
            path.parent.mkdir(parents=True, exist_ok=True)
            up = "../" * (len(path.relative_to(self.folder).parts) - 1)
            body = as_markdown(row["body_html"], partial(self._address, up))
            fields = self._fields(row, up)
            text = f"{front_matter(fields)}\n{_heading(row)}{body}\n"
            path.write_bytes(text.encode("utf-8", "replace"))

    def _fields(self, row: dict[str, Any], up: str) -> dict[str, Any]:
        images = [
            {name: image[name] for name in ("caption", "credit", "alt", "url", "sha256") if image[name]}
            | ({"file": self._address(up, image["sha256"])} if image["sha256"] else {})
            for image in row["images"]
        ]
        return {
            "title": row["title"], "date": row["day"], "updated": (row["updated"] or {}).get("value"),
            "published": (row["published"] or {}).get("value"), "authors": row["byline"], "source": row["source"],
            "url": row["url"], "site": row["site"], "sections": row["sections"], "language": row["language"],
            "state": row["state"], "key": row["key"], "version": row["version"],
            "current_version": row["current_version"], "seen_at": row["seen_at"],
            "capture_sha256": sha256_of(row["captures"]), "images": images,
        }  # fmt: skip

    def _address(self, up: str, sha256: str) -> str:
        """Return where an image lies, seen from the article; it is copied the first time."""
        if sha256 not in self._placed:
            self._placed[sha256] = self._place(sha256)
        place = self._placed[sha256]
        return f"{up}{_IMAGES}/{place}" if place else f"sha256:{sha256}"

    def _place(self, sha256: str) -> str:
        path = media_path(self.db, sha256)
        try:
            if path is None:
                raise FileNotFoundError(2, "the archive has no such image")
            target = self.folder / _IMAGES / path
            if not target.exists():
                copy_file(self.holdings.media / path, target)
                self.images += 1
        except FileNotFoundError as error:
            self.problems.append(f"cannot read the image {path or sha256}: {error.strerror}")
            return ""
        return path


def as_markdown(html: str, address_of: Callable[[str], str]) -> str:
    """Return an article's HTML as Markdown, images that are kept at the address of their SHA-256."""
    return str(_Converter(address_of).convert(html)).strip()


class _Converter(MarkdownConverter):
    """Markdownify with the captions of figures, which it loses, and with our images."""

    def __init__(self, address_of: Callable[[str], str]) -> None:
        super().__init__(heading_style="ATX", bullets="-", escape_misc=True)
        self._address_of = address_of

    def convert_img(self, el: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002 (markdownify's)
        """Return an image."""
        source = str(el.get("src") or "")
        kept = _KEPT.fullmatch(source)
        address = self._address_of(kept[1]) if kept else source
        alt = re.sub(r"([\[\]\\])", r"\\\1", " ".join(str(el.get("alt") or "").split()))
        return f"![{alt}]({_bare(address)})"

    def convert_figcaption(self, el: Tag, text: str, parent_tags: set[str]) -> str:  # noqa: ARG002
        """Return a caption as a line of its own behind the image."""
        return f"\n\n*{text.strip()}*\n\n" if text.strip() else ""


def _bare(address: str) -> str:
    return address.translate({ord(" "): "%20", ord("("): "%28", ord(")"): "%29", ord("<"): "%3C", ord(">"): "%3E"})


def _heading(row: dict[str, Any]) -> str:
    title = as_markdown_text(row["title"] or "")
    return f"# {title}\n\n" if title else ""


def as_markdown_text(text: str) -> str:
    """Return plain text as Markdown shows it: on one line, its signs escaped."""
    return re.sub(r"([\\`*_\[\]<>#&|~])", r"\\\1", " ".join(text.split()))


def _path_of(row: dict[str, Any], *, numbered: bool) -> Path:
    day: str = row["day"] or row["first_seen"][:10]
    number = f"-v{row['version']}" if numbered else ""
    return Path(row["site"]) / day[:4] / f"{day}-{row['key']}{number}.md"
