"""No private address is asked unless the user named it: a listening server counts the connections."""

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.e2e import fault_site as fs
from tests.e2e.fault_site import Answer, FaultSite
from tests.e2e.harness import Outcome, Workspace, free_port, newsarchive, run_python

# Answers for names that no server of names knows, given where the program asks the system; what would leave this
# machine is refused and told. All else is real.
RESOLVER = """
import errno, socket, sys
from crawler.cli import main
connect_ex = socket.socket.connect_ex
def connect(self, address):
    if address[0].startswith("127.") or address[0] == "::1":
        return connect_ex(self, address)
    print("connecting to", address[0], file=sys.stderr)
    return errno.ECONNREFUSED
socket.socket.connect_ex = connect
answers = {answers!r}
ask = socket.getaddrinfo
def getaddrinfo(host, port, *rest, **more):
    name = host.decode() if isinstance(host, bytes) else host
    found = answers.get(name)
    if found is None:
        return ask(host, port, *rest, **more)
    address = found.pop(0) if len(found) > 1 else found[0]
    return ask(address, port, *rest, **more)
socket.getaddrinfo = getaddrinfo
sys.argv = ["newsarchive", *{arguments!r}]
main()
"""


@dataclass
class Trap:
    """A server on every address of this machine that counts who connects."""

    port: int
    connections: list[str] = field(default_factory=list)


@pytest.fixture
def trap() -> Iterator[Trap]:
    """Listen on all of IPv4, and of IPv6 where there is any, on one port."""
    found = Trap(free_port())
    with contextlib.ExitStack() as stack:
        for family, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):  # noqa: S104 (all are watched)
            with contextlib.suppress(OSError):
                _listen(stack, found, family, address)
        yield found


def _listen(stack: contextlib.ExitStack, trap: Trap, family: socket.AddressFamily, address: str) -> None:
    listener = socket.socket(family, socket.SOCK_STREAM)
    stack.callback(listener.close)
    if family == socket.AF_INET6:
        listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, trap.port))
    listener.listen(16)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, peer = listener.accept()
                trap.connections.append(str(peer))
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\nConnection: close\r\n\r\nsecret")
                connection.close()

    threading.Thread(target=accept, daemon=True).start()
    stack.callback(listener.shutdown, socket.SHUT_RDWR)


@dataclass(frozen=True, slots=True)
class Scene:
    """A site on 127.0.0.1, which its definition names, and a workspace that may contact any host."""

    site: FaultSite
    workspace: Workspace

    def crawl(self, answers: dict[str, list[str]] | None = None, *arguments: str) -> Outcome:
        command = ["-w", str(self.workspace.root), "crawl", "fault", "--json", *arguments]
        return run_python("-c", RESOLVER.format(answers=answers or {}, arguments=command))

    @property
    def errors(self) -> set[str | None]:
        return {error for (error,) in self.workspace.rows("SELECT error FROM article_images")}


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    site = FaultSite({"news": [["good", "bad"]]})
    with site.serve():
        workspace = Workspace.make(tmp_path / "w", hosts=(), delay=0.1)
        workspace.define("fault", site.definition)
        yield Scene(site, workspace)


# Every spelling of an address that only this machine, its network or its keeper has.
HOSTS = [
    "127.0.0.2", "127.1.2.3", "2130706434", "0x7f000002", "0x7f.2", "0177.0.0.2", "127.2", "127.0.0.2.", "0", "0.0.0.0",  # noqa: S104
    "[::1]", "[::ffff:127.0.0.2]", "[::ffff:7f00:2]", "[::127.0.0.2]", "[::]", "[64:ff9b::7f00:2]", "[2002:7f00:2::]",
    "[2001:0:4136:e378:8000:63bf:80ff:fffd]", "[fe80::1]", "[fd00::1]",
    "10.0.0.1", "10.255.255.254", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "[fd00:ec2::254]",
    "224.0.0.1", "255.255.255.255", "240.0.0.1", "192.0.2.1", "198.18.0.1",
    "localhost", "LOCALHOST", "news.localhost", "localhost.", "metadata.google.internal",
]  # fmt: skip


def test_no_image_at_a_private_address_is_fetched(scene: Scene, trap: Trap) -> None:
    addresses = [f"http://{host}:{trap.port}/{number}.png" for number, host in enumerate(HOSTS)]
    extra = "".join(f'<p><img src="{address}" width="480" height="320"></p>\n' for address in addresses)
    scene.site.answers["/a/bad.html"] = Answer(fs.article_html("bad", extra=extra).encode())
    outcome = scene.crawl()
    assert (outcome.code, outcome.complaints) == (0, []), outcome
    assert trap.connections == []
    errors = dict(scene.workspace.rows("SELECT url, error FROM article_images"))
    assert len(errors) == len(HOSTS)
    assert set(errors.values()) == {"private-address"}, errors
    states = scene.workspace.rows("SELECT DISTINCT state, cause FROM urls WHERE kind = 'image'")
    assert states == [("skipped", "private-address")]


def test_no_redirect_to_a_private_address_is_followed(scene: Scene, trap: Trap) -> None:
    images = ""
    for number, host in enumerate(HOSTS):
        scene.site.answers[f"/i/{number}.png"] = fs.redirect(f"http://{host}:{trap.port}/secret")
        images += f'<p><img src="/i/{number}.png" width="480" height="320"></p>\n'
    scene.site.answers["/a/good.html"] = Answer(fs.article_html("good", extra=images).encode())
    scene.site.answers["/a/bad.html"] = fs.redirect(f"http://127.0.0.2:{trap.port}/secret")
    outcome = scene.crawl()
    assert trap.connections == []
    assert scene.errors == {"private-address"}, outcome
    assert outcome.json[0]["causes"] == {"off-site": 1}


