"""What the spider takes from the ledger while the writer's thread commits beside it."""

from pathlib import Path

from crawler.run import Run
from crawler.site import parse_definition
from crawler.spiders.section import SectionSpider
from crawler.workspace import make_workspace

_SITE = """
id = "harbour"
name = "Harbour"
url = "http://127.0.0.1:1/"
[listing]
entry = "li"
[[sections]]
key = "news"
name = "News"
url = "/news/"
"""
_URLS = [f"http://127.0.0.1:1/{name}.html" for name in ("one", "two", "three")]


def test_an_article_that_is_closed_while_a_slice_is_read_is_not_taken_again(tmp_path: Path) -> None:
    site = parse_definition(_SITE, "harbour.toml")
    spider = type("Harbour", (SectionSpider,), {"site": site, "name": site.id})()
    spider.run = run = Run(make_workspace(tmp_path), site)
    run.want(_URLS)
    owed = spider._owed()
    first, _ = next(owed)
    run.take_on(_URLS[1], 2, failed_before=False)
    run.failure(_URLS[1], "article", "http-404")
    run.flush()
    assert [first, *(url for url, _ in owed)] == [_URLS[0], _URLS[2]]
    run.finish("finished")
