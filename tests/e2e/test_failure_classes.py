"""Each class of failure, produced for real by a server: it gets its name, is tried again, and never stored as good."""

import contextlib
import datetime as dt
import gzip
import ipaddress
import ssl
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

import brotli
import pytest
from backports import zstd
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from crawler.demo.pictures import draw
from tests.e2e import fault_site as fs
from tests.e2e.fault_site import Answer, FaultSite
from tests.e2e.harness import Workspace, check_archive, free_port
from tests.e2e.serving import Listener

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
PDF = b"%PDF-1.7\n1 0 obj << /Type /Catalog >> endobj\n%%EOF\n"


def _page(name: str) -> bytes:
    return fs.article_html(name).encode()


def _chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


def _packed(encoding: str, body: bytes) -> Answer:
    return Answer(body, headers=(("Content-Encoding", encoding),))


def faults() -> dict[str, tuple[Answer, str]]:
    """Return what is answered for an article of each name, and the cause that this has."""
    half = _page("x")[:700]
    zipped = gzip.compress(_page("x"))
    return {
        "length": (Answer(half, declared=5000), "truncated"),
        "chunked": (Answer(raw=(HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + _chunk(half),)), "truncated"),
        "broken-off": (Answer(raw=(HEAD + b"Connection: close\r\n\r\n" + half,), reset=True, pause=0.2), "truncated"),
        "gzip": (_packed("gzip", zipped[:-200]), "truncated"),
        "gzip-damaged": (_packed("gzip", zipped[:60] + b"\xff" * 40 + zipped[100:]), "truncated"),
        "deflate": (_packed("deflate", zlib.compress(_page("x"))[:-100]), "truncated"),
        "brotli": (_packed("br", brotli.compress(_page("x"))[:-60]), "truncated"),
        "zstd": (_packed("zstd", zstd.compress(_page("x"))[:-60]), "truncated"),
        "drip": (Answer(raw=(HEAD + b"Content-Length: 400\r\n\r\n", *[b"<"] * 60), pause=0.2), "too-slow"),
        "silent": (Answer(raw=(b"", b""), pause=4.0), "timeout"),
        "stalled": (Answer(raw=(HEAD + b"Content-Length: 900\r\n\r\n" + half, b""), pause=4.0), "timeout"),
        "reset": (Answer(reset=True), "reset"),
        "endless": (Answer(zeros=9 * fs.MEGABYTE, undeclared=True), "too-large"),
        "pdf": (Answer(PDF), "wrong-type"),
        "image": (Answer(draw("/x.png"), content_type="image/png"), "wrong-type"),
        "archive": (Answer(b"PK\x03\x04" + bytes(100), content_type="application/zip"), "wrong-type"),
        "teapot": (Answer(b"no", 418), "http-418"),
        "gateway": (Answer(b"no", 502), "http-502"),
        "loop": (fs.redirect("/a/loop.html"), "redirect-loop"),
        "nonsense": (Answer(raw=(b"220 mail.example ESMTP\r\n",)), "reset"),
    }


