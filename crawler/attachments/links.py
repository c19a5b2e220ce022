"""The files that an article's text links to, known by how their addresses end."""

import posixpath
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from lxml import html

from archive.identity import normalise
from archive.model import Article

_SUFFIXES = frozenset(
    ".pdf .doc .docx .xls .xlsx .ppt .pptx .odt .ods .odp .rtf .csv .epub .wps .et .ofd .hwp .hwpx".split()
)


@dataclass(frozen=True, slots=True)
class Link:
    """A file's address, absolute and normal, and what the page calls it."""

    url: str
    name: str | None


def files_of(article: Article) -> tuple[Link, ...]:
    """Return the files that the text of an article links to, each once, in order."""
    if "<a " not in article.body_html:
        return ()
    found: dict[str, Link] = {}
    for anchor in html.fragment_fromstring(article.body_html, create_parent="div").iter("a"):
        try:
            url = normalise(anchor.get("href") or "", article.url)
        except ValueError:
            continue
        path = unquote(urlsplit(url).path)
        if posixpath.splitext(path)[1].lower() in _SUFFIXES:
            said = " ".join(anchor.text_content().split())
            found.setdefault(url, Link(url, said or posixpath.basename(path)))
    return tuple(found.values())
