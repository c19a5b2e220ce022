"""What holds of the whole suite."""

import signal
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from tests.e2e.harness import SOAK
from tests.e2e.sums import archives, wrong_sums

# A shell that starts the tests in the background lets them ignore it; processes that a test stops by it would, too.
signal.signal(signal.SIGINT, signal.default_int_handler)

if TYPE_CHECKING:
    from pathlib import Path

# The same examples every time, on slow machines too, and nothing left behind in the checkout.
settings.register_profile(
    "repeatable", derandomize=True, deadline=None, database=None, max_examples=100 if SOAK else 40
)
settings.load_profile("repeatable")


@pytest.fixture(autouse=True)
def _runs_add_up(request: pytest.FixtureRequest) -> Iterator[None]:
    """The runs of every archive that a test leaves in its folder add up."""
    # Asked for first, so that the folder is there when the test is over.
    folder: Path | None = request.getfixturevalue("tmp_path") if "tmp_path" in request.fixturenames else None
    yield
    if folder is not None:
        assert [line for database in archives(folder) for line in wrong_sums(database)] == []
