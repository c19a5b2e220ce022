"""Runs commands of the product in processes of their own, forked from one that has everything imported already.

Starting a crawl costs more than a second, and end-to-end tests start hundreds. It reads requests as lines of JSON and
answers each with one. Every process has the clock that the file in its environment tells, in seconds off the true one.
"""

import atexit
import contextlib
import gc
import importlib
import json
import os
import platform
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

from PIL import Image

CLOCK = "TESTS_CLOCK"
# What the commands import by themselves, and what Scrapy loads by name when a crawl begins.
_ROOT = Path(__file__).resolve().parents[2]
_OURS = ("archive", "crawler")
_THEIRS = (
    "scrapy.core.downloader.handlers.http11", "scrapy.downloadermiddlewares.cookies",
    "scrapy.downloadermiddlewares.defaultheaders", "scrapy.downloadermiddlewares.downloadtimeout",
    "scrapy.downloadermiddlewares.httpauth", "scrapy.downloadermiddlewares.httpcache",
    "scrapy.downloadermiddlewares.httpcompression", "scrapy.downloadermiddlewares.httpproxy",
    "scrapy.downloadermiddlewares.offsite", "scrapy.downloadermiddlewares.redirect",
    "scrapy.downloadermiddlewares.retry", "scrapy.downloadermiddlewares.robotstxt",
    "scrapy.downloadermiddlewares.stats", "scrapy.downloadermiddlewares.useragent", "scrapy.dupefilters",
    "scrapy.extensions.closespider", "scrapy.extensions.corestats", "scrapy.extensions.feedexport",
    "scrapy.extensions.logcount", "scrapy.extensions.memdebug", "scrapy.extensions.memusage",
    "scrapy.extensions.remote_control", "scrapy.extensions.spiderstate", "scrapy.extensions.telnet",
    "scrapy.extensions.throttle", "scrapy.pipelines", "scrapy.squeues", "protego", "httpcore", "anyio",
    "diff_match_patch", "rich._emoji_codes", "click._textwrap", "email.policy", "encodings.cp437",
)  # fmt: skip


def move_clock() -> None:
    """Let this process's clock follow the file; before anything else of the product is imported."""
    import datetime as dt

    from archive import model

    true_time, true_now = time.time, model.utc_now

    def off() -> float:
        path = os.environ.get(CLOCK)
        try:
            return float(Path(path).read_text(encoding="ascii")) if path else 0.0
        except (OSError, ValueError):
            return 0.0

    time.time = lambda: true_time() + off()
    model.utc_now = lambda: true_now() + dt.timedelta(seconds=off())


def serve() -> None:
    """Answer requests until there are no more."""
    move_clock()
    for name in (*_modules(), *_THEIRS):
        with contextlib.suppress(ImportError):
            importlib.import_module(name)
    Image.init()
    # Scrapy logs it; it starts a process, and remembers what it was told.
    platform.platform()
    gc.freeze()
    ended: dict[int, tuple[int, int]] = {}
    for line in sys.stdin:
        said = json.loads(line)
        answer = {"pid": _start(said)} if "arguments" in said else _state(said["pid"], ended)
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _modules() -> Iterator[str]:
    """Yield the modules of the product, those of the web server aside."""
    for file in sorted(file for package in _OURS for file in (_ROOT / package).rglob("*.py")):
        name = ".".join(file.relative_to(_ROOT).with_suffix("").parts).removesuffix(".__init__")
        if not name.startswith(("archive.datasette_plugin", "archive.serving")):
            yield name


def _start(said: dict[str, Any]) -> int:
    pid = os.fork()
    if not pid:
        _become(said)
    return pid


def _become(said: dict[str, Any]) -> NoReturn:
    os.setsid()
    for number, name in ((0, os.devnull), (1, said["out"]), (2, said["err"])):
        descriptor = os.open(name, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.environ.clear()
    os.environ.update(said["environment"])
    os.chdir(said["cwd"])
    sys.argv = ["newsarchive", *said["arguments"]]
    from crawler.cli import main

    code: Any = 0
    try:
        main()
    except SystemExit as ended:
        code = ended.code
    finally:
        if "open" in said:
            Path(said["open"]).write_text("\n".join(_open_files()), encoding="utf-8")
    _end(code)


def _end(code: Any) -> NoReturn:
    """End as the interpreter does, but let the system take the memory back: half of a short command's cost."""
    if not isinstance(code, int):
        raise SystemExit(code)
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _open_files() -> list[str]:
    found = []
    for descriptor in Path("/proc/self/fd").iterdir():
        try:
            found.append(str(descriptor.readlink()))
        except OSError:
            continue
    return found


def _state(pid: int, ended: dict[int, tuple[int, int]]) -> dict[str, int | None]:
    """Return how a process ended, with the most kilobytes that it held; nothing where it still runs."""
    if pid not in ended:
        got, status, usage = os.wait4(pid, os.WNOHANG)
        if not got:
            return {"code": None, "kilobytes": None}
        ended[pid] = (os.waitstatus_to_exitcode(status), usage.ru_maxrss)
    code, kilobytes = ended[pid]
    return {"code": code, "kilobytes": kilobytes}


if __name__ == "__main__":
    serve()
