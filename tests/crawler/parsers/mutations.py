"""Mutations of pages: from a seed a page that is cut, nested, flooded or wrongly encoded, the same one every time."""

import gzip
import json
import random
import re
from collections.abc import Callable
from contextlib import redirect_stderr, suppress
from dataclasses import dataclass
from functools import cache, partial
from io import StringIO
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from crawler.demo.site import DemoSite
from tests.crawler.parsers.bombs import BOMBS, pieces
from tests.crawler.parsers.seed_markup import MARKUPS, SeedPage
from tests.crawler.parsers.small_pages import FULL, STORY, TITLE, URL, page_of

OWN_SEEDS = Path(__file__).parents[2] / "fixtures" / "seed_forms" / "pages.jsonl"
CORPUS = Path(__file__).resolve().parents[4] / "shared" / "corpus"
_TAG = re.compile(r"<[^<>]{0,300}>")
_CHARSET = re.compile(r"charset=[\"']?[\w-]+")


@dataclass(frozen=True, slots=True)
class Base:
    """A page before its mutation; read when it is needed, for all of them together are large."""

    name: str
    url: str
    load: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Mutant:
    """A mutated page, what was done to it, and what it is to be read with."""

    seed: int
    steps: tuple[str, ...]
    body: bytes
    url: str
    content_type: str | None
    with_site: bool
    explain: bool
    as_listing: bool


@cache
def own_bases() -> tuple[Base, ...]:
    """Return the pages of our own writing: the demo's, the small ones, and the seed's forms in every markup."""
    site = DemoSite()
    paths = ["/", *(path for article in site.articles for path in article.page_paths), "/updates.html"]
    bases = [Base(f"demo{path}", f"http://demo.example{path}", partial(_demo_body, site, path)) for path in paths]
    bases += [Base("whole", URL, FULL.encode), Base("story", URL, page_of(f"<h1>{TITLE}</h1>{STORY}").encode)]
    seeds = [SeedPage.from_record(json.loads(line)) for line in OWN_SEEDS.read_text("utf-8").splitlines()]
    for page in seeds:
        bases += [Base(f"{name} {page.url}", page.url, partial(_seed_body, page, name)) for name in MARKUPS]
    return tuple(bases)


def _demo_body(site: DemoSite, path: str) -> bytes:
    return site.respond(path).body


def _seed_body(page: SeedPage, markup: str) -> bytes:
    return MARKUPS[markup](page, random.Random(page.url)).encode()  # noqa: S311 - a layout, no secret


@cache
def corpus_bases() -> tuple[Base, ...]:
    """Return the pages of the corpus beside this checkout, and the bodies of its WARC files; none where it lacks."""
    truth = CORPUS / "pages" / "truth.jsonl"
    if not truth.exists():
        return ()
    urls = {}
    with truth.open(encoding="utf-8") as lines:
        for line in lines:
            record = json.loads(line)
            urls[record["id"]] = record.get("url") or URL
    files = sorted((CORPUS / "pages" / "html").glob("*.html.gz"))
    bases = [
        Base(file.name, urls.get(file.name.removesuffix(".html.gz"), URL), partial(_unzipped, file)) for file in files
    ]
    bases += [
        Base(f"{file.name} {number}", URL, partial(_warc_body, file, number))
        for file in sorted((CORPUS / "warc").rglob("*.*arc*"))
        for number in range(len(_warc_bodies(file)))
    ]
    return tuple(bases)


def _unzipped(file: Path) -> bytes:
    return gzip.decompress(file.read_bytes())


def _warc_bodies(file: Path) -> list[bytes]:
    """Return the bodies of a file up to where it is broken."""
    bodies: list[bytes] = []
    # Of what is broken the iterator complains on stderr.
    with file.open("rb") as stream, redirect_stderr(StringIO()), suppress(ArchiveLoadFailed, OSError, ValueError):
        bodies.extend(record.raw_stream.read()[:2_000_000] for record in ArchiveIterator(stream))
    return bodies


