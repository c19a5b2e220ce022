"""The service of `newsarchive run`: waits until something is due, and crawls it in a process of its own."""

import logging
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from types import FrameType

from filelock import FileLock, Timeout

from archive.db import open_archive, open_current
from archive.errors import LockedError, NewsarchiveError
from archive.history import read_runs
from archive.model import utc_now
from archive.spans import span
from crawler import logs
from crawler.agenda import due_sites, every_site
from crawler.workspace import Workspace

logger = logging.getLogger("crawler.service")
# The definitions are looked at again so often, for a change of them makes other things due.
_LONGEST_SLEEP = 300.0
# A crawl that cannot do what is due (another run holds the site) is not tried again at once.
_SHORTEST_SLEEP = 15.0
_BEAT = 15.0
_FRESH = 90.0
_PATIENCE = 9.0
_MEANINGS = {
    0: "all well",
    1: "a walk did not finish or an article failed, see `newsarchive failures`",
    2: "wrong configuration, see the lines above",
    3: "another run holds a site",
    4: "the archive needs attention, see `newsarchive status`",
}


class Service:
    """One `newsarchive run`: its signals, its child, and the heartbeat file that says it lives."""

    def __init__(self, workspace: Workspace, command: Sequence[str]) -> None:
        self._workspace, self._command = workspace, tuple(command)
        self._heartbeat = heartbeat(workspace)
        self._signal: int | None = None
        self._told = 0

    def run(self, *, once: bool = False) -> int:
        """Crawl what is due until a signal comes; return the exit code."""
        self._told = self._last_run()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        code, pause, said = 0, _SHORTEST_SLEEP, ""
        while self._signal is None:
            seconds, words = self._next()
            if seconds <= 0:
                code = self._crawl()
                # What a crawl could not do stays due: it is tried again ever more rarely.
                seconds, pause = pause, min(2 * pause, _LONGEST_SLEEP)
            else:
                if words != said:
                    _say(words)
                said = words
                pause = _SHORTEST_SLEEP
            if once:
                return code
            self._sleep(seconds)
        _say(f"stopped by {signal.Signals(self._signal).name}")
        return 0

    def _last_run(self) -> int:
        with closing(open_current(self._workspace.holdings.database)) as db:
            return max((run.id for run in read_runs(db, limit=1)), default=0)

    def _next(self) -> tuple[float, str]:
        """Return how long nothing is due, and that in words; an archive in trouble is for the crawl to tell of."""
        try:
            sites, mistakes = every_site(self._workspace)
            due = due_sites(self._workspace, sites)
        except (NewsarchiveError, sqlite3.Error) as error:
            logger.warning("cannot see what is due: %s", error)
            return 0, ""
        if mistakes and not sites:
            return _LONGEST_SLEEP, str(mistakes[0])
        if not sites:
            return _LONGEST_SLEEP, f"no site is defined in {self._workspace.sites_folder}; next: newsarchive add URL"
        first = due[0]
        if first.at is None:
            return _LONGEST_SLEEP, "nothing is ever due: every section says never"
        words = f"nothing is due until {first.at:%Y-%m-%d %H:%MZ} ({first.site.id})"
        return min((first.at - utc_now()).total_seconds(), _LONGEST_SLEEP), words

    def _crawl(self) -> int:
        """Run one crawl of what is due; return its exit code, or that of a shell where a signal ended it."""
        started = time.monotonic()
        # In a session of its own: Ctrl-C reaches it once, through this process.
        child = subprocess.Popen(  # noqa: S603 (our own command)
            self._command, start_new_session=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        while child.poll() is None and self._signal is None:
            self._beat()
            self._wait(child, _BEAT, None)
        code = self._end_child(child)
        self._say_runs()
        words = _MEANINGS.get(code, f"a signal ended it ({-code})" if code < 0 else "unexpected")
        _say(f"the crawl ended after {span(time.monotonic() - started)} with {code}: {words}")
        return code if code >= 0 else 128 - code

    def _say_runs(self) -> None:
        """Say what the runs since the last time did."""
        try:
            with closing(open_archive(self._workspace.holdings.database, readonly=True)) as db:
                runs = [run for run in read_runs(db) if run.id > self._told]
        except (NewsarchiveError, sqlite3.Error) as error:
            logger.warning("cannot see what was done: %s", error)
            return
        for run in reversed(runs):
            _say(run.line)
            self._told = run.id

    def _end_child(self, child: "subprocess.Popen[bytes]") -> int:
        """Return the child's exit code; one that a passed-on signal did not end within seconds is killed."""
        if child.poll() is None and self._signal is not None:
            passed_on = self._signal
            child.send_signal(passed_on)
            self._wait(child, _PATIENCE, passed_on)
        if child.poll() is None:
            logger.warning("the crawl did not end in %d seconds and is killed; the next one goes on", _PATIENCE)
            child.kill()
        return child.wait()

    def _wait(self, child: "subprocess.Popen[bytes]", seconds: float, passed_on: int | None) -> None:
        """Wait for the child, no longer than until a signal comes that is not passed on yet."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and self._signal == passed_on:
            try:
                child.wait(timeout=0.2)
            except subprocess.TimeoutExpired:
                continue
            return

    def _sleep(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while self._signal is None and (left := until - time.monotonic()) > 0:
            self._beat()
            # A signal's handler does not end a sleep.
            rest = min(left, _BEAT)
            beat_until = time.monotonic() + rest
            while self._signal is None and time.monotonic() < beat_until:
                time.sleep(min(0.2, rest))

    def _beat(self) -> None:
        try:
            self._heartbeat.write_text(f"{os.getpid()}\n", encoding="utf-8")
        except OSError as error:
            logger.warning("cannot write %s: %s", self._heartbeat, error.strerror)

    def _stop(self, number: int, _frame: FrameType | None) -> None:
        self._signal = number


def serve(workspace: Workspace, *, once: bool = False) -> int:
    """Run the service in the foreground; raises LockedError where it runs for this workspace already."""
    logs.set_up()
    logger.setLevel(logging.INFO)
    workspace.holdings.make()
    lock = FileLock(workspace.holdings.locks / "run.lock", timeout=0)
    try:
        # A connection that stays open keeps the files that Datasette needs to read the archive from a read-only mount.
        with lock, closing(open_archive(workspace.holdings.database)) as db:
            db.conn.execute("SELECT count(*) FROM sites").fetchone()
            _say(f"crawling what is due in {workspace.root.absolute()}")
            return Service(workspace, crawl_command(workspace)).run(once=once)
    except Timeout as error:
        raise LockedError(f"`newsarchive run` runs for {workspace.root} already; stop it first") from error


def crawl_command(workspace: Workspace) -> tuple[str, ...]:
    """Return the words that crawl what is due."""
    form = ("--log-format", "json") if logs.is_json() else ()
    return (sys.executable, "-m", "crawler.cli", *form, "-w", str(workspace.root), "crawl", "--due")


def heartbeat(workspace: Workspace) -> Path:
    """Return the file whose age says whether the service lives."""
    return workspace.holdings.locks / "run.heartbeat"


def is_alive(workspace: Workspace) -> tuple[bool, str]:
    """Return whether the service lives, and that in words."""
    try:
        age = time.time() - heartbeat(workspace).stat().st_mtime
    except OSError:
        return False, f"newsarchive run was never started in {workspace.root}"
    words = f"the last sign of life of `newsarchive run` is {span(age)} old"
    return age < _FRESH, words


def _say(line: str) -> None:
    """Say what the service does, in one line."""
    if logs.is_json():
        logger.log(logging.INFO, "%s", line)
    else:
        print(f"{utc_now():%Y-%m-%d %H:%M:%SZ} {line}", flush=True)  # noqa: T201 (what the command is for)
