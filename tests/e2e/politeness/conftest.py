from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.fault_site import FaultSite
from tests.e2e.harness import Workspace
from tests.e2e.politeness.scene import NAMES, Scene


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    site = FaultSite({"news": [NAMES]})
    with site.serve():
        workspace = Workspace.make(tmp_path / "w", hosts=("127.0.0.1", "127.0.0.2"), delay=0.3)
        workspace.define("fault", site.definition)
        yield Scene(site, workspace)
