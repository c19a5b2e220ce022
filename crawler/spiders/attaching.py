"""Fetching the files that an article links to: from the site's own hosts, and only what is not kept already."""

import asyncio
import datetime as dt
from collections.abc import Awaitable, Callable

from scrapy.http import Response

from archive import ledger
from archive.attachments import FetchedAttachment
from archive.model import Article, timestamp
from crawler.attachments.links import Link, files_of
from crawler.attachments.pdf import is_pdf, read_pdf
from crawler.middlewares import header_of
from crawler.politeness.bodies import is_file
from crawler.run import Run
from crawler.site import Site
from crawler.spiders.asking import NOT_MODIFIED, capture_of, validators

Get = Callable[[str, str, dict[str, str] | None], Awaitable[tuple[Response | None, str]]]
_TRUST = dt.timedelta(days=30)


async def fetch_attachments(
    get: Get, run: Run, site: Site, article: Article, *, anew: bool
) -> tuple[FetchedAttachment, ...]:
    """Return what came of the files that an article links to, in order; `anew` asks again for what failed lately."""
    storage = run.workspace.config.storage
    links = files_of(article)
    if not storage.attachments:
        return tuple(FetchedAttachment(link.url, link.name, error="not-wanted", asked=False) for link in links)
    left_out = [
        FetchedAttachment(link.url, link.name, error="too-many-attachments", asked=False)
        for link in links[storage.max_attachments :]
    ]
    found = await asyncio.gather(
        *(_fetch(get, run, site, link, anew=anew) for link in links[: storage.max_attachments])
    )
    return (*found, *left_out)


async def _fetch(get: Get, run: Run, site: Site, link: Link, *, anew: bool) -> FetchedAttachment:
    if not site.is_own_host(link.url):
        return FetchedAttachment(link.url, link.name, error="off-site", asked=False)
    known = ledger.known(run.ledger, site.id, link.url)
    if known is not None and known.kind != "attachment":
        return FetchedAttachment(link.url, link.name, error="not-a-file", asked=False)
    is_kept = known is not None and known.state == "stored"
    if known and is_kept and (known.fetched_at or "") >= timestamp(run.now() - _TRUST):
        return FetchedAttachment(link.url, link.name, asked=False)
    if known and not (is_kept or anew) and (known.due_at or "") > timestamp(run.started.started):
        return FetchedAttachment(link.url, link.name, error=known.cause, asked=False)
    headers = validators(known.etag, known.last_modified) if known and is_kept else None
    response, cause = await get(link.url, "attachment", headers)
    if response is None:
        return FetchedAttachment(link.url, link.name, error=cause)
    return await _read(response, link)


async def _read(response: Response, link: Link) -> FetchedAttachment:
    capture = capture_of(response)
    if response.status == NOT_MODIFIED:
        return FetchedAttachment(link.url, link.name, capture)
    data = response.body
    mime = (header_of(response, "Content-Type") or "").partition(";")[0].strip().lower() or None
    if not (is_file(data) or is_pdf(data) or (data and link.url.lower().endswith(".csv"))):
        return FetchedAttachment(link.url, link.name, capture, error="not-a-file")
    read = None
    if is_pdf(data):
        mime = "application/pdf"
        # Not in the reactor's thread: it waits for the process that reads.
        read = await asyncio.to_thread(read_pdf, data)
    return FetchedAttachment(
        link.url, link.name, capture, mime, len(data), read.pages if read else None, read.text if read else None
    )
