"""What a record of a foreign file is to this archive: its kind, address, time, digest, and the copy that is kept."""

import datetime as dt
import hashlib
import json
import re
import uuid
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime

from archive import media
from archive.http1 import Head, body_of, read_head
from archive.identity import normalise
from archive.model import timestamp, utc_now
from archive.warc import Headers, Place, decode_body
from crawler.importing.digests import has_digest, sha256_of
from crawler.importing.records import Fields, RawRecord
from crawler.parsers.page import looks_like_html

CaptureRow = dict[str, str | int | None]
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
CAPTURES = frozenset({"response", "resource", "revisit"})
_DIGITS = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)?(\d\d)?(\d\d)?")
_ARC = uuid.UUID("6f2b5c1e-9f0a-4c8e-8d3c-7a1d5b0e4f21")
_PAGE_STATUS, _ABSENT_STATUS = frozenset({200, 203}), frozenset({404, 410})
_ABOUT_DIGESTS = ("WARC-Block-Digest", "WARC-Payload-Digest")


@dataclass(slots=True)
class Evidence:
    """A record as it is kept: its type and copy, and what its row says.

    `flaws` are what is wrong with it, `notes` what was done to it by rule; a `torn` one is kept and not read.
    One that is not `is_dated` has the time of its file, which is another in every copy.
    """

    type: str
    url: str
    at: dt.datetime
    fields: Fields
    block: bytes
    digest: str
    status: int | None = None
    headers: Headers = ()
    mime: str | None = None
    image: tuple[media.ImageInfo, bytes] | None = None
    state: str | None = None
    page: str | None = None
    torn: bool = False
    is_dated: bool = True
    flaws: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def key(self) -> str:
        """What makes a record the same wherever it stands."""
        said = [self.type, self.url, timestamp(self.at) if self.is_dated else None, self.status, self.digest]
        return hashlib.sha256(json.dumps(said).encode("utf-8", "surrogatepass")).hexdigest()[:32]

    def field(self, name: str) -> str | None:
        """Return the first field of that name, in whatever case."""
        return next((value for key, value in self.fields if key.lower() == name.lower()), None)

    def references(self) -> list[str]:
        """Return the ids of the records that it names as belonging to it."""
        names = ("warc-concurrent-to", "warc-refers-to")
        return [value for key, value in self.fields if key.lower() in names]


def evidence_of(raw: RawRecord, most_bytes: int, fallback: dt.datetime) -> Evidence:
    """Return what a record is; defined for any bytes. `fallback` is the time of one that states none."""
    raw.block.seek(0)
    block = raw.block.read(most_bytes)
    fields = _of_arc(raw, block) if raw.version == "ARC" else list(raw.fields)
    found = Evidence(
        type=_type_of(fields), url=_url_of(fields), at=fallback, fields=fields, block=block, digest="",
        torn=raw.torn is not None,
    )  # fmt: skip
    if len(block) < raw.length:
        found.notes.append("too-large")
        found.torn = True
    head = _read_content(found)
    _date(found, head)
    _check_digests(found, head)
    _settle_fields(found, raw)
    if not found.torn:
        _judge(found)
    return found


def capture_row(found: Evidence, place: Place | None) -> CaptureRow:
    """Return a capture's row; an image that is kept among the media has no place."""
    return {
        "url": found.url,
        "fetched_at": timestamp(found.at),
        "status": found.status,
        "mime": found.mime,
        "headers": json.dumps(list(found.headers), ensure_ascii=False).encode("utf-8", "replace").decode(),
        "digest": found.digest,
        "file": place.file if place else None,
        "offset": place.offset if place else None,
        "length": place.length if place else None,
    }


def _type_of(fields: Fields) -> str:
    said = next((value for key, value in fields if key.lower() == "warc-type"), "")
    return re.sub(r"[^a-z0-9_-]", "", said.strip().lower())[:40] or "unknown"


