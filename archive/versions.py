"""What makes two fetches of an article the same: the digest of a version, and images that came later."""

import hashlib
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from archive.model import Article, Image, Stamp


@dataclass(frozen=True, slots=True)
class KeptImage:
    """An image of an article with what became of its bytes: the SHA-256, or the cause why there are none."""

    image: Image
    sha256: str | None = None
    error: str | None = None


def digest_of(article: Article, images: Sequence[KeptImage]) -> str:
    """Return the digest of what makes a version: title, dates, body, images by SHA-256 (else URL), captions."""
    said = [
        article.title,
        said_of(article.updated),
        said_of(article.published),
        article.body,
        [
            [kept.sha256 or f"url:{kept.image.url}", kept.image.caption or "", kept.image.credit or ""]
            for kept in images
        ],
    ]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode("utf-8", "surrogatepass")).hexdigest()


def carry_over(images: Sequence[KeptImage], known: Mapping[str, str]) -> tuple[KeptImage, ...]:
    """Give images that could not be fetched now the bytes that the same URL is known to have shown (URL → SHA-256)."""
    return tuple(
        replace(kept, sha256=known[kept.image.url])
        if kept.sha256 is None and kept.image.url and kept.image.url in known
        else kept
        for kept in images
    )


def html_of(article: Article, images: Sequence[KeptImage]) -> str:
    """Return the article's HTML with the images that are kept named by their bytes."""
    html = article.body_html
    for kept in images:
        if kept.image.url and kept.sha256:
            address = kept.image.url.replace("&", "&amp;").replace('"', "&quot;")
            html = html.replace(f'src="{address}"', f'src="sha256:{kept.sha256}"')
    return html


def pack(text: str) -> bytes:
    """Compress a version's text (zlib)."""
    return zlib.compress(text.encode("utf-8", "surrogatepass"), 6)


def unpack(data: bytes | str | None) -> str:
    """Return a version's text, compressed or not."""
    if isinstance(data, bytes):
        return zlib.decompress(data).decode("utf-8", "surrogatepass")
    return data or ""


def said_of(stamp: Stamp | None) -> str | None:
    """Return what a date says for comparison; a relative one ("3 hours ago") moves with the clock and says nothing."""
    if stamp is None or stamp.reason == "relative":
        return None
    return stamp.stored or stamp.raw
