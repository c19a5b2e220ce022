"""What the tests of `newsarchive extract` share: a page of an invented paper, and the command run in this process."""

import gzip
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from crawler.cli import newsarchive

ADDRESS = "https://harbour.example.org/news/ferry.html"
TEXT = [
    f"The {number} ferry of the morning left the quay at seven, and those who stood in the queue said that they had "
    f"waited since five o'clock, because pier {number} had been closed for repairs since the storm of last week."
    for number in ("first", "second", "third")
]
_HEAD = """<title>Ferries run again | Harbour Times</title>
<script type="application/ld+json">{"@context": "https://schema.org", "@type": "NewsArticle",
"headline": "Ferries run again", "datePublished": "2024-03-05T08:30:00+01:00",
"dateModified": "2024-03-06T10:00:00+01:00", "author": {"@type": "Person", "name": "Ada Quill"}}</script>
<meta property="article:published_time" content="2024-03-04T00:00:00+01:00">"""


def page(*, head: str = "", title: str = "Ferries run again", extra: str = "") -> bytes:
    """Return an article's page; `head` and `extra` are HTML of its own."""
    text = "".join(f"<p>{paragraph}</p>\n" for paragraph in TEXT)
    picture = '<figure><img src="/pictures/quay.jpg" alt="quay"><figcaption>The quay at dawn.</figcaption></figure>'
    return (
        f'<html lang="en"><head>{_HEAD}{head}</head><body><article><h1>{title}</h1>{picture}\n'
        f"{text}{extra}</article></body></html>"
    ).encode()


def write(path: Path, body: bytes) -> str:
    """Write a file, packed where its name says so; return its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(body) if path.suffix == ".gz" else body)
    return str(path)


@dataclass(frozen=True, slots=True)
class Said:
    """What the command said."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


def extract(*arguments: str, stdin: bytes | None = None) -> Said:
    """Run the command in this process."""
    result = CliRunner().invoke(newsarchive, ["extract", *arguments], input=stdin, catch_exceptions=False)
    return Said(result.exit_code, result.stdout, result.stderr)
