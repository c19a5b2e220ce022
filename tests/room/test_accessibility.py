"""axe-core finds nothing to object to on any page, light and dark, wide and narrow (WCAG 2.2 AA and best practice)."""

import json
import os
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT

from tests.room.browsing import NARROW, WIDE, Eyes, Visit
from tests.room.conftest import Visiting
from tests.room.pages import PAGES, STATUS
from tests.room.serving import Server

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
_OPTIONS = {"runOnly": {"type": "tag", "values": _TAGS}, "resultTypes": ["violations"]}
_ALL = (Eyes(WIDE), Eyes(WIDE, "dark"), Eyes(NARROW), Eyes(NARROW, "dark"))


def looks_at(name: str) -> tuple[Eyes, ...]:
    """Return how a page is looked at: a look costs .9 s, so both colours and both sizes are seen in two.

    Pages like `search-nothing` are `search` with other content.
    """
    if os.environ.get("NEWSARCHIVE_SOAK"):
        return _ALL
    return (_ALL[0], _ALL[3]) if "-" not in name else (_ALL[3],)


def violations(tab: Visit) -> list[str]:
    """Return what axe objects to: the rule, and where."""
    tab.page.evaluate(AXE_SCRIPT)
    found: dict[str, Any] = tab.page.evaluate("options => axe.run(options)", _OPTIONS)
    return [
        f"{rule['id']}: {json.dumps(node['target'])} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("name", PAGES)
def test_axe_objects_to_nothing(visit: Visiting, server: Server, name: str) -> None:
    said = {}
    with visit() as tab:
        tab.open(PAGES[name](server), STATUS.get(name, 200))
        for eyes in looks_at(name):
            tab.see(eyes)
            said[eyes] = violations(tab)
    assert {eyes: what for eyes, what in said.items() if what} == {}


def test_axe_sees_what_is_wrong(visit: Visiting) -> None:
    with visit() as tab:
        tab.page.set_content(
            '<html lang="en"><title>x</title><main><h1>x</h1><p style="color:#ccc">pale</p><img src="data:,">'
        )
        found = {said.partition(":")[0] for said in violations(tab)}
    assert found >= {"color-contrast", "image-alt"}
