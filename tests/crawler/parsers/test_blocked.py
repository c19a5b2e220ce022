"""What answers well and is no page: notices, captchas, walls and shells; and articles about them, which are articles."""

import gzip
import json

import pytest

from archive.model import Article
from crawler.parsers import parse_article
from crawler.parsers.blocked import block_cause, may_be_blocked
from tests.e2e.harness import SHARED

URL = "https://news.example/2024/05/03/a.html"
PAGES = SHARED / "corpus" / "pages"
MENU = "<nav><a href=/>Home</a> <a href=/news>News</a> <a href=/sport>Sport</a></nav>"


def page(title: str, body: str, head: str = "") -> bytes:
    return f"<!doctype html><html><head><meta charset=utf-8><title>{title}</title>{head}</head><body>{body}</body></html>".encode()


def cause(body: bytes) -> str | None:
    return block_cause(body, URL)


NOTICES = {
    "a challenge by script": page(
        "Just a moment...",
        "<div class=main-wrapper><h1>news.example</h1><h2>Checking if the site connection is secure</h2>"
        "<noscript>Enable JavaScript and cookies to continue</noscript></div><script src=/cdn/challenge.js></script>",
    ),
    "a firewall": page(
        "Attention Required! | Shield",
        "<h1>Sorry, you have been blocked</h1><p>You are unable to access news.example</p><h2>Why have I been blocked?</h2>"
        "<p>This website is using a security service to protect itself from online attacks. The action you just performed "
        "triggered the security solution. There are several actions that could trigger this block including submitting a "
        "certain word or phrase, a SQL command or malformed data.</p><p>Ray ID: 7d1</p>",
    ),
    "a server's refusal": page(
        "Access Denied",
        '<h1>Access Denied</h1>You don\'t have permission to access "/2024/05/03/a.html" on this server.<p>Reference #18.6f</p>',
    ),
    "a captcha in a form": page(
        "news.example", "<form id=captcha-form action=/check><img src=/image.png><input name=answer></form>"
    ),
    "a captcha in a frame": page("news.example", "<iframe src=//guard.example/captcha/?cid=1></iframe>" + "<script>x()</script>"),
    "a proof asked for": page(
        "news.example", MENU + "<h2>One more step</h2><p>Please verify you are human by ticking the box below.</p>"
    ),
    "unusual traffic": page(
        "Sorry", "<p>Our systems have detected unusual traffic from your computer network. Please try again later.</p>"
    ),
    "a rejected request": page(
        "Request Rejected", "The requested URL was rejected. Please consult with your administrator. Your support ID is: 1"
    ),
    "German": page("Zugriff verweigert", "<p>Ihre IP-Adresse wurde gesperrt.</p>"),
    "French": page("news.example", "<p>Vérifions que vous n’êtes pas un robot</p>"),
    "Spanish": page("Acceso denegado", "<p>No tiene permiso para ver esta página.</p>"),
    "Russian": page("Доступ ограничен", "<p>Подтвердите, что вы не робот, чтобы продолжить.</p>"),
    "Chinese": page("安全验证", "<p>您的访问过于频繁，请完成下面的验证。</p>"),
    "Japanese": page("news.example", "<p>ロボットではないことを確認してください</p>"),
    "Korean": page("접근이 거부되었습니다", "<p>관리자에게 문의하세요.</p>"),
    "consent": page(
        "Before you continue",
        "<h1>We value your privacy</h1><p>We and our 312 partners store cookies on your device and process personal data, "
        "such as unique identifiers, to measure advertising and to develop products.</p><p>You can change your consent at "
        "any time in the privacy settings.</p><button>Accept all</button><button>Reject all</button>",
    ),
    "consent under the site's name": page(
        "news.example",
        "<h1>Ihre Privatsphäre</h1><p>Wir und unsere Partner verwenden Cookies und bitten um Ihre Einwilligung in die "
        "Verarbeitung Ihrer Daten zu den genannten Zwecken.</p><p>Mehr dazu steht in der Datenschutzerklärung.</p>"
        "<p>Alle akzeptieren</p><p>Alle ablehnen</p>",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", NOTICES)
def test_a_notice_is_no_page(name: str) -> None:
    assert cause(NOTICES[name]) == "blocked"


@pytest.mark.parametrize("name", NOTICES)
def test_a_notice_is_looked_at(name: str) -> None:
    assert may_be_blocked(parse_article(NOTICES[name], URL))


SHELLS = {
    "an empty root": page("The Herald", "<div id=root></div><script src=/app.js></script>"),
    "a word that asks for scripts": page(
        "The Herald",
        "<noscript>You need to enable JavaScript to run this app.</noscript><div id=app>Loading…</div><script src=/a.js></script>",
    ),
    "a sentence that asks for scripts": page(
        "The Herald", "<p>Please enable JavaScript in your browser to read the news.</p><script src=/a.js></script>"
    ),
    "a menu alone": page("The Herald", MENU + "<main></main><script src=/app.js></script>"),
    "a shell that declares an article": page(
        "Bridge opens",
        "<div id=__next></div><script src=/app.js></script>",
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Bridge opens"}</script>',
    ),
}


@pytest.mark.parametrize("name", SHELLS)
def test_a_shell_is_no_page(name: str) -> None:
    assert cause(SHELLS[name]) == "empty-shell"
    assert may_be_blocked(parse_article(SHELLS[name], URL))


ABOUT = (
    "<p>Access denied: for blind readers that is what a captcha says, according to a survey that the library of "
    "Millreach published on Friday.</p><p>Of 200 readers asked, 130 could not solve the pictures. “Verify you are human, "
    "it says, and I cannot,” one of them told the council.</p><p>The library will do without the tests from June on, and "
    "asks other offices in the city to follow its example.</p>"
)
ARTICLES = {
    "about captchas": page("Captchas lock out blind readers", f"<h1>Captchas lock out blind readers</h1>{ABOUT}"),
    "with a title that begins like a notice": page(
        "Access denied: captchas lock out the blind", f"<h1>Access denied: captchas lock out the blind</h1>{ABOUT}"
    ),
    "about cookies": page(
        "Cookie banners to go",
        "<h1>Cookie banners to go</h1><p>Publishers must offer a button that rejects all, the court held on Friday, next to "
        "the one that accepts.</p><p>The case was brought by two readers from Vellmar, who had counted 41 clicks on the "
        "way to an article about their street.</p><p>The ruling takes effect in autumn, and an appeal is not possible.</p>",
    ),
    "with a consent banner beside it": page(
        "Bridge opens",
        "<h1>Bridge opens</h1><p>The bridge over the harbour was opened on Friday after four years, two of which nobody had "
        "planned for.</p><p>About 900 people crossed it in the first hour, most of them on foot, the council said.</p>"
        "<div class=consent><p>We use cookies and share data with our partners.</p><button>Accept all</button></div>",
    ),
    "with a captcha for its comments": page(
        "Bridge opens",
        "<h1>Bridge opens</h1><p>The bridge over the harbour was opened on Friday after four years.</p>"
        "<form class=comments><div class=g-recaptcha></div></form><script src=//guard.example/recaptcha/api.js></script>",
    ),
    "of one short sentence": page(
        "Bridge opens", "<h1>Bridge opens</h1><p>The bridge over the harbour opens on Friday.</p><script src=/stats.js></script>"
    ),
    "of pictures": page("The flood in pictures", MENU + "<h1>The flood</h1><img src=/1.jpg><img src=/2.jpg><script></script>"),
    "a film": page("The flood", "<h1>The flood</h1><video src=/1.mp4></video><script src=/player.js></script>"),
    "without scripts and nearly without text": page("Bridge", "<h1>Bridge</h1>"),
    "that calls itself one": page(
        "Request rejected",
        "<h1>Request rejected</h1><p>The council has rejected the harbour's request for a second crane.</p>",
        '<meta property="article:published_time" content="2024-05-03T10:00:00Z">',
    ),
    "Chinese": page("验证码难住老人", "<h1>验证码难住老人</h1><p>市图书馆周五公布的调查显示，两百名读者中有一百三十人无法完成图片验证。</p>"),
}  # fmt: skip


@pytest.mark.parametrize("name", ARTICLES)
def test_an_article_is_one(name: str) -> None:
    assert cause(ARTICLES[name]) is None


def test_any_bytes_are_looked_at() -> None:
    assert cause(b"") is None
    assert cause(b"\xff\x00<p") is None


def test_a_long_article_is_not_even_looked_at() -> None:
    assert not may_be_blocked(Article(URL, body="word " * 400))
    assert may_be_blocked(Article(URL, body="word " * 400, kind="other"))


@pytest.mark.skipif(not PAGES.is_dir(), reason="the corpus of pages is not here")
def test_no_article_of_the_corpus_is_blocked() -> None:
    rows = [json.loads(line) for line in (PAGES / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
    articles = [row for row in rows if row.get("kind", "article") == "article"]
    # Each costs what reading it does: every fourth here.
    sample = articles[::4]
    blocked = [
        row["url"] for row in sample if block_cause(gzip.decompress((PAGES / row["file"]).read_bytes()), row["url"])
    ]
    assert len(sample) > 100
    assert blocked == []
