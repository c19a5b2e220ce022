"""A citation of a version in one of the forms that people and programs take."""

from dataclasses import dataclass

from sqlite_utils import Database

from archive.citing.reference import read_reference
from archive.citing.written import written
from archive.errors import NotFoundError


@dataclass(frozen=True, slots=True)
class Form:
    """A form of citation: its name in addresses, to people, and as a file."""

    name: str
    label: str
    mime: str
    suffix: str


FORMS = {
    form.name: form
    for form in (
        Form("apa", "APA", "text/plain; charset=utf-8", "txt"),
        Form("chicago", "Chicago", "text/plain; charset=utf-8", "txt"),
        Form("bibtex", "BibTeX", "application/x-bibtex; charset=utf-8", "bib"),
        Form("ris", "RIS", "application/x-research-info-systems; charset=utf-8", "ris"),
        Form("csl-json", "CSL-JSON", "application/vnd.citationstyles.csl+json", "json"),
    )
}


@dataclass(frozen=True, slots=True)
class Citation:
    """A version as it is cited, in one form; `why` says why it cannot be."""

    key: str
    number: int | None
    form: Form
    text: str
    title: str
    why: str | None = None

    @property
    def forms(self) -> tuple[Form, ...]:
        """All forms that there are."""
        return tuple(FORMS.values())

    @property
    def file_name(self) -> str:
        """What the citation is called as a file."""
        return f"{self.key}-v{self.number}.{self.form.suffix}"


def read_citation(db: Database, key: str, number: int | None, form: str) -> Citation:
    """Return the citation of a version, the current one where none is named."""
    chosen = FORMS.get(form, FORMS["apa"])
    try:
        reference = read_reference(db, key, number)
    except NotFoundError as error:
        return Citation(key, number, chosen, "", "", str(error))
    return Citation(key, reference.version, chosen, written(reference, chosen.name), reference.title)
