"""What importing costs: one big WARC file, imported, iterated by warcio alone, and read by trafilatura.

    python -m bench.importing ../shared/corpus --megabytes 1000 [--sample 400] [--write docs/benchmarks.md]

The file is made of the corpus' pages and its sites' files, each again and again under other addresses and with other
words, so that no two records are the same; it is deleted afterwards, and so is the archive. CPU is what the operating
system says of a command with all its processes, memory the sum of their resident sets, looked at twice a second.
"""

import argparse
import datetime as dt
import itertools
import json
import os
import pickle
import re
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from bench import corpus, peers
from crawler.extracting.inputs import address_in
from crawler.workspace import make_workspace

_ITERATE = """
import sys
from warcio.archiveiterator import ArchiveIterator
number = 0
with open(sys.argv[1], "rb") as file:
    for record in ArchiveIterator(file):
        record.content_stream().read()
        number += 1
print(number)
"""
_EXTRACT = """
import pickle, sys
import trafilatura
with open(sys.argv[1], "rb") as file:
    pages = pickle.load(file)
for url, body in pages if len(sys.argv) == 2 else ():
    trafilatura.bare_extraction(body, url=url, with_metadata=True)
print(len(pages))
"""
_MARKS = ("bench.importing: begin", "bench.importing: end")
_START = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
_TYPES = {".html": "text/html", ".jpg": "image/jpeg", ".png": "image/png", ".css": "text/css", ".js": "text/javascript"}


@dataclass(frozen=True)
class Measured:
    """What one command took: CPU and wall seconds, memory at four points of its time and at its peak, in MB."""

    records: int
    cpu: float
    wall: float
    memory: tuple[float, ...] = ()

    def row(self, name: str, megabytes: float | None) -> str:
        """Return a line of the table."""
        rate = f"{megabytes / self.cpu:.1f}" if megabytes else "–"
        memory = " / ".join(f"{each:.0f}" for each in self.memory) or "–"
        number, each = self.records, 1000 * self.cpu / self.records
        return f"| {name} | {number:,} | {self.cpu:.1f} | {each:.2f} | {number / self.cpu:.0f} | {rate} | {memory} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--megabytes", type=int, default=100, help="size of the file, packed")
    parser.add_argument("--sample", type=int, default=400, help="pages that the slow peer reads")
    parser.add_argument("--jobs", type=int, default=2, help="processes that read pages")
    parser.add_argument("--write", type=Path, help="put the table between its marks in this file")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        text = measure(given, Path(folder))
    print(text)
    if given.write:
        begin, end = (f"<!-- {mark} -->" for mark in _MARKS)
        before, _, rest = given.write.read_text(encoding="utf-8").partition(begin)
        after = rest.partition(end)[2]
        given.write.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", encoding="utf-8")


def measure(given: argparse.Namespace, folder: Path) -> str:
    """Return the table as text."""
    path, sample = folder / "big.warc.gz", folder / "sample.pickle"
    make(given.corpus, path, given.megabytes * 1_000_000, sample, given.sample)
    size = path.stat().st_size / 1_000_000
    workspace = make_workspace(folder / "w")
    command = [sys.executable, "-m", "crawler.cli", "-w", str(workspace.root), "import", str(path), "--json"]
    imported, out = run([*command, "--jobs", str(given.jobs)])
    sums = json.loads(out)
    again, _ = run(command)
    iterated, _ = run([sys.executable, "-c", _ITERATE, str(path)])
    rows = [
        imported.row("newsarchive import", size),
        again.row("the same file again: nothing new", size),
        iterated.row("warcio, bare iteration", size),
        _peer(sample),
    ]
    articles, types = sums["articles"], sums["records"]
    command_line = f"python -m bench.importing ../shared/corpus --megabytes {given.megabytes}"
    head = (
        f"{dt.datetime.now(dt.UTC).date()}, `{command_line}` ({size:.0f} MB packed, {sum(types.values()):,} records; "
        f"{articles['new']:,} new articles, {articles['changed']:,} new versions; {given.jobs} processes read pages; "
        f"{imported.wall:.0f} s on the wall, load {os.getloadavg()[0]:.1f})"
    )
    columns = "what | records | CPU s | CPU ms a record | records a CPU s | MB a CPU s | RSS MB at 25/50/75/100 %, peak"
    return "\n".join([head, "", f"| {columns} |", "|---|---|---|---|---|---|---|", *rows])


