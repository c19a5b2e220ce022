"""Records of WARC and ARC files, one after the other, whatever is damaged between them.

A record that is not followed as it must be has a wrong length: where another record begins inside of it, it ends there.
What is no record is passed over up to the next line that begins one. Every damage is named with its place.
"""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from tempfile import SpooledTemporaryFile

from archive.http1 import read_head
from crawler.importing.digests import has_digest
from crawler.importing.tape import Mark, Tape

Fields = list[tuple[str, str]]
_VERSION = re.compile(rb"WARC/\d+\.\d+[ \t]*\r*\n")
_VERSION_AT_END = re.compile(rb"WARC/\d+\.\d+[ \t]*\r*\n\Z")
# After a damage a record need not begin at a line's beginning; a field must follow.
_VERSION_LINE = re.compile(rb"(?=WARC/\d+\.\d+[ \t]*\r*\n[A-Za-z][A-Za-z0-9-]*[ \t]*:)")
# Of version 1: address, IP address, date, type, length. Of version 2 more stand between type and length.
_ARC_LINE = re.compile(
    rb"(?P<url>[a-z][a-z0-9+.-]*:[^\r\n]{1,8000}?) (?P<ip>[0-9A-Fa-f.:]{3,45}) (?P<date>\d{12,20}) "
    rb"(?P<mime>[^ \r\n]{1,200}) (?:[^\r\n]{1,2000} )?(?P<length>[^ \r\n]{1,20})[ \t]*\r*\n"
)
_ARC_START = re.compile(rb"(?:\A|\n)(?=" + _ARC_LINE.pattern.replace(b"?P<", b"?P<_") + rb")")
_NAME = re.compile(r"[!-9;-~]+")
_LONGEST_LINE, _MOST_LINES = 256 * 1024, 2000
_LOOK = 64 * 1024
# What a search for a record keeps of what it has passed, so that no beginning is cut in two.
_OVERLAP = 16 * 1024
# After so many records that reach into others, a file's lengths are believed no more: each would be read in vain.
_MOST_LIES = 20
_MOST_JUDGED = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Damage:
    """What could not be read, or not as it stands: where in the file, and why."""

    offset: int
    reason: str
    bytes: int = 0


@dataclass(slots=True)
class RawRecord:
    """A record as it stands in a file; its block is on disk where it is long, and closed by whoever has read it.

    `offset` is that of the part which holds it (of the record itself in a file that is not packed), `inside` how far
    into that part it begins. `torn` says why its block is not whole or may be another than it was.
    """

    version: str
    fields: Fields
    offset: int
    inside: int
    length: int = 0
    block: "SpooledTemporaryFile[bytes]" = field(init=False)
    damages: list[Damage] = field(default_factory=list)
    torn: str | None = None

    def said(self, name: str) -> str | None:
        """Return the first field of that name, in whatever case."""
        lower = name.lower()
        return next((value for key, value in self.fields if key.lower() == lower), None)


