import datetime as dt
import gzip
import time
from collections.abc import Iterator

import httpx
import pytest

from archive.software import SOFTWARE
from crawler.extracting.fetching import Fetcher, _public_address
from crawler.extracting.inputs import Document, InputError
from crawler.workspace import Crawl
from tests.crawler.extracting.press import page
from tests.e2e import fault_site as fs
from tests.e2e.fault_site import Answer, FaultSite
from tests.e2e.harness import free_port
from tests.e2e.serving import listening

PAGE = Answer(page())


@pytest.fixture
def site() -> Iterator[FaultSite]:
    """A site that answers as a test tells it to."""
    site = FaultSite({"news": [["good1"]]})
    with site.serve():
        yield site


def fetch(url: str, **crawl: object) -> Document:
    with Fetcher(Crawl.model_validate({"timeout": 5} | crawl)) as fetcher:
        return fetcher.fetch(url)


def refusal(url: str, **crawl: object) -> str:
    with pytest.raises(InputError) as error:
        fetch(url, **crawl)
    return str(error.value)


def test_a_page_is_fetched(site: FaultSite) -> None:
    site.answers["/a"] = PAGE
    document = fetch(f"{site.url}a#part")
    assert (document.body, document.url) == (page(), f"{site.url}a")
    assert document.content_type == fs.HTML
    assert document.fetched_at is not None
    assert abs(document.fetched_at - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=1)
    assert document.name == f"{site.url}a#part"


@pytest.mark.parametrize("encoding", ["gzip", "x-gzip", "GZIP"])
def test_a_packed_page_is_unpacked(site: FaultSite, encoding: str) -> None:
    site.answers["/a"] = Answer(gzip.compress(page()), headers=(("Content-Encoding", encoding),))
    assert fetch(f"{site.url}a").body == page()


def test_who_asks_says_so() -> None:
    from http.server import BaseHTTPRequestHandler

    heard: list[dict[str, str]] = []

    class Listener(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(dict(self.headers))
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(page() if self.path == "/a" else b"")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class names it)
            pass

    with listening(Listener) as url:
        fetch(f"{url}a", contact="desk@example.org")
    assert {said["User-Agent"] for said in heard} == {f"{SOFTWARE} (+desk@example.org)"}
    assert {said["Accept-Encoding"] for said in heard} == {"gzip"}
    assert {f"http://{said['Host']}/" for said in heard} == {url}


# Redirects


def test_redirects_are_followed(site: FaultSite) -> None:
    site.answers |= {"/a": fs.redirect("b/"), "/b/": fs.redirect("../c?x=1"), "/c?x=1": PAGE}
    document = fetch(f"{site.url}a")
    assert (document.url, document.body) == (f"{site.url}c?x=1", page())


def test_a_redirect_to_a_private_address_is_refused_unless_the_user_named_it(site: FaultSite) -> None:
    other = FaultSite({}, answers={"/secret": PAGE})
    handler = type("_Other", (fs._Handler,), {"site": other})
    with listening(handler, "127.0.0.2") as elsewhere:
        site.answers["/a"] = fs.redirect(f"{elsewhere}secret")
        assert refusal(f"{site.url}a") == (
            f"{site.url}a: it redirects to 127.0.0.2, a private address (127.0.0.2) that you did not name; "
            f"if you mean it, give {elsewhere}secret"
        )
        assert sum(other.requests.values()) == 0, "not even its robots.txt is asked for"
        assert fetch(f"{elsewhere}secret").body == page()


def test_the_address_that_was_checked_is_the_one_that_is_asked(site: FaultSite) -> None:
    assert _public_address("x", httpx.URL("http://192.0.32.7/")) == "192.0.32.7"
    site.answers["/a"] = PAGE
    url = httpx.URL(f"{site.url}a").copy_with(host="harbour.invalid")
    with Fetcher(Crawl()) as fetcher, fetcher._sent(url, "127.0.0.1") as response:
        assert response.read() == page()
        assert response.request.headers["Host"] == f"harbour.invalid:{url.port}"


@pytest.mark.parametrize(
    ("location", "message"),
    [
        ("ftp://a.example/", ("it redirects to 'ftp://a.example/': only http:// and https:// can be "
         "fetched; a file is given by its path")),
        ("file:///etc/passwd", ("it redirects to 'file:///etc/passwd': only http:// and https:// can be fetched; "
         "a file is given by its path")),
        ("http://a:70000/", ("it redirects to 'http://a:70000/': not a web address (no host, or a port that "
         "cannot be); check it")),
        ("http://[::1/", "it redirects to 'http://[::1/': not a web address (Invalid port: ':1'); check it"),
        ("http://gone.invalid/", ("it redirects to gone.invalid, a host name that does not resolve; check its "
         "spelling, and your connection")),
    ],
)  # fmt: skip
def test_a_redirect_that_leads_nowhere(site: FaultSite, location: str, message: str) -> None:
    site.answers["/a"] = fs.redirect(location)
    assert refusal(f"{site.url}a") == f"{site.url}a: {message}"


