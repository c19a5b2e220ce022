"""The peers: what their locks hold, and that each adapter maps what its peer gives. No peer is installed here."""

import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from lxml import etree

from bench import peers
from bench.peers import HERE, PEERS, InstallError, adapters, environment, version

URL = "https://news.example.org/2024/quay"
BODY = b"<html><head><title>The quay</title></head><body><p>Text</p></body></html>"
# tantivy is a peer of searching, not of reading pages (bench.search).
DISTRIBUTIONS = sorted({peer.distribution for peer in PEERS} | {"tantivy"})


def install(monkeypatch: pytest.MonkeyPatch, **modules: Any) -> None:
    for name, module in modules.items():
        monkeypatch.setitem(sys.modules, name.replace("__", "."), module)


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_a_lock_pins_with_hashes_and_names_no_place(distribution: str) -> None:
    form = re.compile(
        r"#.*|[A-Za-z0-9._-]+==\S+( ; [^\\]*)? \\|    --hash=sha256:[0-9a-f]{64}( \\)?",
    )
    text = (HERE / f"{distribution}.lock").read_text(encoding="utf-8")
    assert [line for line in text.splitlines() if not form.fullmatch(line)] == []
    assert "://" not in text
    assert re.fullmatch(r"\d+(\.\d+)+", version(distribution))
    assert (HERE / f"{distribution}.in").is_file()


def test_every_lock_is_of_a_peer_and_every_peer_has_an_adapter() -> None:
    assert sorted(path.stem for path in HERE.glob("*.lock")) == DISTRIBUTIONS
    assert all(callable(getattr(adapters, peer.adapter)) for peer in PEERS)
    assert len({peer.name for peer in PEERS}) == len(PEERS)


def test_an_environment_is_made_once_for_a_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[list[str]] = []

    def run(command: list[str], **_: Any) -> SimpleNamespace:
        ran.append(command)
        (tmp_path / "envs" / "resiliparse").mkdir(parents=True, exist_ok=True)
        return SimpleNamespace(returncode=0)

    monkeypatch.setattr(peers, "ENVIRONMENTS", tmp_path / "envs")
    monkeypatch.setattr("bench.peers.subprocess.run", run)
    assert environment("resiliparse") == tmp_path / "envs" / "resiliparse" / "bin" / "python"
    assert len(ran) == 2
    assert "--require-hashes" in ran[1]
    environment("resiliparse")
    assert len(ran) == 2
    (tmp_path / "envs" / "resiliparse" / "made-from.lock").write_text("an older lock", encoding="utf-8")
    environment("resiliparse")
    assert len(ran) == 4


def test_what_does_not_install_says_so_in_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peers, "ENVIRONMENTS", tmp_path)
    failed = SimpleNamespace(returncode=1, stderr="first\nERROR: no such wheel\n", stdout="")
    monkeypatch.setattr("bench.peers.subprocess.run", lambda *_, **__: failed)
    with pytest.raises(InstallError, match=r"^resiliparse does not install here: ERROR: no such wheel$"):
        environment("resiliparse")


