"""The command `newsarchive cite`; what is heavy is imported when it runs, so that `--help` is instant."""

from contextlib import closing

import click

from archive.invocation import Invocation

_FORMATS = ("apa", "chicago", "bibtex", "csl-json", "ris")


@click.command()
@click.argument("reference", metavar="ID|KEY|URL")
@click.option("--version", "number", type=click.IntRange(min=1), help="This version instead of the current one.")
@click.option(
    "--format", "form", type=click.Choice(_FORMATS), default="apa", show_default=True, help="How it is written."
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format csl-json.")
@click.pass_obj
def cite(invocation: Invocation, reference: str, number: int | None, form: str, as_json: bool) -> None:
    """Cite one version of an article: with the time of its capture and the SHA-256 of what was captured.

    The day of access is that of the capture. The citation key is the article's key and the version: it never changes.

    \b
    newsarchive cite http://english.shzj.gov.cn/2017-11/23/c_113228.htm --version 1 --format bibtex
    """
    from archive.citing.reference import read_reference  # noqa: PLC0415
    from archive.citing.written import written  # noqa: PLC0415
    from archive.db import open_archive  # noqa: PLC0415
    from archive.terminal import printable  # noqa: PLC0415

    with closing(open_archive(invocation.database, readonly=True)) as db:
        found = read_reference(db, reference, number)
    chosen = "csl-json" if as_json else form
    said = written(found, chosen).rstrip("\r\n")
    click.echo(printable(said) if chosen in ("apa", "chicago") else said)