def test_a_redirect_loop_ends(site: FaultSite) -> None:
    site.answers |= {"/a": fs.redirect("/b"), "/b": fs.redirect("/a")}
    assert refusal(f"{site.url}a") == (
        f"{site.url}a: it redirects more than 8 times; save the page in a browser and read the file"
    )


# What goes wrong


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (Answer(b"x", 404), "the server answers 404 (Not Found); check the address"),
        (Answer(b"x", 410), "the server answers 410 (Gone); check the address"),
        (Answer(b"x", 403), "the server answers 403 (Forbidden); save the page in a browser and read the file"),
        (Answer(b"x", 429), "the server answers 429 (Too Many Requests); try again later"),
        (Answer(b"x", 503), "the server answers 503 (Service Unavailable); try again later"),
        (
            Answer(b"x", 299),
            "the server answers 299 (a code that HTTP does not know); save the page in a browser and read the file",
        ),
        (Answer(b""), "the page is empty; give the address of an article's page"),
        (
            Answer(b"%PDF-1.7", content_type="application/pdf"),
            "no HTML page (the server says application/pdf); give the address of an article's page",
        ),
        (
            Answer(b"words", content_type="text/plain"),
            "no HTML page (the server says text/plain); give the address of an article's page",
        ),
        (Answer(zeros=3 * fs.MEGABYTE), "larger than 2 MB unpacked; --max-megabytes sets another limit"),
        (
            Answer(zeros=3 * fs.MEGABYTE, undeclared=True),
            "larger than 2 MB unpacked; --max-megabytes sets another limit",
        ),
        (fs.bomb(40), "larger than 2 MB unpacked; --max-megabytes sets another limit"),
        (
            Answer(gzip.compress(page())[:-9], headers=(("Content-Encoding", "gzip"),)),
            "its gzip data is damaged (it ends too early); try again later",
        ),
        (
            Answer(page(), headers=(("Content-Encoding", "br"),)),
            "the server packs it as 'br', which was not asked for; save the page in a browser and read the file",
        ),
        (
            Answer(page(), declared=50_000),
            ("the connection to 127.0.0.1 broke (peer closed connection without sending complete message body "
            f"(received {len(page())} bytes, expected 50000)); try again later"),
        ),
    ],
)  # fmt: skip
def test_a_page_that_cannot_be_had(site: FaultSite, answer: Answer, message: str) -> None:
    site.answers["/a"] = answer
    assert refusal(f"{site.url}a", max_megabytes=2) == f"{site.url}a: {message}"


def test_a_connection_that_is_reset(site: FaultSite) -> None:
    site.answers["/a"] = Answer(reset=True)
    said = refusal(f"{site.url}a")
    assert said.startswith(f"{site.url}a: the connection to 127.0.0.1 broke (")
    assert said.endswith("); try again later")


def test_a_server_that_stays_silent(site: FaultSite) -> None:
    import threading

    gate = threading.Event()
    site.answers["/a"] = Answer(b"late", gate=gate)
    assert refusal(f"{site.url}a", timeout=0.2) == f"{site.url}a: 127.0.0.1 did not answer in time; try again later"
    gate.set()


def test_a_server_that_sends_a_little_now_and_then() -> None:
    from http.server import BaseHTTPRequestHandler

    class Dripping(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/a" else 404)
            self.end_headers()
            for _ in range(200 if self.path == "/a" else 0):
                self.wfile.write(b"<p>")
                time.sleep(0.05)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class names it)
            pass

    with listening(Dripping) as url:
        started = time.monotonic()
        assert refusal(f"{url}a", timeout=0.2) == f"{url}a: not whole after 1 seconds; try again later"
        assert time.monotonic() - started < 5


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("ftp://harbour.example.org/", "only http:// and https:// can be fetched; a file is given by its path"),
        ("file:///etc/passwd", "only http:// and https:// can be fetched; a file is given by its path"),
        ("http://", "not a web address (no host, or a port that cannot be); check it"),
        ("http://harbour.example.org:99999/", "not a web address (no host, or a port that cannot be); check it"),
        ("http://a\x00b/", ("not a web address (Invalid non-printable ASCII character in URL, '\\x00' at position 8.); "
         "check it")),
        ("http://harbour.invalid/", ("harbour.invalid: a host name that does not resolve; check its spelling, and your "
         "connection")),
    ],
)  # fmt: skip
def test_an_address_that_cannot_be_asked(url: str, message: str) -> None:
    assert refusal(url) == f"{url}: {message}"


