from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.bad_input.scene import SECTIONS, Scene
from tests.e2e.fault_site import FaultSite
from tests.e2e.harness import Workspace
from tests.e2e.serving import listening


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    """A site with three listing pages in two sections, and seven articles."""
    visits: list[str] = []

    class Elsewhere(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            visits.append(self.path)
            self.send_error(500)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class names it)
            pass

    site = FaultSite({key: [list(page) for page in pages] for key, pages in SECTIONS.items()})
    with site.serve(), listening(Elsewhere, "127.0.0.2") as elsewhere:
        workspace = Workspace.make(tmp_path / "w", hosts=("127.0.0.1", "127.0.0.2"))
        workspace.define("fault", site.definition)
        yield Scene(site, workspace, elsewhere, visits)
