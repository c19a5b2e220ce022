"""Single articles: which sites their addresses belong to."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from archive.errors import UsageError
from archive.identity import normalise
from crawler.learn.definition import id_of
from crawler.schedule import NEVER
from crawler.site import Listing, Section, Site
from crawler.workspace import Workspace


def by_site(workspace: Workspace, urls: Sequence[str]) -> tuple[list[Site], dict[str, list[str]]]:
    """Return the sites of these addresses, defined ones or such as are named by their hosts, and the addresses by site.

    Raises UsageError where one is no web address.
    """
    defined = [workspace.site(site_id) for site_id in workspace.own_ids()]
    found: dict[str, Site] = {}
    wanted: dict[str, list[str]] = {}
    for url in urls:
        try:
            address = normalise(url)
        except ValueError as error:
            raise UsageError(f"{url!r} is no web address; give an article's address, https:// and all") from error
        site = next((known for known in defined if known.is_own_host(address)), None) or site_of(address)
        found.setdefault(site.id, site)
        wanted.setdefault(site.id, []).append(address)
    return list(found.values()), wanted


def site_of(url: str) -> Site:
    """Return the site of single articles at a host that no definition names; nothing of it is walked."""
    parts = urlsplit(url)
    return Site(
        id=id_of(url),
        name=parts.hostname or parts.netloc,
        url=f"{parts.scheme}://{parts.netloc}/",
        listing=Listing(article_urls="."),
        sections=(Section(key="saved", name="Saved pages", url="/", every=NEVER),),
    )
