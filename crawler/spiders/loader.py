"""Every defined site as a spider of its own name, as `scrapy list`, `scrapy crawl` and Scrapyd expect."""

from scrapy import Request, Spider
from scrapy.settings import BaseSettings

from archive.errors import NewsarchiveError, UsageError
from archive.secrets import hide
from crawler.settings import settings_for
from crawler.site import Site
from crawler.spiders.section import SectionSpider
from crawler.workspace import Workspace, find_root, open_workspace


class SiteLoader:
    """A spider loader (see Scrapy's SpiderLoaderProtocol) over the workspace's and the bundled definitions."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    @classmethod
    def from_settings(cls, settings: BaseSettings) -> "SiteLoader":
        """Build it for the workspace that the settings name; outside one the bundled sites are still listed."""
        given = settings.get("NEWSARCHIVE_WORKSPACE")
        try:
            return cls(open_workspace(given))
        except UsageError:
            return cls(Workspace(find_root(given)))

    def load(self, spider_name: str) -> type[Spider]:
        """Return the site's spider; raises KeyError where there is no such site, as Scrapy asks."""
        if spider_name not in self._workspace.site_ids():
            raise KeyError(f"no site {spider_name!r}; known are {', '.join(self._workspace.site_ids())}")
        return spider_for(self._workspace, self._workspace.site(spider_name))

    def find_by_request(self, request: Request) -> list[str]:
        """Return the sites whose hosts a request goes to."""
        found = []
        for site_id in self._workspace.site_ids():
            try:
                site = self._workspace.site(site_id)
            except NewsarchiveError:
                continue
            if site.is_own_host(request.url):
                found.append(site_id)
        return found

    def list(self) -> list[str]:
        """Return the ids of all sites."""
        return [*self._workspace.site_ids()]


def spider_for(workspace: Workspace, site: Site) -> type[SectionSpider]:
    """Return the spider class of a site; from now on nothing that its definition keeps secret is logged."""
    hide(site.secrets)
    return type(
        f"{site.id.title().replace('-', '').replace('_', '')}Spider",
        (SectionSpider,),
        {"name": site.id, "site": site, "custom_settings": settings_for(workspace, site), "__module__": __name__},
    )
