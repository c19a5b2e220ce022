"""Header lines: the lines around a title that name dates, a source and authors, and what each says."""

import re
from dataclasses import dataclass
from itertools import zip_longest

from archive.model import Stamp
from crawler.parsers.credits import bracketed_credit
from crawler.parsers.dates import DateContext, find_date, parse_date
from crawler.parsers.images import is_file_name
from crawler.parsers.labels import AFTER_DATE, DATE_WORD, LABEL, is_tools, without_tools
from crawler.parsers.names import names_in
from crawler.parsers.text import squeeze

LONGEST = 260
_MOST_DATES = 4
_POSTED_BY = re.compile(r"^\s*(?i:posted|published|written|added)\s+by\s+(\D{2,60}?)\s+(?i:on|at)?\s*[,|·-]?\s*$")
_BYLINE = re.compile(
    r"^(?:(?i:(?:written|words|text|story|reported|interview|article)\s+by|by)(?:\s*:\s*|\s+)|By(?=[A-Z][a-z])|"
    r"(?i:por|par|von|di|door)\s+|(?:文|撰文|记者|記者|作者)\s*[|/／:：]\s*)"
    r"(?P<names>[^()（）|\[\]【】:：\d]{2,120}?)\s*(?:[(（](?P<source>[^()（）]{2,60})[)）])?\s*[|,，]?"
    r"(?:,?\s*(?:and\s+)?\+?\d+\s+(?:more|others))?\s*$"
)
BY_LINE = re.compile(
    r"(?i:(?:written|words|text|story)\s+by|by)[\s:]\s*[^\W\d_a-z]|(?:von|por|par|di|door)\s+[^\W\d_a-z]|By[A-Z]"
)
# The end of a sentence, where a title or an initial is none.
_SENTENCE = re.compile(r"(?<![^\W\d_])(?!(?:Dr|Prof|Mr|Mrs|Ms|Jr|Sr|St|Mag|Ing|Dipl)\b)[^\W\d_]{2,}[.!?。]\s")
# Every label ends with one of these.
_LABEL_SIGN = re.compile(r"[:：|｜]")
_READING_TIME = re.compile(r"^\d{1,3}\s*min(?:ute)?s?(?:\s+read)?$", re.IGNORECASE)
_PIECES = re.compile(r"\s+[|｜·•⋅–—-]\s+")
_BEFORE_BAR = re.compile(r"\s*([^|｜()（）]{2,60}?)\s*[|｜]\s*$")
_CLOSING = re.compile(r"[)）】]")
_PARENTHESES = re.compile(r"[(（【]\s*([^()（）【】]{0,80}?)\s*[)）】]")
_DOMAIN = re.compile(r"^(?:https?://)?(?:www\.)?(?:[a-z0-9-]+\.)+[a-z]{2,12}(?:\.[a-z]{2})?/?$", re.IGNORECASE)
# What may stand between a label and its date: brackets, a weekday, an article.
_WEEKDAY = re.compile(r"[\s(（\[,]*(?:[^\W\d_][^\s\d]{0,13}\s+){0,2}[\s(（\[,]*")
_SEPARATORS = " |｜·•,，;；-–—/\u3000\t>"
# Two to five capitalised words beside a date: "Nov. 7, 2019 · The Release Team".
_NAME = re.compile(r"^(?:[^\W\d_a-z][\w'’.-]*\s+){1,4}[^\W\d_a-z][\w'’.-]*$")


@dataclass(slots=True)
class Line:
    """What one header line says; `rest` is what nothing explained, `is_header` whether it is such a line at all."""

    text: str
    updated: Stamp | None = None
    published: Stamp | None = None
    bare: Stamp | None = None
    source: str | None = None
    byline: tuple[str, ...] = ()
    aside: bool = False
    rest: str = ""
    labels: tuple[str, ...] = ()

    @property
    def stamp(self) -> Stamp | None:
        """Any date of the line."""
        return self.updated or self.published or self.bare

    @property
    def is_header(self) -> bool:
        """Whether the line is explained but for a few words."""
        said = self.stamp or self.source or self.byline or self.aside
        return bool(said) and (len(self.rest) <= 40 and len(self.rest) * 2 <= len(self.text))


def read_line(text: str, context: DateContext, label: re.Pattern[str] = LABEL) -> Line:
    """Return what a line says, label by label, then what is left without one."""
    line = Line(squeeze(text))
    if not line.text or len(line.text) > LONGEST or bracketed_credit(line.text) or is_file_name(line.text):
        line.rest = line.text
        return line
    if is_tools(line.text):
        line.aside = True
        return line
    first = squeeze(text.strip().partition("\n")[0])
    if _read_byline(line, first) or (first != line.text and _read_byline(line, line.text)):
        return line
    labelled = _LABEL_SIGN.search(line.text) is not None
    matches = [match for match in label.finditer(line.text) if match.lastgroup != "here"] if labelled else []
    left = [line.text[: matches[0].start()] if matches else line.text]
    for match, following in zip_longest(matches, matches[1:]):
        value = line.text[match.end() : following.start() if following else None]
        left.append(_take_labelled(line, str(match.lastgroup), value, context))
    line.labels = tuple(str(match.lastgroup) for match in matches)
    line.rest = squeeze(" ".join(filter(None, (_take_unlabelled(line, part, context) for part in left))))
    if line.bare and not matches:
        _read_names_beside_date(line)
    return line


