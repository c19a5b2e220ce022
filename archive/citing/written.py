"""A citation in any of the forms that people and programs take."""

import json

from archive.citing.formats import bibtex, csl_item, ris
from archive.citing.reference import Reference


def written(reference: Reference, form: str) -> str:
    """Return a citation as apa, chicago, bibtex, csl-json or ris; a record of RIS ends with its line's end."""
    if form == "bibtex":
        return bibtex(reference)
    if form == "ris":
        return ris(reference)
    if form == "csl-json":
        return json.dumps([csl_item(reference)], ensure_ascii=False, indent=2)
    # What sets it by a style takes half a second to load.
    from archive.citing.styled import styled  # noqa: PLC0415

    return styled(reference, "chicago" if form == "chicago" else "apa")
