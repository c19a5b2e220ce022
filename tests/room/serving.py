"""The reading room as `newsarchive serve` opens it."""

import urllib.error
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.request import ProxyHandler, build_opener

from archive.datasette_plugin.addresses import Room
from tests.e2e.faults.processes import Commands
from tests.e2e.harness import Workspace, free_port, wait_until


@dataclass(frozen=True, slots=True)
class Server:
    """A server of one archive."""

    origin: str
    workspace: Workspace

    @property
    def room(self) -> Room:
        """The addresses of its pages."""
        return Room(f"/{self.workspace.database.stem}")

    def key_of(self, title: str) -> str:
        """Return the key of the one article whose title begins so."""
        ((key,),) = self.workspace.rows("SELECT key FROM articles WHERE title LIKE ?", f"{title}%")
        return str(key)


@contextmanager
def served(workspace: Workspace, commands: Commands, *, port: int = 0) -> Iterator[Server]:
    """Serve an archive, by the clock of the commands."""
    port = port or free_port()
    server = Server(f"http://127.0.0.1:{port}", workspace)
    running = commands.start(workspace, "serve", "--port", str(port))
    try:
        wait_until(lambda: answers(server.origin) or running.poll() is not None, what="the server")
        assert running.poll() is None, running.wait()
        yield server
    finally:
        running.kill()


def answers(url: str) -> bool:
    """Return whether anybody answers, be it with an error."""
    try:
        build_opener(ProxyHandler({})).open(url, timeout=5).close()
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
