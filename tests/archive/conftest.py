from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.archive.keeping import Keeping

# The same examples every time, on slow machines too, and nothing left behind in the checkout.
settings.register_profile("repeatable", derandomize=True, deadline=None, database=None)
settings.load_profile("repeatable")


@pytest.fixture
def keeping(tmp_path: Path) -> Iterator[Keeping]:
    """An empty archive with one open run of the site `herald`."""
    opened = Keeping(tmp_path)
    yield opened
    opened.close()
