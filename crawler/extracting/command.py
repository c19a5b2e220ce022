"""The command `newsarchive extract`; what is heavy is imported when it runs, so that `--help` is instant."""

import io
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TextIO

import click

from archive.errors import NewsarchiveError

if TYPE_CHECKING:
    from crawler.extracting.presenting import Form
    from crawler.workspace import Workspace


class OutputError(NewsarchiveError):
    """What was read cannot be written."""

    exit_code = 1


class _Invocation(Protocol):
    @property
    def given(self) -> str | None: ...


@click.command()
@click.argument("names", nargs=-1, metavar="[FILE|FOLDER|URL]...")
@click.option("--list", "listed", metavar="FILE", help="Also read the inputs that FILE names, one a line; - is stdin.")
@click.option(
    "--as",
    "form",
    type=click.Choice(["reading", "text", "markdown", "html", "json"]),
    help="What is printed; default: reading, which is for people.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --as json.")
@click.option("--explain", is_flag=True, help="Show each field with its rule, and what other rules would have given.")
@click.option("--url", metavar="URL", help="The address that the one file, or stdin, came from.")
@click.option(
    "--site", "site_id", metavar="ID", help="Read with the template of this site, bundled or the workspace's."
)
@click.option("-j", "--jobs", type=click.IntRange(1, 256), default=1, show_default=True, help="Processes that read.")
@click.option("-o", "--output", metavar="FILE", help="Write to FILE, which is replaced, instead of stdout.")
@click.option(
    "--max-megabytes",
    type=click.FloatRange(min=0, max=1024, min_open=True),
    help="A larger page is refused; default: the workspace's, else 32.",
)
@click.pass_obj
def extract(
    invocation: _Invocation,
    names: tuple[str, ...],
    listed: str | None,
    form: "Form | None",
    as_json: bool,
    explain: bool,
    url: str | None,
    site_id: str | None,
    jobs: int,
    output: str | None,
    max_megabytes: float | None,
) -> None:  # fmt: skip
    """Read articles out of pages without keeping them: files, folders of files, addresses, or - for stdin.

    A FILE may be packed with gzip. Of a FOLDER and its subfolders, all .html, .htm and .xhtml files are read, also
    with .gz. A URL is fetched as politely as a crawl would: robots.txt, a pause between two pages of a host, the
    workspace's contact and limits where there is a workspace; none is needed. Links in a file are resolved against
    --url, else against the address that the page names as its own, else the file's; pictures whose address is not
    known are left out.

    JSON is one object; with a FOLDER, --list or several inputs, one object a line in the order of the inputs, with
    "error" where one could not be read. Output is UTF-8, without the characters that steer a terminal.

    Exit code 1 where an input could not be read or holds neither text nor image of an article; the others are printed
    all the same.

    \b
    newsarchive extract https://www.example.org/news/1.html
    newsarchive extract page.html --url https://www.example.org/news/1.html --json
    newsarchive extract page.html --explain
    newsarchive extract saved-pages/ --json --jobs 2 -o articles.jsonl
    curl -s https://www.example.org/news/1.html | newsarchive extract - --as markdown
    """
    from crawler.extracting.inputs import inputs_of  # noqa: PLC0415
    from crawler.extracting.presenting import Style  # noqa: PLC0415
    from crawler.extracting.work import Order, extract_inputs  # noqa: PLC0415

    if not names and listed is None:
        raise click.UsageError("no input given; try: newsarchive extract page.html")
    style = Style(_form(form, as_json, explain), explain, many=_is_many(names, listed), width=_width(output))
    if url is not None:
        _check_url(url, names, style.many)
    workspace = _workspace(invocation.given, max_megabytes)
    order = Order(workspace, style, workspace.site(site_id).id if site_id else None, url)
    inputs = inputs_of(names, listed)
    if not inputs:
        raise click.UsageError(f"--list {listed} names no input; write one file, folder or address a line")
    with _opened(output, inputs) as file:
        sys.exit(extract_inputs(inputs, order, jobs, file))


def _workspace(given: str | None, max_megabytes: float | None) -> "Workspace":
    """Return the workspace with its limits; without one, the limits are the defaults."""
    from crawler.workspace import find_workspace  # noqa: PLC0415

    workspace = find_workspace(given)
    if max_megabytes is None:
        return workspace
    crawl = workspace.config.crawl.model_copy(update={"max_megabytes": max_megabytes})
    return replace(workspace, config=workspace.config.model_copy(update={"crawl": crawl}))


def _form(form: "Form | None", as_json: bool, explain: bool) -> "Form":
    if as_json and form not in (None, "json"):
        raise click.UsageError(f"--json and --as {form} contradict each other; choose one")
    chosen = "json" if as_json else form or "reading"
    if explain and chosen not in ("reading", "json"):
        raise click.UsageError(f"--explain prints a table, or goes into JSON; leave --as {form} out, or take --json")
    return chosen


def _is_many(names: Sequence[str], listed: str | None) -> bool:
    return listed is not None or len(names) > 1 or Path(names[0]).is_dir()


def _width(output: str | None) -> int | None:
    return shutil.get_terminal_size().columns if output is None and sys.stdout.isatty() else None


def _check_url(url: str, names: Sequence[str], many: bool) -> None:
    from crawler.extracting.inputs import is_address, is_web_address  # noqa: PLC0415

    if many or is_address(names[0]):
        raise click.UsageError("--url is the address that one file came from; give it with one file, or with -")
    if not is_web_address(url):
        raise click.UsageError(f"--url {url}: not a web address; it begins with http:// or https://")


@contextmanager
def _opened(output: str | None, inputs: Sequence[str]) -> Iterator[TextIO | None]:
    """Give the file that is written, None for stdout, which is UTF-8 then whatever the locale is."""
    path = Path(output) if output is not None else None
    if path and path.exists() and any(Path(name).exists() and path.samefile(name) for name in inputs):
        raise click.UsageError(f"--output {output} is one of the inputs; name another file")
    try:
        if path is None:
            if isinstance(sys.stdout, io.TextIOWrapper):
                sys.stdout.reconfigure(encoding="utf-8")
            yield None
        else:
            with _file(path) as file:
                yield file
    except BrokenPipeError:
        # Who reads our output has enough: click ends silently.
        raise
    except OSError as error:
        raise OutputError(f"{output or 'stdout'}: cannot be written: {error.strerror}; make room there") from error


def _file(path: Path) -> TextIO:
    try:
        return path.open("w", encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"--output {path}: cannot be written: {error.strerror}; name another file") from error
