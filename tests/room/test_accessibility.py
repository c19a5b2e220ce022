"""axe-core finds nothing to object to on any page, light and dark, wide and narrow (WCAG 2.2 AA and best practice)."""

import json
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.room.browsing import NARROW, WIDE, Visit
from tests.room.conftest import Visiting
from tests.room.pages import PAGES
from tests.room.serving import Server

_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa", "best-practice"]
_OPTIONS = {"runOnly": {"type": "tag", "values": _TAGS}, "resultTypes": ["violations"]}


def violations(tab: Visit) -> list[str]:
    """Return what axe objects to: the rule, and where."""
    found: dict[str, Any] = Axe().run(tab.page, options=_OPTIONS).response
    assert found["testEngine"]["name"] == "axe-core"
    return [
        f"{rule['id']}: {json.dumps(node['target'])} {node['failureSummary']}"
        for rule in found["violations"]
        for node in rule["nodes"]
    ]


@pytest.mark.parametrize("name", PAGES)
def test_axe_objects_to_nothing(visit: Visiting, server: Server, name: str) -> None:
    said = {}
    with visit() as tab:
        tab.open(PAGES[name](server))
        for size in (WIDE, NARROW):
            tab.page.set_viewport_size({"width": size[0], "height": size[1]})
            for colours in ("light", "dark"):
                tab.page.emulate_media(color_scheme=colours)
                said[size[0], colours] = violations(tab)
    assert {how: what for how, what in said.items() if what} == {}


def test_axe_sees_what_is_wrong(visit: Visiting) -> None:
    with visit() as tab:
        tab.page.set_content(
            '<html lang="en"><title>x</title><main><h1>x</h1><p style="color:#ccc">pale</p><img src="data:,">'
        )
        found = {said.partition(":")[0] for said in violations(tab)}
    assert found >= {"color-contrast", "image-alt"}