def _peer(sample: Path) -> str:
    """Return trafilatura's line: over a sample of the pages, less what starting it costs."""
    try:
        python = str(peers.environment("trafilatura"))
    except peers.InstallError as error:
        return f"| trafilatura | not measured: {error} | | | | | |"
    start, _ = run([python, "-c", _EXTRACT, str(sample), "none"], records=1)
    whole, out = run([python, "-c", _EXTRACT, str(sample)])
    read = Measured(int(out), whole.cpu - start.cpu, whole.wall)
    return read.row(
        f"trafilatura {peers.version('trafilatura')}, a sample of the pages, text alone, nothing kept", None
    )


def run(command: list[str], records: int | None = None) -> tuple[Measured, str]:
    """Run a command; return what it took and what it printed."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    environment = dict(os.environ) | {"PYTHONPATH": str(Path(__file__).parents[1])}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    seen: list[float] = []
    watcher = threading.Thread(target=_watch, args=(process, seen))
    watcher.start()
    out, _ = process.communicate()
    watcher.join()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if process.returncode:
        sys.exit(f"{command[:6]} ended with {process.returncode}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    points = [seen[min(len(seen) * part // 4, len(seen) - 1)] for part in (1, 2, 3)] + [seen[-1], max(seen)]
    number = records or (sum(json.loads(out)["records"].values()) if out.startswith("{") else int(out))
    return Measured(number, cpu, time.monotonic() - begun, tuple(points)), out


def _watch(process: "subprocess.Popen[str]", seen: list[float]) -> None:
    while process.poll() is None:
        megabytes = sum(_resident(each) for each in _family(process.pid)) / 1024
        if megabytes:
            seen.append(megabytes)
        time.sleep(0.5)
    seen[:] = seen or [0.0]


def _family(parent: int) -> Iterator[int]:
    yield parent
    try:
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text(encoding="ascii").split()
    except OSError:
        return
    for child in children:
        yield from _family(int(child))


def _resident(process: int) -> int:
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except OSError:
        return 0
    found = re.search(r"VmRSS:\s+(\d+)", status)
    return int(found[1]) if found else 0


def make(folder: Path, path: Path, size: int, sample: Path, number: int) -> None:
    """Write a WARC file of so many bytes, and a sample of its pages for the peer."""
    kept: list[tuple[str, bytes]] = []
    with path.open("wb") as file:
        writer = WARCWriter(file, gzip=True, warc_version="WARC/1.1")
        writer.write_record(writer.create_warcinfo_record(path.name, {"software": "bench.importing"}))
        for count, (url, body, mime) in enumerate(_documents(folder)):
            at = (_START + dt.timedelta(seconds=count)).isoformat().replace("+00:00", "Z")
            head = StatusAndHeaders("200 OK", [("Content-Type", mime)], protocol="HTTP/1.1")
            record = writer.create_warc_record(
                url, "response", BytesIO(body), len(body), http_headers=head, warc_headers_dict={"WARC-Date": at}
            )
            writer.write_record(record)
            if mime == "text/html" and len(kept) < number and count % 2 == 0:
                kept.append((url, body))
            if file.tell() >= size:
                break
    sample.write_bytes(pickle.dumps(kept))


def _documents(folder: Path) -> Iterator[tuple[str, bytes, str]]:
    """Yield the corpus' documents without end, each time as others."""
    pages = corpus.rows(folder / "pages")
    files = [each for each in sorted((folder / "sites").rglob("*")) if each.is_file() and each.suffix in _TYPES]
    for copy in itertools.count():
        others = iter(files)
        for row in pages:
            body = corpus.body_of(folder / "pages", row)
            yield _as_copy(row["url"], body, copy)
            for each in itertools.islice(others, 1):
                site, *parts = each.relative_to(folder / "sites").parts
                url = f"https://{site}.example/{copy}/{'/'.join(parts)}"
                data = each.read_bytes()
                mime = _TYPES[each.suffix]
                yield _as_copy(url, data, copy) if mime == "text/html" else (url, data, mime)


def _as_copy(url: str, body: bytes, copy: int) -> tuple[str, bytes, str]:
    """Return a page as another: under an address of its own, and with words of its own."""
    own = f"{url}{'&' if '?' in url else '?'}copy={copy}"
    for address in filter(None, (address_in(body), url)):
        body = body.replace(f'"{address}"'.encode(), f'"{own}"'.encode())
    said = f"Edition {copy} of this page. ".encode()
    return own, body.replace(b"<p>", b"<p>" + said, 1).replace(b"</title>", b" " + said + b"</title>", 1), "text/html"


if __name__ == "__main__":
    main()
