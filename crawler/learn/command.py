"""`newsarchive learn`: a template proposed, and written into the definition where the layout changed."""

import io
import json
import shutil
import sys
from contextlib import closing
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from archive.model import Article
    from crawler.learn.change import Change
    from crawler.learn.templates import LearnedTemplate, LearnPage
    from crawler.site import Site
    from crawler.workspace import Workspace

_MOST, _FEWEST, _DEFAULT = 12, 3, 8
# So many of the newest articles are looked at for the place where the layout changed.
_LOOKED_AT = 60
_SHOWN, _WIDEST = 3, 48
_NONE = "–"


@dataclass(frozen=True, slots=True)
class _Lesson:
    """What was learned of a site: the template, what the present one says, and three articles read with it."""

    site: str
    learned: "LearnedTemplate"
    change: "Change"
    pages: int
    examples: "tuple[Article, ...]"


@click.command()
@click.argument("site")
@click.option("--write", is_flag=True, help="Add the template to the site's definition, and end the present one.")
@click.option(
    "--pages", type=click.IntRange(_FEWEST, _MOST), default=_DEFAULT, show_default=True, help="Learn from so many."
)
@click.option("--json", "as_json", is_flag=True, help="Print what was learned as JSON.")
@click.pass_obj
def learn(invocation: Any, site: str, write: bool, pages: int, as_json: bool) -> None:
    """Learn a site's template from the stored pages of its newest articles.

    Nothing is fetched. Shows each field with its selector, how far it can be trusted, what it gives on three articles,
    and what the present template says. Where the newest pages have another layout, only those are learned from, and
    --write gives the new template the day of the first of them as `valid_from`. Exit code 1 where nothing was learned.

    \b
    newsarchive learn shzj --write
    """
    workspace = invocation.workspace()
    lesson = _lesson(workspace, workspace.site(site), pages)
    if lesson is None:
        click.echo(f"Nothing to learn from: the archive holds no page of {site}; try: newsarchive crawl {site}")
        sys.exit(1)
    written = _write(workspace, lesson) if write else None
    click.echo(json.dumps(_as_dict(lesson, written), ensure_ascii=False) if as_json else _shown(lesson, written, write))
    sys.exit(1 if lesson.learned.template.is_empty else 0)


def _lesson(workspace: "Workspace", site: "Site", most: int) -> _Lesson | None:
    from archive.db import open_archive  # noqa: PLC0415 - `--help` is instant
    from crawler.learn.change import change_of  # noqa: PLC0415
    from crawler.learn.stored import newest_pages  # noqa: PLC0415
    from crawler.learn.templates import learn_template  # noqa: PLC0415

    with closing(open_archive(workspace.holdings.database, readonly=True)) as db:
        newest = newest_pages(db, workspace.holdings.captures, site.id, _LOOKED_AT)
    if not newest:
        return None
    change = change_of(site, newest)
    chosen = [stored.page for stored in (change.pages or newest)[:most]]
    learned = learn_template(chosen, site=site)
    if change.since:
        dated = learned.template.model_copy(update={"valid_from": change.since})
        learned = replace(learned, template=dated)
    return _Lesson(site.id, learned, change, len(chosen), _examples(site, learned, chosen))


def _examples(site: "Site", learned: "LearnedTemplate", pages: "list[LearnPage]") -> "tuple[Article, ...]":
    from crawler.learn.samples import read_with  # noqa: PLC0415

    return tuple(read_with(page, site, (learned.template,)) for page in pages[:_SHOWN])


def _write(workspace: "Workspace", lesson: _Lesson) -> Path | None:
    """Write the template into the workspace's definition where there is something to repair; return its path."""
    from crawler.learn.editing import add_template  # noqa: PLC0415

    template = lesson.learned.template
    if template.is_empty or (lesson.change.present is not None and not lesson.change.pages):
        return None
    path = workspace.sites_folder / f"{lesson.site}.toml"
    if path.is_file():
        text = path.read_text(encoding="utf-8")
    else:
        text = resources.files("crawler").joinpath("sites", f"{lesson.site}.toml").read_text(encoding="utf-8")
    shares = lesson.learned.confidence.items()
    notes = {name: f"agrees on {share:.0%} of {lesson.pages} pages" for name, share in shares}
    beside = path.with_suffix(".new")
    beside.write_text(add_template(text, str(path), template, notes), encoding="utf-8")
    beside.replace(path)
    return path


