"""Bytes become text and a tree, whatever they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.parsers.page import decode, looks_like_html, parse_page
from tests.crawler.parsers.small_pages import steady

CHINESE = "上海市质量技术监督局今天发布了新的通知，要求各区市场监管部门认真落实有关规定。"
JAPANESE = "市は月曜日に新しい図書館を開き、最初の来館者を迎えました。"
RUSSIAN = "Городской совет открыл новую набережную и обещал не менять сборы до конца года."
META = '<meta charset="{}">'


def utf16(text: str, order: str) -> bytes:
    mark = b"\xff\xfe" if order == "le" else b"\xfe\xff"
    return mark + text.encode(f"utf-16-{order}")


@pytest.mark.parametrize(
    ("body", "content_type", "encoding"),
    [
        (b"\xef\xbb\xbf" + CHINESE.encode(), "text/html; charset=gbk", "utf-8"),
        (utf16(CHINESE, "le"), "text/html; charset=utf-8", "utf-16-le"),
        (utf16(CHINESE, "be"), None, "utf-16-be"),
        (CHINESE.encode(), "text/html; charset=iso-8859-1", "utf-8"),
        (CHINESE.encode(), "text/html; charset=gb2312", "utf-8"),
        (CHINESE.encode(), None, "utf-8"),
        (CHINESE.encode("gb18030"), "text/html; charset=gb18030", "gb18030"),
        (CHINESE.encode("gbk"), "text/html; charset=GB2312", "gb18030"),
        (CHINESE.encode("gbk"), "text/html; charset=utf-8; charset=x", None),
        (RUSSIAN.encode("cp1251"), "text/html; charset=windows-1251", "cp1251"),
        (JAPANESE.encode("iso-2022-jp"), "text/html; charset=iso-2022-jp", "iso2022_jp"),
        (JAPANESE.encode("shift_jis"), "text/html; charset=Shift_JIS", "cp932"),
        (JAPANESE.encode("euc-jp"), "text/html; charset=euc-jp", None),
        ("臺灣的新聞網站".encode("big5"), "text/html; charset=big5", "big5hkscs"),
        ("한국의 뉴스".encode("euc-kr"), "text/html; charset=euc-kr", None),
        ("Größe".encode("utf-16-le"), "text/html; charset=utf-16le", "utf-16-le"),
        ("Größe".encode("iso-8859-1"), "text/html; charset=iso-8859-1", "cp1252"),
        ("“Größe” – 5 €".encode("cp1252"), "text/html; charset=iso-8859-1", "cp1252"),
    ],
)
def test_the_text_of_bytes(body: bytes, content_type: str | None, encoding: str | None) -> None:
    text, found, replaced = decode(body, content_type)
    known = (CHINESE, JAPANESE, RUSSIAN, "臺灣的新聞網站", "한국의 뉴스", "Größe", "“Größe” – 5 €")
    assert text in known, (text, found)
    assert replaced == 0
    assert encoding in (None, found)


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("gb18030", CHINESE),
        ("gb2312", CHINESE),
        ("gbk", CHINESE),
        ("big5", "臺灣的新聞網站今天發布通知"),
        ("shift_jis", JAPANESE),
        ("euc-jp", JAPANESE),
        ("iso-2022-jp", JAPANESE),
        ("windows-1251", RUSSIAN),
        ("koi8-r", RUSSIAN),
        ("euc-kr", "시의회는 월요일에 새로운 부두를 열었다"),
        ("iso-8859-2", "Zażółć gęślą jaźń"),
    ],
)
@pytest.mark.parametrize("header", [None, "text/html", "text/html; charset=nonsense"])
def test_the_page_declares_its_encoding(encoding: str, text: str, header: str | None) -> None:
    page = parse_page(f"<html>{META.format(encoding)}<p>{text}</p>".encode(encoding), "http://a.example/", header)
    assert "".join(page.body.itertext()) == text
    assert page.replaced == 0


def test_a_header_that_does_not_fit_gives_way_to_the_page() -> None:
    body = f'<meta http-equiv="Content-Type" content="text/html; charset=gbk"><p>{CHINESE}</p>'.encode("gbk")
    text, encoding, replaced = decode(body, "text/html; charset=utf-8")
    assert CHINESE in text
    assert (encoding, replaced) == ("gb18030", 0)


def test_the_encoding_of_an_xml_declaration() -> None:
    body = f'<?xml version="1.0" encoding="windows-1251"?><html><body><p>{RUSSIAN}</p></body></html>'.encode("cp1251")
    page = parse_page(body, "http://a.example/")
    assert ("".join(page.body.itertext()), page.encoding, page.replaced) == (RUSSIAN, "cp1251", 0)


def test_an_undeclared_encoding_is_guessed() -> None:
    text, _, replaced = decode(f"<p>{RUSSIAN * 20}</p>".encode("cp1251"), None)
    assert (text, replaced) == (f"<p>{RUSSIAN * 20}</p>", 0)


def test_bytes_that_are_no_characters_are_counted() -> None:
    text, encoding, replaced = decode("Größe ".encode() * 20 + b"\xff\xfe\xfa", "text/html; charset=utf-8")
    assert encoding == "utf-8"
    assert replaced == 3
    assert text == "Größe " * 20 + "\ufffd" * 3


@pytest.mark.parametrize("bad", [b"\xff", b"\xe4\xb8", b"\x93quote\x94"])
@pytest.mark.parametrize(
    "text", [CHINESE, RUSSIAN, "Größe und Länge der Brücke", "plain words – with one dash and “quotes”"]
)
@pytest.mark.parametrize("count", [1, 20])
def test_one_bad_byte_does_not_turn_a_page_into_another_encoding(text: str, bad: bytes, count: int) -> None:
    body = b"<p>" + bad + (text * count).encode()
    found, encoding, replaced = decode(body, "text/html; charset=utf-8")
    assert (encoding, replaced > 0) == ("utf-8", True), found[:80]
    assert text * count in found


def test_the_least_damaged_of_the_declared_encodings_wins() -> None:
    body = META.format("gbk").encode() + (CHINESE * 5).encode("gbk") + b"\xff"
    text, encoding, replaced = decode(body, "text/html; charset=utf-8")
    assert CHINESE in text
    assert (encoding, replaced) == ("gb18030", 1)


def test_a_replacement_character_that_the_page_itself_holds_is_no_damage() -> None:
    assert decode("a\ufffdb".encode(), "text/html; charset=utf-8") == ("a\ufffdb", "utf-8", 0)


def test_an_unknown_codec_is_read_as_utf_8() -> None:
    text, _, replaced = decode(b"\xff plain", "text/html; charset=x-user-defined")
    assert text.endswith(" plain")
    assert replaced <= 1


@pytest.mark.parametrize("body", [b"", b"   ", b"<!-- -->", b"\x00", b"<?xml version='1.0'?>", b"\xef\xbb\xbf", b"<"])
def test_nothing_gives_an_empty_page(body: bytes) -> None:
    page = parse_page(body, "http://a.example/x")
    assert "".join(page.body.itertext()).strip() in ("", "<")
    assert (page.url, page.base, page.replaced) == ("http://a.example/x", "http://a.example/x", 0)


def test_control_characters_and_nulls_are_left_out() -> None:
    page = parse_page(b"<p>a\x00b\x01c\x0bd\x1fe\tf\xef\xbf\xbf</p>", "http://a.example/")
    assert "".join(page.body.itertext()) == "abcde\tf"


def test_a_page_without_a_body_is_its_own_body() -> None:
    page = parse_page(b"<html><frameset><frame src=a></frameset></html>", "http://a.example/")
    assert page.body.tag == "html"


@pytest.mark.parametrize(
    ("base", "href", "expected"),
    [
        ("", "b.html", "http://a.example/x/b.html"),
        ("", " /b.html\n", "http://a.example/b.html"),
        ("", "//cdn.example/b.jpg", "http://cdn.example/b.jpg"),
        ("", "HTTPS://A.example/", "HTTPS://A.example/"),
        ("", "javascript:alert(1)", None),
        ("", "mailto:a@b.example", None),
        ("", "data:text/html,x", None),
        ("", "ftp://a.example/", None),
        ("", "http://[broken", None),
        ('<base href="/other/">', "b.html", "http://a.example/other/b.html"),
        ('<base target="_top"><base href="https://b.example/">', "c", "https://b.example/c"),
        ('<base href="http://[broken">', "b.html", "http://a.example/x/b.html"),
    ],
)
def test_absolute_addresses(base: str, href: str, expected: str | None) -> None:
    page = parse_page(f"<head>{base}</head><p>a".encode(), "http://a.example/x/y.html")
    assert page.absolute(href) == expected


@pytest.mark.parametrize(
    ("body", "content_type", "expected"),
    [
        (b"<html>", "text/html; charset=utf-8", True),
        (b"<p>", "TEXT/HTML", True),
        (b"<p>", None, True),
        (b"<p>", "", True),
        (b"<html>", "application/xhtml+xml", True),
        (b"<html>", "application/xml", True),
        (b"<html>", "text/plain", True),
        (b"<html>", "application/pdf", False),
        (b"<html>", "image/jpeg", False),
        (b"<html>", "application/octet-stream", False),
        (b"%PDF-1.7 <p>", "text/html", False),
        (b"PK\x03\x04<p>", "text/html", False),
        (b"plain words", "text/html", False),
        (b"1 < 2", "text/html", False),
        (b"", "text/html", False),
        ("<html>".encode("utf-16-le"), "text/html", True),
        (b"a" * 70_000 + b"<p>", "text/html", False),
    ],
)
def test_looks_like_html(body: bytes, content_type: str | None, *, expected: bool) -> None:
    assert looks_like_html(body, content_type) is expected


@steady
@given(st.binary(max_size=400), st.sampled_from([None, "text/html; charset=utf-16", "text/html; charset=gbk", "x"]))
def test_any_bytes_give_a_page(body: bytes, content_type: str | None) -> None:
    text, encoding, replaced = decode(body, content_type)
    assert replaced <= text.count("\ufffd")
    "".encode(encoding)
    assert parse_page(body, "http://a.example/", content_type).body is not None


@pytest.mark.parametrize("name", ["idna", "punycode", "rot13", "base64", "zlib", "undefined", "unicode_escape", "hex"])
def test_a_codec_that_is_no_charset_is_none(name: str) -> None:
    body = b"<p>caf\xc3\xa9 \\ud800 \xff" + b" quay" * 20
    for text, encoding, _ in (
        decode(body, f"text/html; charset={name}"),
        decode(b"<meta charset=%s>" % name.encode() + body, None),
    ):
        assert encoding == "utf-8"
        assert "café" in text


def test_control_characters_are_no_text_as_such_or_as_references() -> None:
    page = parse_page(
        "<p>a\x7fb\x9bc&#7;d&#x1B;e&#x7f;f&#129g&#150;h&#12i&#0;j&#xfffe;k&#10;l".encode(), "http://a.example/"
    )
    assert "".join(page.root.itertext()) == "abcdefg–hijk\nl"


@pytest.mark.parametrize("href", ["https:///x.jpg", "https://?x", "https://", "/" + "x" * 20_000])
def test_an_address_without_a_host_or_an_end_is_none(href: str) -> None:
    assert parse_page(b"<p>", "http://a.example/").absolute(href) is None