def _warc_body(file: Path, number: int) -> bytes:
    return _warc_bodies(file)[number]


def _without_tags(rng: random.Random, text: str) -> str:
    share = rng.choice([0.01, 0.05, 0.3, 1.0])
    return _TAG.sub(lambda match: "" if rng.random() < share else match[0], text)


def _doubled_tags(rng: random.Random, text: str) -> str:
    share = rng.choice([0.01, 0.1, 1.0])
    return _TAG.sub(lambda match: match[0] * rng.randrange(2, 9) if rng.random() < share else match[0], text)


def _swapped_tags(rng: random.Random, text: str) -> str:
    tags = _TAG.findall(text)
    share = rng.choice([0.02, 0.2, 1.0])
    return _TAG.sub(lambda match: rng.choice(tags) if rng.random() < share else match[0], text)


def _unclosed(rng: random.Random, text: str) -> str:
    kind = rng.choice(["[^>]*", "p", "div", "script", "style", "a", "li", "t[drh]", "table", "title", "figure", "h1"])
    return re.sub(rf"</{kind}>", "", text)


def _renamed(rng: random.Random, text: str) -> str:
    old, new = (
        rng.choice(["p", "div", "span", "h1", "a", "li", "td"]),
        rng.choice(["x", "h2", "td", "a", "aside", "pre"]),
    )
    return re.sub(rf"(</?){old}\b", rf"\1{new}", text)


def _shuffled(rng: random.Random, text: str) -> str:
    parts = text.split("<")
    rng.shuffle(parts)
    return "<".join(parts)


def _moved_piece(rng: random.Random, text: str) -> str:
    start, end = sorted(rng.randrange(len(text) + 1) for _ in range(2))
    rest = text[:start] + text[end:]
    place = rng.randrange(len(rest) + 1)
    return rest[:place] + text[start:end] * rng.randrange(3) + rest[place:]