class Records:
    """The records of a tape, and what could not be read of it (`damages`, which the caller empties)."""

    def __init__(self, tape: Tape, *, packed: bool) -> None:
        self._tape, self._packed = tape, packed
        self.damages: list[Damage] = []
        self._is_arc = False
        self._lies = 0

    def __iter__(self) -> Iterator[RawRecord]:
        tape = self._tape
        while True:
            self._skip_newlines()
            self._note_breaks()
            head = tape.peek(_LOOK)
            if not head:
                self._note_breaks()
                return
            if version := _VERSION.match(head):
                yield self._warc_record(version)
            elif (line := _ARC_LINE.match(head)) and (self._is_arc or tape.index == 0 or b"filedesc:" in line[0]):
                self._is_arc = True
                yield self._arc_record(line)
            else:
                self._pass_over()

    # Places

    def _place(self) -> tuple[int, int]:
        """Return the offset of a part and how far in it the tape is; of an unpacked file the offset says all."""
        offset, inside = self._tape.offset(), self._tape.into_part()
        return (offset, inside) if self._packed else (offset + inside, 0)

    def _note_breaks(self) -> list[Mark]:
        marks = self._tape.breaks_before(self._tape.index)
        self.damages += [Damage(mark.offset, f"packed part: {mark.broken}") for mark in marks]
        return marks

    def _skip_newlines(self) -> None:
        while (head := self._tape.peek(_LOOK)) and head[:1] in b"\r\n":
            self._tape.read(len(head) - len(head.lstrip(b"\r\n")))

    def _pass_over(self) -> None:
        """Pass over what is no record, up to the next that begins."""
        (offset, _), passed = self._place(), 0
        while head := self._tape.peek(_LOOK):
            found = (_ARC_START if self._is_arc else _VERSION_LINE).search(head, 1)
            other = _VERSION_LINE.search(head, 1) if self._is_arc else None
            ends = [match.end() for match in (found, other) if match]
            step = min(ends) if ends else max(len(head) - _OVERLAP, 1) if len(head) == _LOOK else len(head)
            step = min(step, self._to_part(step))
            self._tape.read(step)
            passed += step
            if ends or self._at_part():
                break
        if passed:
            self.damages.append(Damage(offset, f"{passed:,} bytes that are no record", passed))

    def _to_part(self, most: int) -> int:
        """Return how far it is to the next part's beginning, which ends what is passed over."""
        here = self._tape.index
        return min((mark.index - here for mark in self._tape.parts if mark.index > here), default=most)

    def _at_part(self) -> bool:
        return any(mark.index == self._tape.index for mark in self._tape.parts)

    # WARC

    def _warc_record(self, line: re.Match[bytes]) -> RawRecord:
        offset, inside = self._place()
        version = self._tape.read(line.end()).strip().decode("ascii")
        fields, flaws = self._fields()
        said = next((value for name, value in fields if name.lower() == "content-length"), None)
        length = _number(said)
        if length is None:
            flaws.append("it says no length" if said is None else f"its length is {said[:40]!r}")
        return self._with_block(RawRecord(version, fields, offset, inside), length, flaws)

    def _fields(self) -> tuple[Fields, list[str]]:
        """Read the named fields of a record, up to an empty line."""
        fields: Fields = []
        flaws: list[str] = []
        for _ in range(_MOST_LINES):
            if _VERSION.match(self._tape.peek(64)):
                return fields, [*flaws, "its head has no end"]
            line = self._tape.line(_LONGEST_LINE)
            text = _text(line.rstrip(b"\r\n"))
            if not text.strip():
                return fields, flaws if line else [*flaws, "its head breaks off"]
            name, colon, value = text.partition(":")
            if text[:1] in " \t" and fields:
                fields[-1] = (fields[-1][0], f"{fields[-1][1]} {text.strip()}")
            elif colon and _NAME.fullmatch(name.strip()):
                fields.append((name.strip(), value.strip()))
            else:
                flaws.append(f"a line of its head is no field: {text[:40]!r}")
                if begun := _VERSION_AT_END.search(line):
                    self._give_back(line[begun.start() :])
                    return fields, flaws
        return fields, [*flaws, "its head has no end"]

    def _give_back(self, data: bytes) -> None:
        spool = _spool()
        spool.write(data)
        self._tape.give_back(spool, 0)

    def _with_block(self, record: RawRecord, length: int | None, flaws: list[str]) -> RawRecord:
        """Give a record its block, as long as it says where that can be true."""
        tape = self._tape
        if length is None or self._lies > _MOST_LIES:
            record.block, record.length = self._up_to_next()
            record.torn = "of unknown length" if length is None else None
        else:
            record.block = tape.block(length)
            record.length = record.block.seek(0, 2)
            self._check_end(record, length, flaws)
        marks = self._marks_inside()
        self._skip_newlines()
        marks += self._marks_inside()
        if marks:
            record.torn = marks[0].broken
            flaws.append(f"its packed part: {marks[0].broken}")
        record.damages = [Damage(record.offset, flaw) for flaw in flaws]
        return record

    def _marks_inside(self) -> list[Mark]:
        # A break at the record's very end belongs to it: its checksum stands there.
        self._tape.peek(1)
        return self._tape.breaks_before(self._tape.index)

    def _check_end(self, record: RawRecord, length: int, flaws: list[str]) -> None:
        """Look whether the next record begins where this one ends; else find out where it ends truly."""
        if record.length == length and self._ends_here():
            if self._is_tight() and not record.said("WARC-Block-Digest"):
                flaws.append("no empty lines end it: it may have another length")
            return
        start = self._start_inside(record.block)
        if start is not None:
            self._lies += 1
            self._tape.give_back(record.block, start)
            record.block, record.length = _cut(record.block, start)
            record.torn = "shorter than it says"
            flaws.append(f"its length is {length:,}, but the next record begins after {record.length:,} bytes")
        elif record.length < length:
            record.torn = "shorter than it says"
            flaws.append(f"only {record.length:,} of its {length:,} bytes are there")
        else:
            self._take_rest(record, length, flaws)

    def _take_rest(self, record: RawRecord, length: int, flaws: list[str]) -> None:
        """Give a record what stands between its end and the next one, where that shows to be its own."""
        (offset, _), (rest, more) = self._place(), self._up_to_next()
        with rest:
            belongs = _belongs(record, rest)
            if belongs is None:
                rest.seek(0)
                start = rest.read(16)
                ends = len(start) - len(start.lstrip(b"\r\n"))
                place = offset if self._packed else offset + ends
                self.damages.append(Damage(place, f"{more - ends:,} bytes that are no record", more - ends))
                return
            record.block.seek(0, 2)
            rest.seek(0)
            shutil.copyfileobj(rest, record.block)
        record.length += more
        record.torn = None if belongs else "longer than it says"
        flaws.append(f"its length is {length:,}, but it ends after {record.length:,} bytes")

    def _ends_here(self) -> bool:
        head = self._tape.peek(256)
        rest = head.lstrip(b"\r\n")
        return not rest or self._begins(rest) or self._part_begins(len(head) - len(rest))

    def _is_tight(self) -> bool:
        """Return whether fewer than the two line ends follow that must: the block may have taken some of them."""
        head = self._tape.peek(8)
        return not self._is_arc and head[: len(head) - len(head.lstrip(b"\r\n"))].count(b"\n") < 2

    def _begins(self, head: bytes) -> bool:
        return bool(_VERSION.match(head) or (self._is_arc and _ARC_LINE.match(self._tape.peek(_LOOK).lstrip(b"\r\n"))))

    def _part_begins(self, ahead: int) -> bool:
        here = self._tape.index
        return any(here <= mark.index <= here + ahead for mark in (*self._tape.parts, *self._tape.breaks))

    def _start_inside(self, block: "SpooledTemporaryFile[bytes]") -> int | None:
        """Return where in a block, or across its end, another record begins."""
        pattern = _ARC_START if self._is_arc else _VERSION_LINE
        at, tail = 0, b""
        block.seek(0)
        while data := block.read(1024 * 1024):
            window = tail + data
            if len(data) < 1024 * 1024:
                window += self._tape.peek(_OVERLAP)
            match = pattern.search(window)
            if match and at - len(tail) + match.end() < at + len(data):
                return at - len(tail) + match.end()
            at += len(data)
            tail = (tail + data)[-_OVERLAP:]
        return None

    def _up_to_next(self) -> tuple["SpooledTemporaryFile[bytes]", int]:
        """Read a block of unknown length, up to the next record that begins."""
        spool, length = _spool(), 0
        pattern = _ARC_START if self._is_arc else _VERSION_LINE
        while head := self._tape.peek(_LOOK):
            match = pattern.search(head)
            step = match.end() if match else max(len(head) - _OVERLAP, 1) if len(head) == _LOOK else len(head)
            if step == 0:
                break
            part = self._to_part(step)
            spool.write(self._tape.read(min(step, part)))
            length += min(step, part)
            if match or part < step or self._at_part():
                break
        return _without_end(spool, length)

    # ARC

    def _arc_record(self, line: re.Match[bytes]) -> RawRecord:
        offset, inside = self._place()
        self._tape.read(line.end())
        fields: Fields = [(name, _text(line[name])) for name in ("url", "ip", "date", "mime")]
        length = _number(_text(line["length"]))
        flaws = [] if length is not None else [f"its length is {_text(line['length'])!r}"]
        return self._with_block(RawRecord("ARC", fields, offset, inside), length, flaws)


