"""Which site a page belongs to: a defined one whose host fits, else one that is named by its host."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from sqlite_utils import Database
from tldextract import TLDExtract

from archive.errors import UsageError
from archive.identity import host_of
from crawler.saving import site_of
from crawler.site import Site
from crawler.workspace import Workspace

_domains = TLDExtract(suffix_list_urls=())


class Sites:
    """The sites of addresses; `forced` takes all of them, `only_known` leaves hosts out that no definition names."""

    def __init__(
        self, workspace: Workspace, stored: Mapping[str, str], *, forced: str | None = None, only_known: bool = False
    ) -> None:
        self._workspace, self._only_known = workspace, only_known
        defined = workspace.own_ids()
        self._defined = [workspace.site(site_id) for site_id in defined]
        self._hosts = {site_id: host_of(url) for site_id, url in stored.items()}
        self._hosts |= {site.id: host_of(site.url) for site in map(workspace.site, workspace.site_ids())}
        self._forced = self._named(forced, stored) if forced else None
        self._known: dict[str, str | None] = {}

    def of(self, address: str) -> str | None:
        """Return the id of the site that an address in its normal form belongs to, None where it is left out."""
        if self._forced:
            return self._forced
        host = urlsplit(address).netloc
        if host not in self._known:
            self._known[host] = self._find(address)
        return self._known[host]

    def _find(self, address: str) -> str | None:
        defined = next((site.id for site in self._defined if site.is_own_host(address)), None)
        if defined or self._only_known:
            return defined
        site_id, host = site_of(address).id, host_of(address)
        if site_id in self._hosts and not _is_same_outlet(self._hosts[site_id], host):
            site_id = re.sub(r"[^a-z0-9]+", "-", host).strip("-")[:64]
        self._hosts.setdefault(site_id, host)
        return site_id

    def _named(self, site_id: str, stored: Mapping[str, str]) -> str:
        if site_id in stored:
            return site_id
        try:
            return self._workspace.site(site_id).id
        except UsageError as error:
            raise UsageError(f"--site {site_id}: {error}") from error


def site_by_id(workspace: Workspace, site_id: str, address: str) -> Site:
    """Return a site that is known by its id: a defined one, else the one of single pages at this address' host."""
    return workspace.site(site_id) if site_id in workspace.site_ids() else unlisted(site_id, address)


def unlisted(site_id: str, address: str, *hosts: str) -> Site:
    """Return a site of single pages that no definition names, under this id; its canonical links may name `hosts`."""
    return site_of(address).model_copy(update={"id": site_id, "hosts": hosts})


def stored_sites(db: Database) -> dict[str, str]:
    """Return the sites that the archive holds, or has pages of that are to be read, each with an address."""
    waiting = db.conn.execute("SELECT site_id, min(page) FROM imported WHERE state = 'page' GROUP BY site_id")
    return dict(waiting.fetchall()) | dict(db.conn.execute("SELECT id, url FROM sites").fetchall())


def _is_same_outlet(one: str, other: str) -> bool:
    first, second = (host.removeprefix("www.") for host in (one, other))
    if first == second:
        return True
    domain = _domains(first).top_domain_under_public_suffix
    return bool(domain) and domain == _domains(second).top_domain_under_public_suffix
