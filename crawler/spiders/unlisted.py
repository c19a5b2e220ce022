"""Why a response is no listing page."""

from scrapy.http import Response

from crawler.failures import cause_of_no_page
from crawler.parsers.blocked import block_cause
from crawler.parsers.feeds import is_feed
from crawler.parsers.page import looks_like_html
from crawler.spiders.asking import content_type_of


def cause_of_no_entries(response: Response, page: int) -> str | None:
    """Return why a listing page without articles is a failure: a notice in its place, or a first page without any."""
    is_page = not is_feed(response.body)
    cause = block_cause(response.body, response.url, content_type_of(response)) if is_page else None
    return cause or ("no-articles" if page == 1 else None)


def cause_of_body(body: bytes, url: str, content_type: str | None) -> str | None:
    """Return why bytes are no listing page, None where they may be one."""
    if not body.strip(b"\x00 \r\n\t"):
        return "empty" if not body.strip() else "not-html"
    return None if is_feed(body) or looks_like_html(body, content_type) else cause_of_no_page(body, url)
