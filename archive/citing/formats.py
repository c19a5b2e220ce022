"""A citation as data for other programs: CSL-JSON, BibTeX and RIS."""

import datetime as dt
import re
import unicodedata
from typing import Any

from archive.citing.names import Name, name_of
from archive.citing.reference import Reference
from archive.model import Stamp

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
_LATEX = {
    "\\": r"\textbackslash{}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    # Escaped by a backslash they would still count as a field's own.
    "{": r"\textbraceleft{}", "}": r"\textbraceright{}",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip


def csl_item(reference: Reference, *, parted: bool = True) -> dict[str, Any]:
    """Return the citation as an item of CSL-JSON; names not `parted` stand whole where they have no initials."""
    item: dict[str, Any] = {
        "id": reference.key,
        "type": "article-newspaper",
        "title": one_line(reference.title),
        "author": [_csl_name(name, parted=parted) for name in _names(reference)],
        "container-title": one_line(reference.outlet),
        "issued": _csl_date(reference.day),
        "original-date": _csl_date(_day_of(reference.published)) if reference.updated else None,
        "URL": reference.url,
        "accessed": _csl_date(reference.accessed),
        "language": reference.language,
        "version": str(reference.version),
        "note": reference.note,
        "custom": {
            "version": reference.version,
            "captured": reference.captured,
            "sha256": reference.sha256,
            "published": _said(reference.published),
            "updated": _said(reference.updated),
            "gone-since": reference.gone_since,
        },
    }
    return {name: value for name, value in item.items() if value not in (None, [])}


def bibtex(reference: Reference) -> str:
    """Return the citation as a BibTeX entry, its characters as they are and LaTeX's own signs escaped."""
    fields = {
        "author": " and ".join(map(_bibtex_name, _names(reference))),
        "title": "{" + _latex(reference.title) + "}",
        "howpublished": _latex(reference.outlet),
        "year": str(reference.day.year) if reference.day else "",
        "url": _bare_url(reference.url),
        "urldate": reference.accessed.isoformat(),
        "version": str(reference.version),
        "note": _latex(reference.note),
        "language": _latex(reference.language or ""),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    if reference.day:
        lines.insert(-1, f"  month = {_MONTHS[reference.day.month - 1]},\n  day = {{{reference.day.day}}},")
    return "\n".join([f"@misc{{{reference.key},", *lines, "}"])


def ris(reference: Reference) -> str:
    """Return the citation as a RIS record."""
    day = reference.day
    fields = [
        ("TY", "NEWS"),
        ("ID", reference.key),
        *(("AU", _ris_name(name)) for name in _names(reference)),
        ("TI", reference.title),
        ("T2", reference.outlet),
        ("PY", str(day.year) if day else ""),
        ("DA", f"{day:%Y/%m/%d}/" if day else ""),
        ("ET", f"Version {reference.version}"),
        ("LA", reference.language or ""),
        ("UR", reference.url),
        ("Y2", f"{reference.accessed:%Y/%m/%d}/"),
        ("N1", reference.note),
    ]
    lines = [f"{tag}  - {one_line(value)}" for tag, value in fields if one_line(value)]
    return "\r\n".join([*lines, "ER  - ", ""])


def one_line(text: str) -> str:
    """Return a text on one line, without characters that steer."""
    return " ".join("".join(" " if unicodedata.category(sign) in ("Cc", "Cs") else sign for sign in text).split())


def _names(reference: Reference) -> list[Name]:
    return [name_of(name) for name in map(one_line, reference.byline) if name]


def _csl_name(name: Name, *, parted: bool) -> dict[str, str]:
    # Letters without capitals have no initials that a style could make of them.
    is_whole = name.whole == name.family + name.given or not any(letter.isupper() for letter in name.given)
    if name.literal or (not parted and is_whole):
        return {"literal": name.whole}
    return {"family": name.family, "given": name.given} | ({"suffix": name.suffix} if name.suffix else {})


def _bibtex_name(name: Name) -> str:
    if name.literal:
        return "{" + _latex(name.literal) + "}"
    # A word `and` or a comma of a name would be read as the form's own.
    parts = (_guarded(part) for part in (name.family, name.suffix, name.given) if part)
    return ", ".join(parts)


def _guarded(part: str) -> str:
    text = _latex(part)
    return "{" + text + "}" if re.search(r"\band\b|,", text, re.IGNORECASE) else text


def _ris_name(name: Name) -> str:
    return name.literal or ", ".join(filter(None, (name.family, name.given, name.suffix)))


def _latex(text: str) -> str:
    return "".join(_LATEX.get(sign, sign) for sign in one_line(text))


def _bare_url(url: str) -> str:
    """Return an address as a field that is read as it stands holds it: braces and backslashes would end it."""
    return re.sub(r"[{}\\\s]", lambda match: f"%{ord(match[0]):02X}", url)


def _csl_date(day: dt.date | None) -> dict[str, list[list[int]]] | None:
    return {"date-parts": [[day.year, day.month, day.day]]} if day else None


def _day_of(stamp: Stamp | None) -> dt.date | None:
    return stamp.day if stamp else None


def _said(stamp: Stamp | None) -> str | None:
    return (stamp.stored or stamp.raw) if stamp else None
