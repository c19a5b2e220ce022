"""What the whole job costs beside bare fetching: CPU of one crawl, and of reading a page by stage.

    python -m bench.pipeline [--pages N]

Serves the demo site (grown to the size asked for) on loopback; every crawl is a process of its own, and its CPU is
what the operating system says of it. The bare engine fetches the same addresses with nothing behind it.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bs4 import BeautifulSoup

from bench import stages
from crawler.demo.definition import definition
from crawler.demo.server import DemoServer
from crawler.workspace import make_workspace

_BARE = """
import json, sys, scrapy
from scrapy.crawler import CrawlerProcess
class Bare(scrapy.Spider):
    name = "bare"
    custom_settings = {"LOG_ENABLED": False, "TELNETCONSOLE_ENABLED": False, "REMOTE_CONTROL_ENABLED": False,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 8, "DOWNLOAD_DELAY": 0, "ROBOTSTXT_OBEY": False}
    async def start(self):
        for url in json.load(open(sys.argv[1])):
            yield scrapy.Request(url, dont_filter=True)
    def parse(self, response):
        pass
process = CrawlerProcess()
process.crawl(Bare)
process.start()
"""


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=400, help="articles of the demo site")
    pages = parser.parse_args().pages
    with DemoServer() as server, tempfile.TemporaryDirectory() as folder:
        server.site.publish("updates", max(pages - len(server.site.articles), 0))
        crawl_table(server, Path(folder))
        stage_table(server)


def crawl_table(server: DemoServer, folder: Path) -> None:
    """Print what a first crawl, a quiet second one and bare fetching cost."""
    workspace = make_workspace(folder / "w")
    (workspace.sites_folder / "demo.toml").write_text(definition(server.url), encoding="utf-8")
    command = [sys.executable, "-m", "crawler.cli", "-w", str(workspace.root), "crawl", "demo", "--json"]
    start_up = cpu([sys.executable, "-c", "import scrapy.crawler, twisted.internet.asyncioreactor"])[0]
    first, sums = cpu(command)
    asked = [f"{server.url.rstrip('/')}{path}" for path, number in server.requests.items() for _ in range(number)]
    cpu(command)  # the second crawl walks to the end once more
    quiet, quiet_sums = cpu(command)
    (folder / "urls.json").write_text(json.dumps(asked), encoding="utf-8")
    (folder / "bare.py").write_text(_BARE, encoding="utf-8")
    bare, _ = cpu([sys.executable, str(folder / "bare.py"), str(folder / "urls.json")])
    requests, articles = len(asked), json.loads(sums)[0]["stored"]
    print(f"\n{articles} articles, {requests} requests, start-up of the engine {start_up:.1f} s\n")
    print("| run | CPU s | ms a request | × bare |\n|---|---|---|---|")
    for name, seconds, number in (
        ("bare Scrapy, the same requests", bare, requests),
        ("newsarchive, first crawl", first, requests),
        ("newsarchive, quiet crawl", quiet, json.loads(quiet_sums)[0]["requests"]),
    ):
        print(f"| {name} | {seconds:.1f} | {1000 * seconds / number:.1f} | {seconds / bare:.1f} |")


def cpu(command: list[str]) -> tuple[float, str]:
    """Return the CPU seconds of a command and what it printed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = dict(os.environ) | {"PYTHONPATH": str(Path(__file__).parents[1])}
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def stage_table(server: DemoServer) -> None:
    """Print what reading a page costs, stage by stage, beside BeautifulSoup on the same pages."""
    bodies = [server.site.respond(article.path).body for article in server.site.articles[:200]]
    url = f"{server.url}2018-01-01/c_1.htm"
    print(f"\n{stages.stage_table([(body, url) for body in bodies])}")
    started = time.process_time()
    for body in bodies:
        BeautifulSoup(body, "lxml")
    print(
        f"BeautifulSoup(lxml) takes {1000 * (time.process_time() - started) / len(bodies):.2f} ms for the tree alone."
    )


if __name__ == "__main__":
    main()