def _read_byline(line: Line, text: str) -> bool:
    match = _BYLINE.match(text)
    if not match or len(match["names"].split()) > 12 or _SENTENCE.search(match["names"]):
        return False
    line.byline = names_in(match["names"])
    line.source = line.source or (squeeze(match["source"]) if match["source"] else None)
    return bool(line.byline)


def _read_names_beside_date(line: Line) -> None:
    """Take the names that stand beside a lone date: "Nov. 7, 2019 · The Release Team", "… · NAME on behalf of …"."""
    said = re.split(r"\s+(?i:on behalf of|for|in)\s+", line.rest)[0]
    names = names_in(said)
    parted = re.search(re.escape(line.bare.raw if line.bare else "") + r"\s*[·|•–—]", line.text) is not None
    if names and all(_NAME.match(name) for name in names) and (said == line.rest or (parted and len(line.text) < 160)):
        line.byline, line.rest = names, ""


def _take_labelled(line: Line, kind: str, value: str, context: DateContext) -> str:
    """Give a label's value to its field; return what the value has beyond it."""
    if kind in ("updated", "published"):
        found = find_date(value[:60], context)
        if found and _WEEKDAY.fullmatch(value[: found.start]):
            _set_date(line, kind, found.stamp)
            return value[found.end :]
        stamp = None if found else parse_date(value.strip(_SEPARATORS)[:60], context)
        if stamp:
            _set_date(line, kind, stamp)
            return ""
        return value
    if kind == "aside":
        line.aside = True
        return ""
    name, rest = _first_part(value)
    if kind == "source":
        line.source = line.source or name or None
    elif name:
        line.byline = line.byline or names_in(name)
    return rest


def _set_date(line: Line, kind: str, stamp: Stamp) -> None:
    if kind == "updated":
        line.updated = line.updated or stamp
    else:
        line.published = line.published or stamp


def _first_part(value: str) -> tuple[str, str]:
    """Return a source's or an author's name and what follows: it ends at a bar, a wide gap, a tool word, a date."""
    found = find_date(value)
    cut = value[: found.start] if found else value
    rest = value[found.start :] if found else ""
    head, _, tail = re.sub(r"\s*[|｜]\s*|\s{3,}|\u3000+", "\x00", cut.strip(" |｜")).partition("\x00")
    name = without_tools(squeeze(head)).strip(" ()（）[]【】|,，;；")
    return name, f"{tail} {rest}"


def _take_unlabelled(line: Line, text: str, context: DateContext) -> str:
    """Take dates, sources in parentheses or before a bar, domains and names; return what stays unexplained."""
    text = _take_date(line, text, context)
    before_bar = _BEFORE_BAR.match(text) if not line.source else None
    if before_bar:
        line.source, text = squeeze(before_bar[1]), ""
    if _CLOSING.search(text):
        text = _PARENTHESES.sub(lambda match: _take_parenthesis(line, match), text)
    left = without_tools(text.strip(_SEPARATORS)).strip(_SEPARATORS + "()（）[]")
    if not left or is_tools(left):
        return ""
    if _DOMAIN.match(left):
        line.source = line.source or left
        return ""
    pieces = _PIECES.split(left)
    kept = [piece for piece in pieces if line.byline or not _read_byline(line, piece)]
    return " | ".join(piece for piece in kept if not _READING_TIME.match(piece))


def _take_parenthesis(line: Line, match: re.Match[str]) -> str:
    """Take a source in parentheses; return what stays of them."""
    if not match[1]:
        return " "
    if not _is_source(match[1]):
        return match[0]
    line.source = line.source or squeeze(match[1])
    return " "


def _take_date(line: Line, text: str, context: DateContext) -> str:
    """Take the dates of a text, each for what the word before it says; return the text without them."""
    for _ in range(_MOST_DATES):
        found = find_date(text, context)
        if not found:
            break
        before, after = text[: found.start], text[found.end :]
        word, follows = DATE_WORD.search(before[-60:]), AFTER_DATE.match(after)
        if word:
            _set_date(line, str(word.lastgroup), found.stamp)
            before = before[:-60] + word.string[: word.start()]
        elif follows:
            _set_date(line, str(follows.lastgroup), found.stamp)
            after = after[follows.end() :]
        elif line.bare is None and line.published is None:
            line.bare = found.stamp
        else:
            break
        text = f"{before} {after}".replace("( )", " ").replace("()", " ")
    posted = _POSTED_BY.match(text)
    if posted and line.stamp:
        line.byline = line.byline or names_in(posted[1])
        return ""
    return text


def _is_source(text: str) -> bool:
    plain = squeeze(text)
    return bool(plain) and (
        _DOMAIN.match(plain) is not None or (len(plain) <= 40 and len(plain.split()) <= 5 and not find_date(plain))
    )