def test_no_robots_txt_redirects_to_a_private_address(scene: Scene, trap: Trap) -> None:
    scene.site.answers["/robots.txt"] = fs.redirect(f"http://127.0.0.2:{trap.port}/robots.txt")
    outcome = scene.crawl()
    assert outcome.code == 1
    assert trap.connections == []
    assert set(scene.site.requests) == {"/robots.txt"}
    assert "robots-unreachable" in outcome.err


PRIVATE = ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "::ffff:127.0.0.1", "fd00::1", "100.64.0.1"]


def test_no_name_that_leads_to_a_private_address_is_asked(scene: Scene, trap: Trap) -> None:
    names = {f"n{number}.example": [address] for number, address in enumerate(PRIVATE)}
    extra = "".join(f'<p><img src="http://{name}:{trap.port}/x.png" width="480" height="320"></p>\n' for name in names)
    scene.site.answers["/a/bad.html"] = Answer(fs.article_html("bad", extra=extra).encode())
    outcome = scene.crawl(names)
    assert (outcome.code, outcome.complaints) == (0, []), outcome
    assert trap.connections == []
    assert scene.errors == {"private-address"}


def test_a_name_that_changes_its_answer_gains_nothing(scene: Scene, trap: Trap) -> None:
    """Rebinding: public when it is asked first, private a moment later; what was checked is what is connected to."""
    extra = f'<p><img src="http://turncoat.example:{trap.port}/x.png" width="480" height="320"></p>'
    scene.site.answers["/a/bad.html"] = Answer(fs.article_html("bad", extra=extra).encode())
    outcome = scene.crawl({"turncoat.example": ["192.0.32.7", "127.0.0.1"]})
    assert set(outcome.complaints) == {"connecting to 192.0.32.7"}
    assert trap.connections == []
    assert scene.workspace.value("SELECT count(*) FROM articles") == 2


def test_what_the_definition_names_is_fetched(scene: Scene, trap: Trap) -> None:
    extra = "".join(
        f'<p><img src="http://{host}:{trap.port}/{number}.png" width="480" height="320"></p>'
        for number, host in enumerate(("127.0.0.2", "inner.example", "[::1]"))
    )
    scene.site.answers["/a/bad.html"] = Answer(fs.article_html("bad", extra=extra).encode())
    hosts = json.dumps(["127.0.0.2", "Inner.example", "::1"])
    scene.workspace.define("fault", scene.site.definition.replace("language =", f"hosts = {hosts}\nlanguage ="))
    outcome = scene.crawl({"inner.example": ["127.0.0.1"]})
    assert outcome.code == 0, outcome
    assert len(trap.connections) >= 4
    errors = dict(scene.workspace.rows("SELECT url, error FROM article_images"))
    named = {error for url, error in errors.items() if "[" not in url}
    assert named == {"not-image"}, errors


def test_what_the_command_line_names_is_fetched_and_nothing_else(scene: Scene, trap: Trap, tmp_path: Path) -> None:
    extra = f'<p><img src="http://127.0.0.2:{trap.port}/x.png" width="480" height="320"></p>'
    scene.site.answers["/a/good.html"] = Answer(fs.article_html("good", extra=extra).encode())
    saved = scene.workspace.run("save", scene.site.article_url("good"), "--json")
    assert saved.code == 0, saved
    assert scene.errors == {"private-address"}
    assert newsarchive("extract", scene.site.article_url("good"), cwd=tmp_path).code == 0
    scene.site.answers["/a/bad.html"] = fs.redirect(f"http://127.0.0.2:{trap.port}/secret")
    refused = newsarchive("extract", scene.site.article_url("bad"), cwd=tmp_path)
    assert refused.code == 1
    assert "a private address (127.0.0.2) that you did not name" in refused.err
    assert trap.connections == []


def test_learning_a_section_leaves_private_links_alone(scene: Scene, trap: Trap) -> None:
    for host in ("127.0.0.2", "localhost", "[::1]", "2130706434"):
        links = "".join(
            f'<li class="item"><a href="http://{host}:{trap.port}/a/{number}.html">The story of the harbour {number}'
            f'</a> <span class="date">2024-03-0{number}</span></li>'
            for number in range(1, 8)
        )
        feed = f'<link rel="alternate" type="application/rss+xml" href="http://{host}:{trap.port}/feed.xml">'
        page = f"<html><head>{feed}</head><body><ul>{links}</ul><a rel=next href='http://{host}:{trap.port}/2'>Next</a>"
        scene.site.answers[f"/inner-{len(host)}/"] = Answer(page.encode())
        scene.workspace.run("check", f"{scene.site.url}inner-{len(host)}/")
        scene.workspace.run("crawl", f"{scene.site.url}inner-{len(host)}/")
    assert trap.connections == []


def test_the_trap_can_be_walked_into(trap: Trap) -> None:
    with socket.create_connection(("127.0.0.2", trap.port), timeout=5) as connection:
        assert connection.recv(10)
    assert len(trap.connections) == 1


def test_a_proxy_that_the_definition_names_may_be_private(scene: Scene, trap: Trap) -> None:
    scene.workspace.define(
        "fault", scene.site.definition.replace("language =", f'proxy = "http://127.0.0.2:{trap.port}"\nlanguage =')
    )
    scene.crawl()
    assert trap.connections


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/x", "data:text/html,hello", "gopher://a/1"])
def test_only_web_addresses_are_saved(scene: Scene, url: str) -> None:
    outcome = scene.workspace.run("save", url)
    assert outcome.code == 2, outcome
    assert "is no web address" in outcome.err
