"""The sites that the fault server stands in front of."""

import contextlib
import email.utils
import mimetypes
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from crawler.demo.definition import definition
from crawler.demo.site import DemoSite
from tests.e2e.harness import ROOT, SITES

# A host that belongs to each site and whose name never resolves (RFC 6761, 6.4).
UNKNOWN_HOST = "no-such-host.invalid"


@dataclass(frozen=True, slots=True)
class Reply:
    """What a site without faults answers."""

    status: int
    content_type: str
    body: bytes
    headers: tuple[tuple[str, str], ...] = ()


# A path without its query and the request's headers (names in lower case) to the answer.
Origin = Callable[[str, Mapping[str, str]], Reply]


def demo(site: DemoSite) -> Origin:
    """Return the demo site."""

    def answer(path: str, _: Mapping[str, str]) -> Reply:
        reply = site.respond(path)
        return Reply(reply.status, reply.content_type, reply.body)

    return answer


def folder(root: Path) -> Origin:
    """Return a folder of files, served as the corpus tool serve_site.py does: Last-Modified, 304, 404."""

    def answer(path: str, headers: Mapping[str, str]) -> Reply:
        file = root / unquote(path).lstrip("/")
        if file.is_dir():
            if not path.endswith("/"):
                return Reply(301, "text/html", b"", (("Location", f"{path}/"),))
            file /= "index.html"
        if not file.is_file():
            return Reply(404, "text/html", b"<html><body><h1>Not found</h1></body></html>")
        modified = int(file.stat().st_mtime)
        stamp = (("Last-Modified", email.utils.formatdate(modified, usegmt=True)),)
        with contextlib.suppress(TypeError, ValueError):
            if email.utils.parsedate_to_datetime(headers["if-modified-since"]).timestamp() >= modified:
                return Reply(304, "", b"", stamp)
        return Reply(200, mimetypes.guess_type(file.name)[0] or "application/octet-stream", file.read_bytes(), stamp)

    def tolerant(path: str, headers: Mapping[str, str]) -> Reply:
        return answer(path, {"if-modified-since": "", **headers})

    return tolerant


@dataclass(frozen=True, slots=True)
class Subject:
    """A site to be served: its id, its answers, and its definition for the address that it is served at."""

    id: str
    origin: Origin
    definition: Callable[[str], str]


def demo_subject(site: DemoSite | None = None) -> Subject:
    """Return the demo site as a subject."""
    return Subject("demo", demo(site or DemoSite()), lambda url: _with_unknown_host(definition(url)))


def corpus_subject(name: str) -> Subject:
    """Return a site of the corpus as a subject."""
    text = (ROOT / "tests" / "definitions" / f"{name}.toml").read_text(encoding="utf-8")
    return Subject(
        name,
        folder(SITES / name / "www"),
        lambda url: _with_unknown_host(text.replace("http://127.0.0.1:PORT/", url)),
    )


def _with_unknown_host(text: str) -> str:
    return f'hosts = ["{UNKNOWN_HOST}"]\n{text}'