def _belongs(record: RawRecord, rest: "SpooledTemporaryFile[bytes]") -> bool | None:
    """Return whether bytes behind a record end it well, or only go on with it (False); None where nothing says so."""
    if max(record.length, rest.seek(0, 2)) > _MOST_JUDGED:
        return None
    record.block.seek(0)
    rest.seek(0)
    block, more = record.block.read(), rest.read()
    said = record.said("WARC-Block-Digest")
    if said and has_digest(said, block):
        return None
    if said and has_digest(said, block + more):
        return True
    head = read_head(block + more)
    stated = _number(head.header("Content-Length")) if head else None
    if head and stated == len(block) + len(more) - head.end:
        return True
    is_short = head is not None and (head.end > len(block) or (stated or 0) > len(block) - head.end)
    return False if is_short else None


def _spool() -> "SpooledTemporaryFile[bytes]":
    return SpooledTemporaryFile(8 * 1024 * 1024)


def _cut(block: "SpooledTemporaryFile[bytes]", length: int) -> tuple["SpooledTemporaryFile[bytes]", int]:
    """Return the beginning of a block, without the empty lines that end a record."""
    spool = _spool()
    block.seek(0)
    left = length
    while left and (data := block.read(min(left, _LOOK))):
        spool.write(data)
        left -= len(data)
    return _without_end(spool, length)


def _without_end(spool: "SpooledTemporaryFile[bytes]", length: int) -> tuple["SpooledTemporaryFile[bytes]", int]:
    spool.seek(max(length - 8, 0))
    end = spool.read()
    for newlines in (b"\r\n\r\n", b"\n\n", b"\r\n", b"\n"):
        if end.endswith(newlines):
            length -= len(newlines)
            break
    spool.truncate(length)
    return spool, length


def _number(text: str | None) -> int | None:
    value = (text or "").strip()
    return int(value) if value.isascii() and value.isdigit() and len(value) <= 15 else None


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("latin-1")
