import pytest


@pytest.fixture(autouse=True)
def _plugged(plugged: None) -> None:
    """Every test here asks a Datasette that has the plugin."""
