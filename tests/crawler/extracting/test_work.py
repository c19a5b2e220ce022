"""What is said where reading fails in ways that no page is known to cause."""

import json
from pathlib import Path

from crawler.extracting.presenting import Style
from crawler.extracting.work import Order, _complaint, _died, _Task
from crawler.workspace import Workspace


def test_a_page_that_kills_whatever_reads_it() -> None:
    result = _died(Order(Workspace(Path()), Style("json", many=True)), _Task("a.html"))
    assert result.complaint == "a.html: the process that read it died, twice; please report it, with the page"
    assert json.loads(result.printed or "") == {"file": "a.html", "error": result.complaint}


def test_a_fault_of_ours() -> None:
    said = _complaint("a.html", RecursionError("too deep"))
    assert said == "a.html: reading it failed (RecursionError: too deep); please report it, with the page"