@pytest.fixture
def tls(tmp_path: Path) -> Iterator[str]:
    """Serve over TLS with a certificate that nobody trusts; yield the base URL."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = tmp_path / "key.pem"
    encoding = serialization.Encoding.PEM
    secret = key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    pem.write_bytes(secret + certificate.public_bytes(encoding))
    site = FaultSite({}, answers={"/a/tls.html": Answer(_page("tls"))})
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    with Listener(("127.0.0.1", 0), type("_Bound", (fs._Handler,), {"site": site})) as listener:
        listener.socket = context.wrap_socket(listener.socket, server_side=True)
        import threading

        thread = threading.Thread(target=listener.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{listener.server_address[1]}/"
        listener.shutdown()
        thread.join()


@contextlib.contextmanager
def faulty(tmp_path: Path, elsewhere: dict[str, str]) -> Iterator[tuple[FaultSite, Workspace]]:
    """Serve a site with an article of each fault, and some on other hosts; give a workspace of small limits."""
    every = faults()
    site = FaultSite(
        {"news": [["good", *every]]}, answers={f"/a/{name}.html": made for name, (made, _) in every.items()}
    )
    with site.serve():
        items = site.listing_html("news", 1)
        more = "".join(f'<li class="item"><a href="{url}">{fs.title(name)}</a></li>' for name, url in elsewhere.items())
        site.answers["/news/"] = Answer(items.replace("</ul>", more + "</ul>").encode())
        workspace = Workspace.make(
            tmp_path / "w",
            hosts=("127.0.0.1", "127.0.0.3", "nowhere.invalid"),
            timeout=1.5, response_seconds=3, max_megabytes=8, delay=0.0,
        )  # fmt: skip
        hosts = 'hosts = ["127.0.0.3", "nowhere.invalid"]\nlanguage ='
        workspace.define("fault", site.definition.replace("language =", hosts))
        yield site, workspace


def test_every_class_of_failure_has_its_name_and_heals(tmp_path: Path, tls: str) -> None:
    elsewhere = {
        "tls": f"{tls}a/tls.html",
        "refused": f"http://127.0.0.3:{free_port()}/a/refused.html",
        "dns": "http://nowhere.invalid/a/dns.html",
    }
    with faulty(tmp_path, elsewhere) as (site, workspace):
        outcome = workspace.run("crawl", "fault", "--json")
        assert outcome.code == 1, outcome
        found = {
            url.rpartition("/")[2].removesuffix(".html"): cause
            for url, cause in workspace.rows("SELECT url, cause FROM urls WHERE kind = 'article' AND state = 'failed'")
        }
        expected = {name: cause for name, (_, cause) in faults().items()} | {name: name for name in elsewhere}
        assert found == expected
        assert workspace.value("SELECT count(*) FROM articles") == 1
        assert len(outcome.complaints) == len(expected), outcome
        check_archive(workspace.root)
        # The server is mended: each is due again by itself.
        for name in faults():
            del site.answers[f"/a/{name}.html"]
        workspace.change("UPDATE urls SET due_at = '2020-01-01T00:00:00.000000Z' WHERE state = 'failed'")
        again = workspace.run("crawl", "fault", "--json")
        assert workspace.value("SELECT count(*) FROM articles") == 1 + len(faults()), again
        bodies = dict(workspace.rows("SELECT url, body FROM articles"))
        for name in faults():
            assert bodies[site.article_url(name)] == "\n\n".join(fs.paragraphs(name))
        check_archive(workspace.root)


def test_a_file_that_says_so_in_its_address_is_no_failure(tmp_path: Path) -> None:
    site = FaultSite({"news": [["good"]]}, answers={"/a/report.pdf": Answer(PDF, content_type="application/pdf")})
    with site.serve():
        more = '<li class="item"><a href="/a/report.pdf">The report of the harbour</a></li></ul>'
        site.answers["/news/"] = Answer(site.listing_html("news", 1).replace("</ul>", more).encode())
        workspace = Workspace.make(tmp_path / "w")
        workspace.define("fault", site.definition)
        outcome = workspace.run("crawl", "fault", "--json")
        assert (outcome.code, outcome.json[0]["causes"]) == (0, {"not-html": 1})


def _bomb(width: int, height: int) -> bytes:
    """Return a PNG whose header speaks of more pixels than anybody could draw."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(99))) + chunk(b"IEND", b"")


def test_a_bomb_of_pixels_is_not_kept(tmp_path: Path) -> None:
    site = FaultSite({"news": [["good"]]})
    with site.serve():
        images = "".join(
            f'<p><img src="/{name}.png" width="480" height="320"></p>' for name in ("bomb", "large", "fine")
        )
        site.answers |= {
            "/a/good.html": Answer(fs.article_html("good", extra=images).encode()),
            "/bomb.png": Answer(_bomb(60_000, 60_000), content_type="image/png"),
            "/large.png": Answer(_bomb(9_000, 9_000), content_type="image/png"),
            "/fine.png": Answer(draw("/fine.png"), content_type="image/png"),
        }
        workspace = Workspace.make(tmp_path / "w")
        workspace.define("fault", site.definition)
        assert workspace.run("crawl", "fault").code == 0
        errors = dict(workspace.rows("SELECT url, error FROM article_images ORDER BY position"))
        assert list(errors.values()) == ["too-many-pixels", None, None]
        assert len(list((tmp_path / "w" / "media").rglob("*.png"))) == 2
        check_archive(workspace.root)
