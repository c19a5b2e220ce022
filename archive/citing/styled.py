"""A citation as text for people, by a CSL style."""

import re
from pathlib import Path
from typing import Literal

from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON

from archive.citing.formats import csl_item
from archive.citing.reference import Reference

Style = Literal["apa", "chicago"]
_STYLES = Path(__file__).parent / "styles"


def styled(reference: Reference, style: Style) -> str:
    """Return the citation as a line of text, in English."""
    item = csl_item(reference, parted=False)
    del item["custom"]
    if style == "chicago":
        # Inside quotation marks stand the other ones.
        item["title"] = item["title"].translate({ord("“"): "‘", ord("”"): "’"})
    item["note"] = _proof(reference)
    rules = CitationStylesStyle(str(_STYLES / f"{style}.csl"), validate=False)
    bibliography = CitationStylesBibliography(rules, CiteProcJSON([item]), formatter.plain)
    bibliography.register(Citation([CitationItem(reference.key)]))
    return _settled(str(bibliography.bibliography()[0]))


def _proof(reference: Reference) -> str:
    said = [f"Captured {reference.captured}"]
    if reference.gone_since:
        said.append(f"no longer at this address since {reference.gone_since}")
    if reference.sha256:
        said.append(f"SHA-256 {reference.sha256}")
    return "; ".join(said)


def _settled(text: str) -> str:
    """Take out full stops that stand behind another mark."""
    return " ".join(re.sub(r"([?!。？！])(’?)\.(?=”| )", r"\1\2", text.replace("..", ".")).split())
