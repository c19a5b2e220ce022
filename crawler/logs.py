"""What is written to stderr: lines for people, or one JSON object a line for programs."""

import datetime as dt
import json
import logging
import sys
from typing import Literal

from archive.terminal import printable

Format = Literal["text", "json"]


class _Context(logging.Filter):
    """Puts the site and the run that are at work on every record; a process works on one site at a time."""

    site: str | None = None
    run: int | None = None

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass."""
        record.site, record.run = self.site, self.run
        return True


_context = _Context()


class _Choice:
    """The format in use: what the command line chose goes before what the workspace is configured to."""

    given: Format | None = None
    configured: Format = "text"

    @property
    def form(self) -> Format:
        return self.given or self.configured


_choice = _Choice()


class JsonFormatter(logging.Formatter):
    """One JSON object a line: time, level, site, run, logger, message, and the traceback where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record's line."""
        said = {
            "time": dt.datetime.fromtimestamp(record.created, dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "site": getattr(record, "site", None),
            "run": getattr(record, "run", None),
            "logger": record.name,
            "message": printable(record.getMessage()),
        }
        said["time"] = str(said["time"]).replace("+00:00", "Z")
        if record.exc_info:
            said["traceback"] = record.exc_text or self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False)


class _TextFormatter(logging.Formatter):
    """Level and message; what pages say cannot steer the terminal."""

    def format(self, record: logging.LogRecord) -> str:
        return printable(super().format(record))


def choose(form: Format | None) -> None:
    """Set the format that the command line asks for."""
    _choice.given = form


def configure(form: Format) -> None:
    """Set the format that the workspace is configured to."""
    _choice.configured = form


def is_json() -> bool:
    """Return whether stderr is for programs."""
    return _choice.form == "json"


def set_up(verbose: int = 0) -> None:
    """Log to stderr: our warnings, with -v our notes, with -vv everything."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_context)
    handler.setFormatter(JsonFormatter() if is_json() else _TextFormatter("%(levelname)s %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    ours = (logging.WARNING, logging.INFO, logging.DEBUG)[min(verbose, 2)]
    for name in ("crawler", "archive"):
        logging.getLogger(name).setLevel(ours)
    for name in ("scrapy", "twisted", "asyncio", "py.warnings"):
        logging.getLogger(name).setLevel(logging.DEBUG if verbose > 1 else logging.ERROR)
    # What it gives up on has a line of ours.
    logging.getLogger("scrapy.downloadermiddlewares.retry").setLevel(logging.DEBUG if verbose > 1 else logging.CRITICAL)


def work_on(site: str | None, run: int | None = None) -> None:
    """Name the site and the run that the following lines are about."""
    _context.site, _context.run = site, run


def complain(message: str) -> None:
    """Say why the command ends: one line on stderr."""
    if is_json():
        set_up()
        logging.getLogger("newsarchive").error("%s", message)
    else:
        print(f"newsarchive: {printable(message)}", file=sys.stderr)  # noqa: T201 (a command's last words)
