"""The demo server over a real loopback connection."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection, HTTPResponse, RemoteDisconnected
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from crawler.demo.server import DemoServer
from crawler.demo.site import DemoSite, Reply

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> Iterator[DemoServer]:
    with DemoServer() as running:
        yield running


@pytest.fixture
def connection(server: DemoServer) -> Iterator[HTTPConnection]:
    port = urlsplit(server.url).port
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    yield connection
    connection.close()


def ask(connection: HTTPConnection, path: str, method: str = "GET") -> tuple[HTTPResponse, bytes]:
    connection.request(method, path)
    response = connection.getresponse()
    return response, response.read()


def test_serves_the_site_and_counts(server: DemoServer, connection: HTTPConnection) -> None:
    response, body = ask(connection, "/updates.html?from=mail")
    assert body == server.site.respond("/updates.html").body
    assert ask(connection, "/updates.html")[1] == body
    assert ask(connection, "/nowhere")[0].status == 404
    assert server.requests == {"/updates.html": 2, "/nowhere": 1}
    assert response.getheader("Content-Type") == "text/html; charset=utf-8"


def test_sends_no_header_that_changes(connection: HTTPConnection) -> None:
    response, body = ask(connection, "/robots.txt")
    assert response.getheaders() == [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(body)))]


def test_keeps_one_connection_open(connection: HTTPConnection) -> None:
    ask(connection, "/")
    first = connection.sock
    response, _ = ask(connection, "/notices.html")
    assert response.version == 11
    assert first is connection.sock
    assert first is not None


def test_head_sends_the_length_without_the_body(server: DemoServer, connection: HTTPConnection) -> None:
    response, body = ask(connection, "/cn/updates.html", "HEAD")
    assert (response.status, body) == (200, b"")
    assert response.getheader("Content-Length") == str(len(server.site.respond("/cn/updates.html").body))
    assert ask(connection, "/cn/updates.html")[1]


def test_changes_show_while_it_serves(server: DemoServer, connection: HTTPConnection) -> None:
    new = server.site.publish("press", 1)[0]
    assert new.title.encode() in ask(connection, "/pressreleases.html")[1]
    assert ask(connection, new.path)[0].status == 200


def test_answers_many_at_once(server: DemoServer) -> None:
    def visit(path: str) -> int:
        connection = HTTPConnection("127.0.0.1", urlsplit(server.url).port, timeout=5)
        status = ask(connection, path)[0].status
        connection.close()
        return status

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(visit, [article.path for article in server.site.articles])) == {200}
    assert server.requests.total() == 59


def test_serves_a_given_site() -> None:
    site = DemoSite()
    with DemoServer(site) as server:
        assert server.site is site
        assert server.url.startswith("http://127.0.0.1:")


def test_address_is_refused_while_it_does_not_run() -> None:
    server = DemoServer()
    with pytest.raises(RuntimeError, match="the demo server does not run"):
        _ = server.url
    with server:
        assert server.url
    with pytest.raises(RuntimeError, match="use it as 'with DemoServer"):
        _ = server.url


@pytest.mark.parametrize(("error", "reported"), [(ConnectionResetError("gone"), False), (ValueError("bug"), True)])
def test_reports_errors_but_not_clients_that_went_away(
    error: Exception, reported: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    class Failing(DemoSite):
        def respond(self, path: str) -> Reply:
            assert path == "/"
            raise error

    with DemoServer(Failing()) as server:
        connection = HTTPConnection("127.0.0.1", urlsplit(server.url).port, timeout=5)
        with pytest.raises(RemoteDisconnected):
            ask(connection, "/")
        connection.close()
    assert ("ValueError: bug" in capsys.readouterr().err) is reported
