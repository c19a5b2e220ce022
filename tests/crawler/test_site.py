"""Site definitions: what they say, and what is said of one that is wrong."""

import re
import tomllib
import zoneinfo
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from archive.errors import DefinitionError
from crawler.site import (
    FieldRule,
    Listing,
    Section,
    Site,
    Template,
    bundled_ids,
    load_bundled,
    load_file,
    parse_definition,
)

GOOD = """\
id = "a"
name = "Example"
url = "https://News.example/start/"
hosts = ["Cdn.example"]
{site}
[listing]
article_urls = '/a/'
{listing}
[template]
{template}
[[sections]]
key = "one"
name = "One"
url = "one.html"
{section}
"""


def definition(*, site: str = "", listing: str = "", template: str = "", section: str = "") -> str:
    return GOOD.format(site=site, listing=listing, template=template, section=section)


def mistake(text: str) -> str:
    with pytest.raises(DefinitionError) as caught:
        parse_definition(text, "a.toml")
    said = str(caught.value)
    assert said.startswith("a.toml: ")
    assert "\n" not in said
    assert caught.value.exit_code == 2
    return said.removeprefix("a.toml: ")


def names(model: type[Any]) -> str:
    return ", ".join(model.model_fields)


def test_a_definition() -> None:
    site = parse_definition(definition(site="timezone = 'Asia/Shanghai'", section="every = '6h'"), "a.toml")
    (section,) = site.sections
    assert (site.url, site.delay, site.tls, site.template) == (
        "https://news.example/start/",
        None,
        "strict",
        Template(),
    )
    assert (section.every, section.language) == ("6h", None)
    assert site.start_url(section) == "https://news.example/start/one.html"
    assert site.listing_of(section) is site.listing
    assert site.zone == zoneinfo.ZoneInfo("Asia/Shanghai")
    assert site.row.sections == (("one", "One", "https://news.example/start/one.html"),)
    assert (site.row.id, site.row.url, site.row.timezone) == ("a", "https://news.example/start/", "Asia/Shanghai")


@pytest.mark.parametrize(
    ("url", "own"),
    [
        ("https://news.example/x", True),
        ("http://NEWS.example:8080/", True),
        ("https://cdn.example/i.jpg", True),
        ("https://section.example/", True),
        ("https://www.news.example/", False),
        ("https://other.example/", False),
        ("http://[x", False),
        ("mailto:a@news.example", False),
    ],
)
def test_own_hosts(url: str, *, own: bool) -> None:
    more = '[[sections]]\nkey = "two"\nname = "Two"\nurl = "https://section.example/n/"\n'
    assert parse_definition(definition() + more, "a.toml").is_own_host(url) is own


def test_a_section_with_its_own_listing() -> None:
    site = parse_definition(definition(section='[sections.listing]\nentry = "li"'), "a.toml")
    assert site.listing_of(site.sections[0]) == Listing(entry="li")
    bare = site.model_copy(update={"listing": None, "sections": (Section(key="x", name="X", url="/x"),)})
    with pytest.raises(DefinitionError, match=r"^section 'x' of a has no \[listing\]; add one$"):
        bare.listing_of(bare.sections[0])


def test_values_are_frozen() -> None:
    site = parse_definition(definition(), "a.toml")
    with pytest.raises(ValidationError, match="frozen"):
        site.name = "other"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("rule", "select", "label"),
    [
        ("'h1'", ("h1",), ()),
        ("['h1', 'h2']", ("h1", "h2"), ()),
        ("{ select = 'h1' }", ("h1",), ()),
        ("{ label = 'Update' }", (), ("Update",)),
        ("{ select = ['h1'], label = ['Update', 'Updated'] }", ("h1",), ("Update", "Updated")),
    ],
)
def test_short_forms_of_a_rule(rule: str, select: tuple[str, ...], label: tuple[str, ...]) -> None:
    found = parse_definition(definition(template=f"updated = {rule}"), "a.toml").template.updated
    assert found == FieldRule(select=select, label=label)
    assert found is not None
    assert tuple(selector.text for selector in found.selectors) == select


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"site": "langauge = 'en'"}, f"langauge = 'en': no such key; allowed here: {names(Site)}"),
        ({"listing": "nxet = 'a'"}, f"listing.nxet = 'a': no such key; allowed here: {names(Listing)}"),
        ({"template": "titel = 'h1'"}, f"template.titel = 'h1': no such key; allowed here: {names(Template)}"),
        (
            {"section": "[[templates]]\ntitel = 'h1'"},
            f"templates.0.titel = 'h1': no such key; allowed here: {names(Template)}",
        ),
        (
            {"template": "title = { css = 'h1' }"},
            f"template.title.css = ('h1',): no such key; allowed here: {names(FieldRule)}",
        ),
        ({"section": "evry = '6h'"}, f"sections.0.evry = '6h': no such key; allowed here: {names(Section)}"),
        (
            {"section": "[sections.listing]\nentry = 'li'\nnxet = 'a'"},
            f"sections.0.listing.nxet = 'a': no such key; allowed here: {names(Listing)}",
        ),
    ],
)
def test_a_wrong_key(parts: dict[str, str], message: str) -> None:
    assert mistake(definition(**parts)).replace("css = 'h1'", "css = ('h1',)") == message


