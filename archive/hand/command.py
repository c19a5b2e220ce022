"""`newsarchive edit`, `tag` and `note`."""

import getpass
import json
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archive.invocation import Invocation
from archive.terminal import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlite_utils import Database


@click.command()
@click.argument("reference", metavar="ID|KEY|URL")
@click.argument("fields", nargs=-1, metavar="[FIELD=VALUE]...")
@click.option("--note", default="", help="Why; kept with the correction.")
@click.option("--undo", "undo_it", is_flag=True, help="Take the last correction of the article back.")
@click.pass_obj
def edit(invocation: Invocation, reference: str, fields: tuple[str, ...], note: str, undo_it: bool) -> None:
    """Correct fields of an article: title, published, updated, source, byline (names apart by ;), language, caption N.

    A correction has the rule `hand`, makes no version and no event, and is kept when the article is fetched or read
    again, for as long as the page says what was wrong. An empty value takes one away.

    \b
    newsarchive edit w3ydfadbmk5xq2ab published=2017-11-23 "caption 1=The new pier" --note "from the print edition"
    newsarchive edit w3ydfadbmk5xq2ab --undo
    """
    from archive.db import atomic  # noqa: PLC0415
    from archive.hand.editing import edit as edit_article  # noqa: PLC0415
    from archive.hand.editing import line_of, undo  # noqa: PLC0415
    from archive.holdings import Holdings  # noqa: PLC0415
    from archive.lock import SiteLock  # noqa: PLC0415

    if undo_it == bool(fields):
        raise click.UsageError("give fields as FIELD=VALUE, or --undo")
    wanted = dict(_pair(text) for text in fields)
    with _article(invocation.database, reference) as (db, article_id):
        (site_id,) = db.conn.execute("SELECT site_id FROM articles WHERE id = ?", (article_id,)).fetchone()
        with SiteLock(Holdings(invocation.database.parent), site_id), atomic(db):
            edits = [undo(db, article_id)] if undo_it else edit_article(db, article_id, wanted, note, getpass.getuser())
    for each in edits:
        click.echo(printable(line_of(each)))


# Else a tag that is taken off, as -harbour, would be read as options.
@click.command(context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("reference", metavar="[ID|KEY|URL]", required=False)
@click.argument("changes", nargs=-1, metavar="[+TAG|-TAG]...", type=click.UNPROCESSED)
@click.option("--json", "as_json", is_flag=True, help="Print the tags as JSON.")
@click.pass_obj
def tag(invocation: Invocation, reference: str | None, changes: tuple[str, ...], as_json: bool) -> None:
    """Put tags on an article and take them off, or list them; without an article, all tags that there are.

    \b
    newsarchive tag w3ydfadbmk5xq2ab +harbour -draft
    newsarchive tag
    """
    from archive import marks  # noqa: PLC0415
    from archive.db import atomic, open_current  # noqa: PLC0415

    if reference is None:
        with closing(open_current(invocation.database)) as db:
            every = marks.every_tag(db)
        if as_json:
            click.echo(json.dumps(every, ensure_ascii=False, indent=2))
        else:
            click.echo(
                "\n".join(f"{number:>7,}  {printable(name)}" for name, number in every.items()) or "No tags yet."
            )
        return
    as_json = as_json or "--json" in changes
    changes = tuple(text for text in changes if text != "--json")
    wrong = [text for text in changes if text[:1] not in "+-" or len(text) < 2]
    if wrong:
        raise click.UsageError(f"{wrong[0]!r}: say +{wrong[0]} or -{wrong[0]}")
    with _article(invocation.database, reference) as (db, article_id):
        if changes:
            with atomic(db):
                added = [text[1:] for text in changes if text[0] == "+"]
                marks.tag(db, article_id, added, [text[1:] for text in changes if text[0] == "-"])
        tags = marks.tags_of(db, article_id)
    said = json.dumps(tags, ensure_ascii=False) if as_json else printable(" ".join(tags)) or "No tags."
    click.echo(said)


@click.command()
@click.argument("reference", metavar="ID|KEY|URL")
@click.argument("text", required=False)
@click.pass_obj
def note(invocation: Invocation, reference: str, text: str | None) -> None:
    """Write a note on an article, or list its notes.

    \b
    newsarchive note w3ydfadbmk5xq2ab "The print edition has another headline."
    """
    from archive import marks  # noqa: PLC0415
    from archive.db import atomic  # noqa: PLC0415

    with _article(invocation.database, reference) as (db, article_id):
        if text is not None:
            if not text.strip():
                raise click.UsageError("a note needs a text")
            with atomic(db):
                marks.note(db, article_id, text.strip(), getpass.getuser())
        notes = marks.marks_of(db, article_id)["notes"]
    for each in notes:
        click.echo(printable(f"{each['at'][:16]} {each['by']}: {each['text']}"))
    if not notes:
        click.echo("No notes.")


@contextmanager
def _article(database: Path, reference: str) -> "Iterator[tuple[Database, int]]":
    """Open the archive to write, and find an article that is not withdrawn."""
    from archive.db import open_archive, open_current  # noqa: PLC0415
    from archive.reader import read_article  # noqa: PLC0415

    with closing(open_current(database)) as db:
        article_id = read_article(db, reference).row["id"]
    with closing(open_archive(database)) as db:
        yield db, article_id


def _pair(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise click.UsageError(f"{text!r} is no FIELD=VALUE")
    return name, value