def test_nobody_listens() -> None:
    url = f"http://127.0.0.1:{free_port()}/"
    assert refusal(url) == f"{url}: 127.0.0.1 refuses the connection; check host and port"


def test_no_tls(site: FaultSite) -> None:
    url = site.url.replace("http:", "https:")
    said = refusal(url)
    assert said.startswith(f"{url}: the encrypted connection to 127.0.0.1 failed (")
    assert said.endswith("); save the page in a browser and read the file")


# Manners


def test_robots_txt_is_followed(site: FaultSite) -> None:
    site.robots = "User-agent: *\nDisallow: /a\n"
    site.answers["/a"] = PAGE
    assert refusal(f"{site.url}a") == (
        f"{site.url}a: robots.txt of 127.0.0.1 forbids it; save the page in a browser and read the file, or set "
        "obey_robots = false in a workspace's newsarchive.toml"
    )
    assert site.requests == {"/robots.txt": 1}
    assert fetch(f"{site.url}a", obey_robots=False).body == page()
    assert site.requests == {"/robots.txt": 1, "/a": 1}


@pytest.mark.parametrize("robots", [Answer(b"", 404), fs.redirect("http://gone.example:0x/"), fs.bomb(3)])
def test_robots_txt_that_cannot_be_read_forbids_nothing(site: FaultSite, robots: Answer) -> None:
    site.answers |= {"/robots.txt": robots, "/a": PAGE}
    assert fetch(f"{site.url}a", max_megabytes=2).body == page()


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_host_that_gives_no_robots_txt_for_now_is_not_asked(site: FaultSite, status: int) -> None:
    site.answers |= {"/robots.txt": Answer(b"", status), "/a": PAGE}
    said = refusal(f"{site.url}a")
    assert said.startswith(f"{site.url}a: robots.txt of 127.0.0.1 cannot be had: the server answers {status} (")
    assert said.endswith("try again later")
    assert site.requests == {"/robots.txt": 1}


def test_a_crawl_delay_is_kept(site: FaultSite) -> None:
    site.robots = "User-agent: *\nCrawl-delay: 0.5\n"
    site.answers["/a"] = PAGE
    with Fetcher(Crawl()) as fetcher:
        fetcher.fetch(f"{site.url}a")
        started = time.monotonic()
        fetcher.fetch(f"{site.url}a")
        assert time.monotonic() - started >= 0.45


def test_what_is_only_linked_to_must_be_public(site: FaultSite) -> None:
    site.answers["/a"] = PAGE
    with Fetcher(Crawl(), frozenset({"www.example.org"})) as fetcher, pytest.raises(InputError) as error:
        fetcher.fetch_any(f"{site.url}a")
    assert str(error.value) == (
        f"{site.url}a: a private address (127.0.0.1) that you did not name; if you mean it, give {site.url}a"
    )
    with Fetcher(Crawl(), frozenset({"127.0.0.1"})) as fetcher:
        assert fetcher.fetch_any(f"{site.url}a").body == page()
    assert site.requests["/a"] == 1


def test_robots_txt_is_read_once_for_many_pages(site: FaultSite) -> None:
    site.answers |= {"/a": PAGE, "/b": PAGE}
    with Fetcher(Crawl()) as fetcher:
        fetcher.fetch(f"{site.url}a")
        fetcher.fetch(f"{site.url}b")
    assert site.requests == {"/robots.txt": 1, "/a": 1, "/b": 1}


def test_a_host_is_given_a_pause_and_this_machine_none() -> None:
    handler = type("_Bound", (fs._Handler,), {"site": FaultSite({}, answers={"/a": PAGE})})
    with listening(handler, "127.0.0.2") as url, Fetcher(Crawl(delay=0.4)) as fetcher:
        started = time.monotonic()
        fetcher.fetch(f"{url}a")
        fetcher.fetch(f"{url}a")
        assert time.monotonic() - started >= 0.4
    with listening(handler) as url, Fetcher(Crawl(delay=20)) as fetcher:
        started = time.monotonic()
        fetcher.fetch(f"{url}a")
        fetcher.fetch(f"{url}a")
        assert time.monotonic() - started < 10


def test_a_workspace_s_only_hosts_are_kept(site: FaultSite) -> None:
    assert refusal(f"{site.url}a", only_hosts=("harbour.example.org",)) == (
        f"{site.url}a: only_hosts in newsarchive.toml does not name 127.0.0.1; add it there"
    )
    assert not site.requests