@pytest.mark.parametrize(
    ("parts", "beginning"),
    [
        ({"listing": "entry = 'li['"}, "listing.entry = 'li[': not a CSS selector or XPath: "),
        ({"listing": "next = '//a['"}, "listing.next = '//a[': not a CSS selector or XPath: "),
        ({"template": "title = 'h1['"}, "template.title.select.0 = 'h1[': not a CSS selector or XPath: "),
        ({"template": "remove = ['.a', 'h1[']"}, "template.remove.select.1 = 'h1[': not a CSS selector or XPath: "),
        ({"template": "title = 3"}, "template.title = 3: Input should be a valid dictionary or instance of FieldRule"),
        (
            {"site": "timezone = 'Shanghai'"},
            "timezone = 'Shanghai': not a time zone; a name such as 'Asia/Shanghai' or 'UTC' is allowed",
        ),
        ({"site": "timezone = '../etc'"}, "timezone = '../etc': not a time zone; a name such as"),
        ({"site": "timezone = ''"}, "timezone = '': not a time zone; a name such as"),
        ({"site": "timezone = 'Asia'"}, "timezone = 'Asia': not a time zone; a name such as"),
        ({"site": "date_order = 'ymd'"}, "date_order = 'ymd': Input should be 'YMD', 'DMY' or 'MDY'"),
        ({"site": "delay = -1"}, "delay = -1: Input should be greater than or equal to 0"),
        ({"site": "delay = 'slow'"}, "delay = 'slow': Input should be a valid number"),
        ({"site": "tls = 'none'"}, "tls = 'none': Input should be 'strict' or 'lenient'"),
        ({"site": "headers = { A = 1 }"}, "headers.A = ***: Input should be a valid string"),
        ({"listing": "next = true"}, "listing.next"),
        ({"listing": "title = 3"}, "listing.title = 3: Input should be a valid string"),
        (
            {"section": "every = 'sometimes'"},
            "sections.0.every = 'sometimes': not an interval; '6h', '30min', 'daily', 'daily at 04:00', 'never'",
        ),
        ({"section": "language = 3"}, "sections.0.language = 3: Input should be a valid string"),
    ],
)
def test_a_wrong_value(parts: dict[str, str], beginning: str) -> None:
    assert mistake(definition(**parts)).startswith(beginning)


@pytest.mark.parametrize(
    ("old", "new", "beginning"),
    [
        (
            "'/a/'",
            "'/a('",
            "listing.article_urls = '/a(': not a regular expression: missing ), unterminated subpattern",
        ),
        (
            "article_urls = '/a/'",
            "",
            "listing = {}: says neither 'entry' nor 'article_urls'; one of them must name the articles",
        ),
        ('id = "a"', "", "id: is missing and must be given"),
        ('name = "Example"', "", "name: is missing and must be given"),
        ('url = "https://News.example/start/"', "", "url: is missing and must be given"),
        ('key = "one"', "", "sections.0.key: is missing and must be given"),
        ('url = "one.html"', "", "sections.0.url: is missing and must be given"),
        ('id = "a"', 'id = "A b"', "id = 'A b': String should match pattern"),
        ('id = "a"', f'id = "{"a" * 65}"', f"id = '{'a' * 65}': String should have at most 64 characters"),
        ('id = "a"', "id = 3", "id = 3: Input should be a valid string"),
        ('key = "one"', 'key = "O"', "sections.0.key = 'O': String should match pattern"),
        ("https://News.example/start/", "news.example", "url = 'news.example': not a web address: 'news.example'"),
        ("https://News.example/start/", "ftp://a.example/", "url = 'ftp://a.example/': not a web address"),
    ],
)
def test_a_wrong_or_missing_field(old: str, new: str, beginning: str) -> None:
    text = definition()
    assert old in text
    assert mistake(text.replace(old, new)).startswith(beginning)


