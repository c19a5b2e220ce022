"""A headless Chromium that tells what a page shows and what it asked for, over DevTools' pipe."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--remote-debugging-pipe",
    # Whatever a page asks elsewhere for is not even looked up.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)  # fmt: skip


@dataclass(slots=True)
class Page:
    """An open tab: `requests` are the addresses that it has asked for."""

    commands: BinaryIO
    answers: BinaryIO
    session: str = ""
    requests: list[str] = field(default_factory=list)
    _serial: int = 0
    _events: list[str] = field(default_factory=list)

    def open(self, url: str) -> None:
        """Go to an address and wait until the page and its images are loaded."""
        self._events.clear()
        self.call("Page.navigate", url=url)
        while "Page.loadEventFired" not in self._events:
            self._read()

    def value_of(self, script: str) -> Any:
        """Return what an expression gives in the page."""
        got = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        return got["result"]["value"]

    def call(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._serial += 1
        message = {"id": self._serial, "method": method, "params": parameters}
        message |= {"sessionId": self.session} if self.session else {}
        self.commands.write(json.dumps(message).encode() + b"\0")
        self.commands.flush()
        while True:
            got = self._read()
            if got.get("id") == self._serial:
                assert "error" not in got, got
                return dict(got["result"])

    def _read(self) -> dict[str, Any]:
        raw = bytearray()
        while (sign := self.answers.read(1)) != b"\0":
            assert sign, "the browser has ended"
            raw += sign
        got: dict[str, Any] = json.loads(raw)
        self._events.append(got.get("method", ""))
        if got.get("method") == "Network.requestWillBeSent":
            self.requests.append(got["params"]["request"]["url"])
        return got


@contextmanager
def open_page(profile: Path) -> Iterator[Page]:
    """Run a browser with a profile of its own and give its only tab."""
    assert CHROMIUM is not None
    their_in, our_out = os.pipe()
    our_in, their_out = os.pipe()
    command = [CHROMIUM, *_FLAGS, f"--user-data-dir={profile}", "about:blank"]
    with subprocess.Popen(
        ["bash", "-c", f'exec "$0" "$@" 3<&{their_in} 4>&{their_out}', *command],
        pass_fds=(their_in, their_out), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        os.close(their_in)
        os.close(their_out)
        with os.fdopen(our_out, "wb") as commands, os.fdopen(our_in, "rb") as answers:
            page = Page(commands, answers)
            try:
                target = page.call("Target.createTarget", url="about:blank")["targetId"]
                page.session = page.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
                page.call("Page.enable")
                page.call("Network.enable")
                yield page
            finally:
                process.kill()
