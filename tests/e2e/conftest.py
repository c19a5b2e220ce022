from collections.abc import Iterator

import pytest

from tests.e2e.faults.processes import Commands


@pytest.fixture(scope="session")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Commands:
    """Commands as quick processes, for the trials that start many."""
    return Commands(tmp_path_factory.mktemp("commands"))


@pytest.fixture(autouse=True)
def _true_clock(request: pytest.FixtureRequest) -> Iterator[None]:
    """Set the clock right after a test that moved it."""
    yield
    if "commands" in request.fixturenames:
        request.getfixturevalue("commands").move_clock(days=0)