def _as_dict(lesson: _Lesson, written: Path | None) -> dict[str, Any]:
    since = lesson.change.since
    return {
        "site": lesson.site,
        "pages": lesson.pages,
        "valid_from": since.isoformat() if since else None,
        "lost": list(lesson.change.fields),
        "fields": {
            name: {
                "learned": _says(lesson.learned.template, name) or None,
                "confidence": lesson.learned.confidence.get(name),
                "present": _says(lesson.change.present, name) or None,
                "values": [_value(article, name) for article in lesson.examples],
                "note": lesson.learned.notes.get(name),
            }
            for name in _names(lesson)
        },
        "written": str(written) if written else None,
    }


def _names(lesson: _Lesson) -> list[str]:
    """Return the fields of which there is something to say."""
    from crawler.site import TEMPLATE_FIELDS  # noqa: PLC0415

    learned, present = lesson.learned, lesson.change.present
    said = (name for name in TEMPLATE_FIELDS if _says(learned.template, name) or _says(present, name))
    return list(dict.fromkeys((*said, *learned.notes)))


def _says(template: Any, name: str) -> str:
    rule = getattr(template, name, None)
    if rule is None:
        return ""
    return ", ".join((*rule.select, *(f"label {label!r}" for label in rule.label))) or "nothing"


def _value(article: "Article", name: str) -> str:
    """Return what an article has in a field, on one short line."""
    if name in ("images", "caption"):
        captions = [image.caption for image in article.images if image.caption]
        return f"{len(article.images)} images" if name == "images" else " · ".join(captions)
    found = getattr(article, name, None)
    said = " > ".join(found) if isinstance(found, tuple) else getattr(found, "raw", found) or ""
    return " ".join(str(said).split())


def _shown(lesson: _Lesson, written: Path | None, asked: bool) -> str:
    """Return the table of the fields, and what was found out about the layout."""
    from rich.console import Console  # noqa: PLC0415

    target = io.StringIO()
    width = shutil.get_terminal_size((120, 40)).columns
    console = Console(file=target, highlight=False, width=width)
    console.print(_table(lesson))
    return "\n".join((target.getvalue(), *_sentences(lesson, written, asked)))


def _table(lesson: _Lesson) -> Any:
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    from archive.terminal import printable  # noqa: PLC0415

    table = Table("field", "learned", "agrees", "on three articles", "present", box=None, pad_edge=False)
    for name in _names(lesson):
        share = lesson.learned.confidence.get(name)
        values = [] if name == "remove" else [_value(article, name) for article in lesson.examples]
        cells = [
            name,
            _says(lesson.learned.template, name) or lesson.learned.notes.get(name) or _NONE,
            f"{share:.0%}" if share is not None else _NONE,
            "\n".join(value[:_WIDEST] or _NONE for value in values),
            _says(lesson.change.present, name) or _NONE,
        ]
        table.add_row(*(Text(printable(cell)) for cell in cells))
    return table


def _sentences(lesson: _Lesson, written: Path | None, asked: bool) -> list[str]:
    change, said = lesson.change, []
    if change.pages:
        said.append(
            f"The layout changed: the present template finds no {', no '.join(change.fields)} on the newest "
            f"{len(change.pages)} pages, since {change.since}."
        )
    elif change.present:
        said.append("The present template still fits the newest pages.")
    if written:
        said.append(f"Written to {written}. Next: newsarchive reextract {lesson.site}")
    elif lesson.learned.template.is_empty:
        said.append("Nothing was learned; the general rules read this site.")
    elif asked:
        said.append("Nothing to write.")
    elif change.pages or change.present is None:
        said.append(f"To keep it: newsarchive learn {lesson.site} --write")
    return said