def test_the_address_of_a_section_that_is_none() -> None:
    said = mistake(definition().replace('"one.html"', '"ftp://a.example/"'))
    assert re.match(r"sections\.0\.url = 'ftp://a\.example/': not a web address", said), said


def test_no_section() -> None:
    text = definition().partition("[[sections]]")[0]
    assert mistake(text) == "sections: is missing and must be given"
    assert mistake("sections = []\n" + text).startswith("sections = []: Tuple should have at least 1 item")


def test_two_sections_of_one_key() -> None:
    said = mistake(definition() + '[[sections]]\nkey = "one"\nname = "x"\nurl = "/x"\n')
    assert "two sections have the same key, of one, one" in said
    assert re.match(r"sections = ", said), said


def test_no_listing() -> None:
    said = mistake(definition().replace("[listing]\narticle_urls = '/a/'\n", ""))
    assert "section 'one' has no [listing], nor has the site" in said
    assert re.match(r"(sections|listing)\b", said), said


def test_several_mistakes_are_counted() -> None:
    assert mistake(definition(site="x = 1\ny = 2\nz = 3")).endswith(" (and 2 more mistakes)")
    assert mistake(definition(site="x = 1\ny = 2")).endswith(" (and 1 more mistake)")


def test_a_long_value_is_cut() -> None:
    said = mistake(definition(site=f"timezone = '{'x' * 200}'"))
    assert said.startswith(f"timezone = '{'x' * 76}...: not a time zone")


@pytest.mark.parametrize("text", ["id = ", "[listing", "id = 'a'\nid = 'b'", "\x00"])
def test_what_is_no_toml(text: str) -> None:
    with pytest.raises(tomllib.TOMLDecodeError) as caught:
        tomllib.loads(text)
    assert mistake(text) == f"not valid TOML: {caught.value}"


def test_an_empty_definition() -> None:
    assert mistake("").startswith("id: is missing and must be given (and ")


def test_a_file(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text(definition(), "utf-8")
    assert load_file(path).id == "a"


def test_a_file_of_another_name(tmp_path: Path) -> None:
    path = tmp_path / "b.toml"
    path.write_text(definition(), "utf-8")
    with pytest.raises(DefinitionError) as caught:
        load_file(path)
    assert str(caught.value) == f"{path}: id: 'a' does not fit the file's name; call the file a.toml"


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_bytes(definition().encode("utf-16"))
    with pytest.raises(DefinitionError) as caught:
        load_file(path)
    assert str(caught.value).startswith(f"{path}: cannot be read: 'utf-8' codec can't decode byte 0xff in position 0")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    with pytest.raises(DefinitionError) as caught:
        load_file(path)
    assert str(caught.value) == f"{path}: cannot be read: [Errno 2] No such file or directory: '{path}'"


def test_the_bundled_shzj() -> None:
    site = load_bundled("shzj")
    assert [site.start_url(section) for section in site.sections] == [
        "http://english.shzj.gov.cn/updates.html",
        "http://english.shzj.gov.cn/notices.html",
        "http://english.shzj.gov.cn/pressreleases.html",
    ]
    assert site.is_own_host("http://english.shzj.gov.cn/2017-11/23/c_113228.htm")
    assert not site.is_own_host("http://www.shzj.gov.cn/")
    assert (site.date_order, site.timezone, site.language) == ("YMD", "Asia/Shanghai", "en")
    wanted = re.compile(site.listing_of(site.sections[0]).article_urls or "$.")
    assert wanted.search("http://english.shzj.gov.cn/2017-11/23/c_113228.htm")
    assert not wanted.search("http://english.shzj.gov.cn/2017-11/23/c_113228_2.htm")


@pytest.mark.parametrize("site_id", bundled_ids())
def test_every_bundled_definition_is_sound(site_id: str) -> None:
    site = load_bundled(site_id)
    assert site.id == site_id
    assert site.language
    assert len({site.start_url(section) for section in site.sections}) == len(site.sections)
    for section in site.sections:
        assert site.listing_of(section).article_urls or site.listing_of(section).entry


@pytest.mark.parametrize("name", ["cityposts", "f1blog", "rustblog", "wz2100"])
def test_a_definition_of_the_tests_is_sound(name: str) -> None:
    path = Path(__file__).parents[1] / "definitions" / f"{name}.toml"
    assert parse_definition(path.read_text("utf-8").replace("PORT", "8000"), str(path)).id == name
