"""The `newsarchive` command: its groups of commands, and how an error becomes one line and an exit code."""

import sys
from typing import Literal

import click

from archive import cli as archive_commands
from archive.errors import NewsarchiveError
from archive.secrets import masked
from archive.software import VERSION
from crawler import commands, logs


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(VERSION, prog_name="newsarchive")
@click.option(
    "-w",
    "--workspace",
    metavar="DIR",
    envvar="NEWSARCHIVE_WORKSPACE",
    help="The workspace; default: $NEWSARCHIVE_WORKSPACE, else the current directory.",
)
@click.option("-v", "--verbose", count=True, help="Say more: -v every skip and image, -vv all that Scrapy logs.")
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    help="How warnings and errors are written to stderr; default: [report] log in newsarchive.toml.",
)
@click.pass_context
def newsarchive(
    context: click.Context, workspace: str | None, verbose: int, log_format: Literal["text", "json"] | None
) -> None:
    """Crawl news sections and keep every version of every article in one searchable SQLite file.

    \b
    newsarchive init my-archive && cd my-archive
    newsarchive crawl shzj
    newsarchive search "quality supervision"
    """
    logs.choose(log_format)
    context.obj = commands.Invocation(workspace, verbose)


for command in (*commands.COMMANDS, *archive_commands.COMMANDS):
    newsarchive.add_command(command)


def main() -> None:
    """Run the command; an error of ours is one line on stderr and its exit code."""
    try:
        newsarchive.main(standalone_mode=False)
    except NewsarchiveError as error:
        logs.complain(masked(str(error)))
        sys.exit(error.exit_code)
    except click.ClickException as error:
        if logs.is_json():
            logs.complain(error.format_message())
        else:
            error.show()
        sys.exit(2)
    except click.exceptions.Exit as stop:
        sys.exit(stop.exit_code)
    except (click.Abort, KeyboardInterrupt):
        logs.complain("stopped")
        sys.exit(1)


if __name__ == "__main__":
    main()