def test_trafilatura_gives_metadata_text_and_its_lead_image(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def bare_extraction(_body: bytes, **options: Any) -> SimpleNamespace:
        asked.update(options)
        return SimpleNamespace(
            title="T",
            date="2024-01-02T03:04:05+0000",
            author="Ada Quill; Bo Reed",
            text="Text",
            body=None,
            image="/l.jpg",
        )

    install(monkeypatch, trafilatura=SimpleNamespace(bare_extraction=bare_extraction))
    assert adapters.trafilatura(BODY, URL) == {
        "title": "T",
        "published": "2024-01-02T03:04:05+0000",
        "authors": ["Ada Quill", "Bo Reed"],
        "text": "Text",
        "images": [{"url": "/l.jpg"}],
    }
    assert asked["with_metadata"]
    assert "favor_precision" not in asked
    adapters.trafilatura_precision(BODY, URL)
    assert asked["favor_precision"]


def test_trafilatura_images_stand_beside_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = etree.fromstring("<main><p>One</p><graphic src='/a.jpg' alt='A'/><graphic src='/l.jpg'/></main>")
    lead = "https://news.example.org/l.jpg"
    found = SimpleNamespace(title=None, date=None, author=None, text="One ![A](/a.jpg)", body=tree, image=lead)
    rendered = SimpleNamespace(xmltotxt=lambda body, _: etree.tostring(body).decode())
    fake = SimpleNamespace(bare_extraction=lambda *_, **__: found)
    install(monkeypatch, trafilatura=fake, trafilatura__xml=rendered)
    got = adapters.trafilatura_images(BODY, URL)
    assert got["images"] == [{"url": lead}, {"url": "https://news.example.org/a.jpg", "alt": "A"}]
    assert "a.jpg" not in got["text"]
    assert "One" in got["text"]
    install(monkeypatch, trafilatura=SimpleNamespace(bare_extraction=lambda *_, **__: None))
    assert adapters.trafilatura_images(BODY, URL) == {}


def test_newspaper_is_given_the_page_and_fetches_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Article:
        title, publish_date, authors, text, top_image = "T", None, ["Ada Quill"], "Text", ""

        def __init__(self, url: str, *, fetch_images: bool) -> None:
            assert (url, fetch_images) == (URL, False)

        def download(self, *, input_html: bytes) -> None:
            assert input_html == BODY

        def parse(self) -> None: ...

    install(monkeypatch, newspaper=SimpleNamespace(Article=Article))
    got = adapters.newspaper4k(BODY, URL)
    assert got == {"title": "T", "published": None, "authors": ["Ada Quill"], "text": "Text", "images": []}


def test_readability_text_keeps_paragraphs_apart_and_words_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    summary = "<div><p>One <b>wo</b>r<!-- no -->d</p><p>Two<br>three</p><img src='/a.jpg' alt='A'></div>"
    document = SimpleNamespace(
        short_title=lambda: "T",
        author=lambda: "[no-author]",
        summary=lambda html_partial: summary if html_partial else "",
    )
    install(monkeypatch, readability=SimpleNamespace(Document=lambda *_, **__: document))
    got = adapters.readability(BODY, URL)
    assert got["text"].split("\n") == ["One word", "Two", "three", "", ""]
    assert got["authors"] == []
    assert got["images"] == [{"url": "https://news.example.org/a.jpg", "alt": "A"}]


def test_resiliparse_gives_title_and_text(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: dict[str, Any] = {}

    def extract_plain_text(_tree: Any, **options: Any) -> str:
        asked.update(options)
        return "Text"

    tree = SimpleNamespace(parse_from_bytes=lambda _, encoding: SimpleNamespace(title=encoding))
    install(
        monkeypatch,
        resiliparse__parse__encoding=SimpleNamespace(detect_encoding=lambda _: "utf-8"),
        resiliparse__parse__html=SimpleNamespace(HTMLTree=tree),
        resiliparse__extract__html2text=SimpleNamespace(extract_plain_text=extract_plain_text),
    )
    assert adapters.resiliparse(BODY, URL) == {"title": "utf-8", "text": "Text"}
    assert asked["main_content"]


@pytest.mark.parametrize("declared", ["utf-8", None, "no-such-encoding"])
def test_news_please_is_given_text_and_fetches_nothing(declared: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    def from_html(html: str, *, url: str, fetch_images: bool) -> SimpleNamespace:
        assert (html, url, fetch_images) == ("é", URL, False)
        return SimpleNamespace(
            title="T", date_publish=None, authors=[], maintext="Text", image_url="https://x.example/l"
        )

    detector = SimpleNamespace(find_declared_encoding=lambda *_, **__: declared)
    install(
        monkeypatch,
        newsplease=SimpleNamespace(NewsPlease=SimpleNamespace(from_html=from_html)),
        bs4__dammit=SimpleNamespace(EncodingDetector=detector),
    )
    got = adapters.news_please("é".encode(), URL)
    assert got["text"] == "Text"
    assert got["images"] == [{"url": "https://x.example/l"}]


def test_adapters_load_their_peer_first_and_have_no_network_then() -> None:
    code = (
        "import sys, adapters, socket\nassert 'wave' in sys.modules\n"
        "named = lambda: socket.create_connection(('localhost', 9))\n"
        "numbered = lambda: socket.socket().connect(('::1', 9))\n"
        "for call in (named, numbered):\n"
        "    try: call()\n    except OSError as error: print(error)"
    )
    surroundings = os.environ | {"PYTHONPATH": str(HERE), "PEER_MODULES": "wave"}
    done = subprocess.run([sys.executable, "-c", code], env=surroundings, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["pages are read offline"] * 2