def _url_of(fields: Fields) -> str:
    said = next((value for key, value in fields if key.lower() == "warc-target-uri"), "")
    return said.strip().removeprefix("<").removesuffix(">").replace(" ", "%20")


def _of_arc(raw: RawRecord, block: bytes) -> Fields:
    """Return an ARC record's head as a WARC record's; its id follows from what it holds."""
    said = dict(raw.fields)
    is_info = said["url"].startswith("filedesc:")
    date = instant_of(said["date"])
    name = f"{said['url']} {said['date']} {hashlib.sha256(block).hexdigest()}"
    kind = "text/plain" if is_info else "application/http; msgtype=response"
    fields = [
        ("WARC-Type", "warcinfo" if is_info else "response"),
        ("WARC-Record-ID", f"<urn:uuid:{uuid.uuid5(_ARC, name)}>"),
        ("WARC-Target-URI", said["url"]),
        ("WARC-IP-Address", said["ip"]),
        ("Content-Type", kind if is_info or read_head(block) else said["mime"]),
    ]
    return [*fields, ("WARC-Date", timestamp(date))] if date else fields


def _read_content(found: Evidence) -> Head | None:
    """Read what an answer says of itself, and the digest of its body."""
    block, head = found.block, None
    if found.type in ("response", "revisit"):
        head = read_head(block)
        is_web = found.url.lower().startswith(("http:", "https:"))
        if head is None and is_web and (block or found.type == "response"):
            found.flaws.append("it holds no HTTP head")
            found.torn = True
        elif head and not head.whole and found.type == "response":
            found.flaws.append("its HTTP head has no end")
    mime = head.header("Content-Type") if head else found.field("Content-Type")
    found.mime = (mime or "").partition(";")[0].strip().lower() or None
    found.status, found.headers = (head.status, head.headers) if head else (None, (("Content-Type", mime or ""),))
    body = body_of(head, block) if head else block
    found.digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
    if found.type == "revisit":
        said = found.field("WARC-Payload-Digest")
        found.digest = sha256_of(said) or said or found.digest
    elif found.type in CAPTURES and not found.torn and (head is None or head.status in _PAGE_STATUS):
        info = media.identify(body) if _may_be_image(found.mime, body) else None
        found.image = (info, body) if info else None
        if info:
            # What is kept are the bytes without it.
            found.headers = tuple(pair for pair in found.headers if pair[0].lower() != "transfer-encoding")
    return head


def _may_be_image(mime: str | None, body: bytes) -> bool:
    return (mime or "").startswith("image/") or body[:4] in (
        b"\xff\xd8\xff\xe0",
        b"\xff\xd8\xff\xe1",
        b"\x89PNG",
        b"GIF8",
    )


def _date(found: Evidence, head: Head | None) -> None:
    said = found.field("WARC-Date")
    instant = instant_of(said or "")
    if instant is None and head:
        instant = _http_date(head.header("Date"))
    if instant is None or instant_of(said or "") is None:
        found.flaws.append(f"its date is {said[:40]!r}" if said else "it says no date")
    found.at, found.is_dated = instant or found.at, instant is not None


def instant_of(text: str) -> dt.datetime | None:
    """Return the instant that a date names, as ISO 8601 or as digits; without an offset it is UTC."""
    try:
        found = dt.datetime.fromisoformat(text.strip())
    except ValueError:
        match = _DIGITS.match(text.strip())
        if match is None:
            return None
        year, month, day, hour, minute, second = (int(part or 0) for part in match.groups())
        try:
            found = dt.datetime(year, month, day, hour, minute, second, tzinfo=dt.UTC)
        except ValueError:
            return None
    try:
        aware = found.astimezone(dt.UTC) if found.tzinfo else found.replace(tzinfo=dt.UTC)
    except OverflowError:
        return None
    # There was no web before, and nothing is captured tomorrow: such a time would rule an article's story for ever.
    return aware if dt.datetime(1990, 1, 1, tzinfo=dt.UTC) <= aware < utc_now() + dt.timedelta(days=1) else None


