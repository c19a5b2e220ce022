from collections.abc import Iterator

import pytest

from tests.e2e.demo.crawled import Crawled, demo_workspace


@pytest.fixture(scope="session")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    """A crawled demo that no test changes."""
    with demo_workspace(tmp_path_factory.mktemp("demo") / "w") as (server, workspace):
        yield Crawled(server, workspace, workspace.crawl("demo"))
