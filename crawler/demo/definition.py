"""The site definition with which a crawl of the demo site starts."""

from __future__ import annotations

from crawler.demo.article import SECTIONS
from crawler.demo.render import BUREAU, section_language

_EVERY = {"updates": "6h", "notices": "12h", "press": "24h", "cn": "6h"}


def definition(base_url: str) -> str:
    """Return the site definition as TOML text for a demo site served at `base_url`."""
    return f'''id = "demo"
name = "{BUREAU["en"]}"
url = "{base_url}"
language = "en"
timezone = "Asia/Shanghai"
date_order = "YMD"

[listing]
entry = "div.newslist li"
link = "a"
date = "span.date"
summary = "p.summary"
next = "div.pager a.next"
{"".join(map(_section, SECTIONS))}'''


def _section(key: str) -> str:
    name, path = SECTIONS[key]
    language = f'language = "{section_language(key)}"\n' if section_language(key) != "en" else ""
    return f'\n[[sections]]\nkey = "{key}"\nname = "{name}"\nurl = "{path}"\nevery = "{_EVERY[key]}"\n{language}'