def _http_date(text: str | None) -> dt.datetime | None:
    try:
        return parsedate_to_datetime(text or "").astimezone(dt.UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def _check_digests(found: Evidence, head: Head | None) -> None:
    """Name the stated digests that do not hold, and keep them under another name: a copy must not be called damaged."""
    wrong = set()
    block_digest = found.field("WARC-Block-Digest")
    if block_digest and has_digest(block_digest, found.block) is False:
        wrong.add("warc-block-digest")
    payload_digest = found.field("WARC-Payload-Digest")
    if payload_digest and found.type != "revisit" and not _is_payload(payload_digest, found, head):
        wrong.add("warc-payload-digest")
    if wrong and not found.torn:
        found.flaws.append(f"{' and '.join(sorted(wrong))} is another than that of its bytes")
    found.fields = [(f"X-Claimed-{key}" if key.lower() in wrong else key, value) for key, value in found.fields]


def _is_payload(said: str, found: Evidence, head: Head | None) -> bool:
    """Return whether a digest is that of the payload in one of the ways in which tools understand the word."""
    start = head.end if head else _head_length(found)
    if has_digest(said, found.block[start:]) is not False:
        return True
    if head is None:
        return bool(start and has_digest(said, found.block))
    body = body_of(head, found.block)
    if len(body) != len(found.block) - head.end and has_digest(said, body):
        return True
    encoding = head.header("Content-Encoding")
    return bool(encoding and has_digest(said, decode_body(body, encoding)))


def _head_length(found: Evidence) -> int:
    """Return where the payload of a request begins."""
    if "application/http" not in (found.field("Content-Type") or ""):
        return 0
    end = re.search(rb"\n\r*\n", found.block)
    return end.end() if end else len(found.block)


def _settle_fields(found: Evidence, raw: RawRecord) -> None:
    """Give the copy a head that is true of it."""
    known = {"content-length", "warc-target-uri", "warc-type"}
    if found.field("WARC-Date") is None or instant_of(found.field("WARC-Date") or "") is None:
        known.add("warc-date")
    fields = [("WARC-Type", found.type), *(pair for pair in found.fields if pair[0].lower() not in known)]
    if "warc-date" in known:
        fields.append(("WARC-Date", timestamp(found.at)))
    if found.url:
        fields.append(("WARC-Target-URI", found.url))
    if found.field("WARC-Record-ID") is None:
        fields.append(("WARC-Record-ID", f"<urn:uuid:{uuid.uuid5(_ARC, found.key)}>"))
    cut = "too-large" in found.notes
    if (cut or raw.torn) and found.field("WARC-Truncated") is None:
        fields.append(("WARC-Truncated", "length" if cut else "unspecified"))
    # A line break inside of a value would begin another field.
    fields.append(("Content-Length", str(len(found.block))))
    found.fields = [(re.sub(r"[\r\n:]", "", key), re.sub(r"[\r\n]+", " ", value)) for key, value in fields]


def _judge(found: Evidence) -> None:
    """Say of what may be an article, or says that there is none, that it is to be looked at."""
    if found.type not in CAPTURES or found.image:
        return
    try:
        found.page = normalise(found.url)
    except ValueError:
        return
    if found.type == "revisit":
        # What it is, its original says.
        found.state = "page"
    elif found.status in _ABSENT_STATUS:
        found.state = "absent"
    elif (found.status in _PAGE_STATUS or found.type == "resource") and _is_html(found):
        found.state = "page"


def _is_html(found: Evidence) -> bool:
    if says_html(found.mime):
        return True
    return (
        found.mime in (None, "text/plain")
        and looks_like_html(found.block[:65536], None)
        and b"<html" in (found.block[:65536].lower())
    )


def says_html(mime: str | None) -> bool:
    """Return whether a type is that of a page."""
    return mime in ("text/html", "application/xhtml+xml")
