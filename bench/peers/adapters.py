"""Adapts the peers to what the corpus scorer reads: each function gives what its peer offers, and nothing else.

The scorer imports this file inside a peer's own environment, with the peer's modules named in PEER_MODULES: they are
loaded before the first page, as ours are, and then there is no network.
"""

import os
import socket
from importlib import import_module
from typing import Any, NoReturn
from urllib.parse import urljoin

# What ends a line: without a break after it, the words of two paragraphs would run into one.
_BREAKS = frozenset(
    "address article blockquote br div dd dt figure h1 h2 h3 h4 h5 h6 li ol p pre section td tr ul".split()
)

# htmldate's settings within trafilatura, and the time with its offset where the page declares it.
_DATES = {"original_date": True, "extensive_search": True, "outputformat": "%Y-%m-%dT%H:%M:%S%z"}


def trafilatura(body: bytes, url: str) -> dict[str, Any]:
    """Return what trafilatura reads with its own settings."""
    return _trafilatura(body, url)


def trafilatura_precision(body: bytes, url: str) -> dict[str, Any]:
    """Return what trafilatura reads when it is asked for precision."""
    return _trafilatura(body, url, favor_precision=True)


def trafilatura_images(body: bytes, url: str) -> dict[str, Any]:
    """Return what trafilatura reads when it is asked for images, which changes its text too."""
    return _trafilatura(body, url, include_images=True)


def _trafilatura(body: bytes, url: str, **mode: bool) -> dict[str, Any]:
    found = import_module("trafilatura").bare_extraction(
        body, url=url, with_metadata=True, include_comments=False, date_extraction_params=dict(_DATES), **mode
    )
    if found is None:
        return {}
    graphics = [] if found.body is None else list(found.body.iter("graphic"))
    shown = [{"url": urljoin(url, item.get("src") or ""), "alt": item.get("alt")} for item in graphics]
    text = found.text
    if graphics:  # rendered, an image is a line of its address within the text
        for item in graphics:
            item.attrib.clear()
        text = import_module("trafilatura.xml").xmltotxt(found.body, False)
    return {
        "title": found.title,
        "published": found.date,
        "authors": found.author.split("; ") if found.author else [],
        "text": text,
        "images": _lead_first(found.image, shown),
    }


def newspaper4k(body: bytes, url: str) -> dict[str, Any]:
    """Return what newspaper4k reads of a page that is given to it.

    Its top image alone: `images` is every image of the page, one in ten of them the article's.
    """
    article = import_module("newspaper").Article(url, fetch_images=False)
    article.download(input_html=body)
    article.parse()
    return {
        "title": article.title,
        "published": article.publish_date,
        "authors": article.authors,
        "text": article.text,
        "images": _lead_first(article.top_image, []),
    }


def readability(body: bytes, url: str) -> dict[str, Any]:
    """Return the title, author and summary of readability-lxml; it offers no date."""
    document = import_module("readability").Document(body, url=url)
    title, author = document.short_title(), document.author()
    tree = import_module("lxml.html").fromstring(document.summary(html_partial=True))
    images = [{"url": urljoin(url, image.get("src") or ""), "alt": image.get("alt")} for image in tree.iter("img")]
    return {
        "title": title,
        "authors": [author] if author and author != "[no-author]" else [],
        "text": _text_of(tree),
        "images": images,
    }


def resiliparse(body: bytes, url: str) -> dict[str, Any]:  # noqa: ARG001 - an adapter is called with both
    """Return the page's title and main text as resiliparse reads them; it offers no more."""
    encoding = import_module("resiliparse.parse.encoding").detect_encoding(body)
    tree = import_module("resiliparse.parse.html").HTMLTree.parse_from_bytes(body, encoding)
    text = import_module("resiliparse.extract.html2text").extract_plain_text(
        tree, main_content=True, alt_texts=False, list_bullets=False
    )
    return {"title": tree.title, "text": text}


def news_please(body: bytes, url: str) -> dict[str, Any]:
    """Return what news-please reads of a page that is given to it, decoded as it decodes what it finds in a WARC."""
    declared = import_module("bs4.dammit").EncodingDetector.find_declared_encoding(body, is_html=True)
    try:
        html = body.decode(declared or "utf-8", errors="replace")
    except LookupError:
        html = body.decode("utf-8", errors="replace")
    article = import_module("newsplease").NewsPlease.from_html(html, url=url, fetch_images=False)
    return {
        "title": article.title,
        "published": article.date_publish,
        "authors": article.authors,
        "text": article.maintext,
        "images": _lead_first(article.image_url, []),
    }


def _lead_first(lead: str | None, shown: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{"url": lead}, *(image for image in shown if image["url"] != lead)] if lead else shown


def _text_of(tree: Any) -> str:
    parts: list[str | None] = []
    for event, element in import_module("lxml.etree").iterwalk(tree, events=("start", "end", "comment")):
        if event == "start":
            parts.append(element.text)
        elif event == "comment":
            parts.append(element.tail)
        else:
            parts += ["\n" if element.tag in _BREAKS else "", element.tail]
    return "".join(filter(None, parts))


def _refuse(*_: object, **__: object) -> NoReturn:
    raise OSError("pages are read offline")


if "PEER_MODULES" in os.environ:
    for _module in os.environ["PEER_MODULES"].split():
        import_module(_module)
    socket.socket.connect = socket.getaddrinfo = _refuse  # type: ignore[method-assign]
