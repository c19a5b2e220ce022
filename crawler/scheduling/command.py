"""The commands `schedule` and `run`."""

import getpass
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click

if TYPE_CHECKING:
    from collections.abc import Callable

    from crawler.scheduling.plan import Plan
    from crawler.workspace import Workspace


class _Invocation(Protocol):
    @property
    def workspace(self) -> "Callable[[], Workspace]": ...


@click.command()
@click.argument("kind", type=click.Choice(["systemd", "cron", "docker"]))
@click.option("--output", type=click.Path(path_type=Path, file_okay=False), metavar="DIR", help="Write files here.")
@click.option(
    "--minutes",
    type=click.Choice(["1", "2", "5", "10", "15", "20", "30", "60"]),
    default="10",
    show_default=True,
    help="How often to look whether anything is due; what is due says `every` in the definitions.",
)
@click.pass_obj
def schedule(invocation: _Invocation, kind: str, output: Path | None, minutes: str) -> None:
    """Print what runs `newsarchive crawl --due` by itself: systemd user units, a line for cron, a compose file.

    The text can be used as it is; what to do with it is printed on stderr. Nothing is installed.

    \b
    newsarchive schedule systemd --output ~/.config/systemd/user
    """
    from crawler.scheduling.plan import plan_for  # noqa: PLC0415

    plan = plan_for(invocation.workspace(), int(minutes))
    files = _files(kind, plan)
    for name, text in files.items():
        if output:
            _write(output / name, text)
            click.echo(f"Wrote {output / name}.")
        else:
            click.echo(text)
    click.echo("Next:", err=True)
    for step in _steps(kind, plan, output):
        click.echo(f"  {step}", err=True)


@click.command()
@click.option("--once", is_flag=True, help="Stop after the first look, with the exit code of its crawl.")
@click.option("--check", is_flag=True, help="Only say whether it runs here, for health checks: exit code 0, else 1.")
@click.pass_obj
def run(invocation: _Invocation, once: bool, check: bool) -> None:
    """Stay in the foreground and crawl what is due, for containers and process managers.

    Sleeps until the next section or article is due, runs `newsarchive crawl --due` as a process of its own, and goes
    on whatever that ends with. SIGTERM and SIGINT end it, and the crawl under way, within 10 seconds.

    \b
    newsarchive run
    newsarchive -w my-archive run --once
    """
    from crawler.scheduling.service import is_alive, serve  # noqa: PLC0415

    workspace = invocation.workspace()
    if check:
        alive, said = is_alive(workspace)
        click.echo(said)
        sys.exit(0 if alive else 1)
    sys.exit(serve(workspace, once=once))


def _files(kind: str, plan: "Plan") -> dict[str, str]:
    from crawler.scheduling import cron, docker, systemd  # noqa: PLC0415

    if kind == "systemd":
        return systemd.units(plan)
    return cron.crontab(plan, getpass.getuser()) if kind == "cron" else docker.compose_file(plan)


def _steps(kind: str, plan: "Plan", output: Path | None) -> list[str]:
    from crawler.scheduling import cron, docker, systemd  # noqa: PLC0415

    return {"systemd": systemd, "cron": cron, "docker": docker}[kind].steps(plan, output)  # type: ignore[no-any-return]


def _write(path: Path, text: str) -> None:
    from archive.errors import UsageError  # noqa: PLC0415

    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}; choose another --output") from error


COMMANDS = (schedule, run)