def _again_and_again(rng: random.Random, text: str) -> str:
    return text * rng.randrange(2, max(3, min(40, 1_000_000 // (len(text) + 1))))


def _spliced(rng: random.Random, text: str) -> str:
    other = rng.choice(own_bases()).load().decode()
    place = rng.randrange(len(other) + 1)
    return text[: rng.randrange(len(text) + 1)] + other[place:]


def _with_pieces(rng: random.Random, text: str) -> str:
    for _ in range(rng.randrange(1, 12)):
        text = _put(rng, text, pieces(rng))
    return text


def _without_spaces(rng: random.Random, text: str) -> str:
    return re.sub(r"\s+", rng.choice(["", "\n", "\u00a0", "\t" * 50, "\x00", "\u200b"]), text)


def _emptied_attributes(rng: random.Random, text: str) -> str:
    return re.sub(r"=(\"[^\"<>]*\"|'[^'<>]*')", rng.choice(["", "=''", "='", '="\x00"', "= "]), text)


TEXT_STEPS: tuple[Callable[[random.Random, str], str], ...] = (
    _without_tags, _doubled_tags, _swapped_tags, _unclosed, _renamed, _shuffled, _moved_piece, _again_and_again,
    _spliced, _with_pieces, _with_pieces, _with_pieces, _without_spaces, _emptied_attributes,
)  # fmt: skip


def _put(rng: random.Random, text: str, piece: str) -> str:
    """Return the text with a piece in it: anywhere, or at an edge of the head, the body, a heading or a paragraph."""
    mark = rng.choice(["<head>", "<body", "<h1", "</h1>", "<p", "</p>", "</body>", ""])
    places = [match.start() for match in re.finditer(re.escape(mark), text)] if mark else []
    place = rng.choice(places) if places else rng.randrange(len(text) + 1)
    if mark in ("<head>", "<body"):
        place = text.find(">", place) + 1
    return text[:place] + piece + text[place:]


def _cut(rng: random.Random, body: bytes) -> bytes:
    place = rng.randrange(len(body) + 1)
    return body[:place] if rng.random() < 0.8 else body[place:]


def _sprinkled(rng: random.Random, body: bytes) -> bytes:
    damaged = bytearray(body)
    for _ in range(rng.choice([1, 10, 1000])):
        place = rng.randrange(len(damaged) + 1)
        damaged[place : place + rng.randrange(2)] = rng.choice(
            [b"\x00", b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\x1b", b"\x80", rng.randbytes(1)]
        )
    return bytes(damaged)


def _noise(rng: random.Random, body: bytes) -> bytes:
    return b"<p>" * rng.randrange(2) + rng.randbytes(rng.choice([0, 1, 3, 1000, 300_000]))


def _marked(rng: random.Random, body: bytes) -> bytes:
    return rng.choice([b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xff\xfe\x00\x00", b"+/v8", b"\x1b$)C"]) + body


BYTE_STEPS: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    _cut,
    _cut,
    _cut,
    _sprinkled,
    _sprinkled,
    _noise,
    _marked,
)
CODECS = (
    "utf-16", "utf-16-le", "utf-16-be", "utf-7", "iso2022_jp", "iso2022_kr", "hz", "gb18030", "big5", "shift_jis",
    "euc_kr", "cp1251", "latin-1", "cp037", "utf-32", "utf-8-sig",
)  # fmt: skip
CHARSETS = (
    *CODECS, "utf-8", "ascii", "none", "x-user-defined", "utf-8\x00", "rot13", "zlib", "idna", "punycode",
    "unicode_escape", "x" * 500, "",
)  # fmt: skip
ADDRESSES = (
    "", "x", "http://", "http://[x", "http://a:b/", "javascript:x", "http://a.example/\udcff", "\x00",
    "https://a.example",
    "http://a.example/" + "a/" * 50_000, "http://a.example/2024/13/45/a_1.html", "//a.example/x",
    "http://a.example/?" + "&" * 9999,
)  # fmt: skip


def _encoded(rng: random.Random, text: str, steps: list[str]) -> tuple[bytes, str | None]:
    """Return the text in some encoding, and a content type that may name another."""
    declared = rng.choice(CHARSETS) if rng.random() < 0.2 else None
    if declared is not None:
        text = _CHARSET.sub(f"charset={declared}".replace("\\", ""), text)
        steps.append(f"declared {declared[:20]}")
    header = rng.choice(CHARSETS) if rng.random() < 0.2 else None
    content_type = None if header is None else f"text/html; charset={header}"
    codec = rng.choice(CODECS) if rng.random() < 0.15 else "utf-8"
    if codec != "utf-8" or content_type:
        steps.append(f"{codec}, {(content_type or 'no type')[:40]}")
    errors = "surrogatepass" if codec.startswith("utf-") and codec != "utf-7" else "replace"
    return text.encode(codec, errors), content_type


def mutant(seed: int, *, with_corpus: bool = False) -> Mutant:
    """Return the mutated page of a seed, made of our own pages, or in every other case of the corpus."""
    rng = random.Random(f"mutation {seed}")  # noqa: S311 - a page, no secret
    bases = corpus_bases() if with_corpus and rng.random() < 0.5 else ()
    base = rng.choice(bases or own_bases())
    steps = [base.name]
    text = base.load().decode("utf-8", "replace")
    for _ in range(rng.choice([0, 1, 1, 2, 3])):
        change = rng.choice(TEXT_STEPS)
        text = change(rng, text)
        steps.append(change.__name__)
    for _ in range(rng.choice([0, 0, 1, 1, 1, 2, 2])):
        bomb = rng.choice(BOMBS)
        text = _put(rng, text, bomb(rng))
        steps.append(bomb.__name__)
    body, content_type = _encoded(rng, text[:3_000_000], steps)
    if rng.random() < 0.35:
        damage = rng.choice(BYTE_STEPS)
        body = damage(rng, body)
        steps.append(damage.__name__)
    url = rng.choice(ADDRESSES) if rng.random() < 0.03 else base.url
    chances = [rng.random() < share for share in (0.3, 0.3, 0.1)]
    return Mutant(seed, tuple(steps), body, url, content_type, *chances)
