"""Scrapy's settings for this project; a workspace's and a site's own are laid over them when a crawl starts.

Our own settings begin with NEWSARCHIVE_ and are listed with their help in `OWN`.
"""

from typing import Any

from crawler.site import Site
from crawler.workspace import Workspace

BOT_NAME = "newsarchive"
SPIDER_LOADER_CLASS = "crawler.spiders.loader.SiteLoader"
SPIDER_MODULES: list[str] = []

NEWSARCHIVE_WORKSPACE: str | None = None
NEWSARCHIVE_REPORT = True
OWN = {
    "NEWSARCHIVE_WORKSPACE": "The workspace directory; without it the environment's, else the current directory.",
    "NEWSARCHIVE_REPORT": "Whether a spider that closes reports its run; our own commands do so after their last site.",
}

ROBOTSTXT_OBEY = True
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_TARGET_CONCURRENCY = 1.0
DOWNLOAD_DELAY = 1.0
DOWNLOAD_TIMEOUT = 60
DOWNLOAD_MAXSIZE = 32 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_VERIFY_CERTIFICATES = True
DNS_TIMEOUT = 15
REDIRECT_MAX_TIMES = 8
METAREFRESH_ENABLED = False
COOKIES_ENABLED = True
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
# A name that does not resolve is not asked for again in the same run.
RETRY_EXCEPTIONS = [
    "scrapy.exceptions.DownloadTimeoutError",
    "scrapy.exceptions.DownloadConnectionRefusedError",
    "scrapy.exceptions.DownloadFailedError",
    "scrapy.exceptions.ResponseDataLossError",
]
# A loopback server is ours: it is not delayed.
DOWNLOAD_SLOTS = {
    host: {"concurrency": 8, "delay": 0, "randomize_delay": False}
    for host in ("127.0.0.1", "localhost", "::1", "[::1]")
}
DOWNLOADER_MIDDLEWARES = {
    "crawler.middlewares.GuardMiddleware": 40,
    # Nearest the downloader: what it keeps is what came over the wire.
    "crawler.middlewares.CaptureMiddleware": 990,
}
EXTENSIONS = {
    "crawler.extensions.RunExtension": 0,
    "scrapy.extensions.logstats.LogStats": None,
}
LOG_LEVEL = "INFO"
USER_AGENT = "newsarchive"


def settings_for(workspace: Workspace, site: Site) -> dict[str, Any]:
    """Return the settings that a workspace's configuration and a site's definition lay over the project's."""
    crawl = workspace.config.crawl
    delay = crawl.delay if site.delay is None else site.delay
    settings: dict[str, Any] = {
        "NEWSARCHIVE_WORKSPACE": str(workspace.root),
        "USER_AGENT": user_agent(crawl.contact),
        "DOWNLOAD_DELAY": delay,
        "AUTOTHROTTLE_START_DELAY": delay,
        "CONCURRENT_REQUESTS_PER_DOMAIN": crawl.concurrency,
        "DOWNLOAD_TIMEOUT": crawl.timeout,
        "DOWNLOAD_MAXSIZE": int(crawl.max_megabytes * 1024 * 1024),
        "ROBOTSTXT_OBEY": crawl.obey_robots,
    }
    if site.tls == "lenient":
        settings |= {
            "DOWNLOAD_VERIFY_CERTIFICATES": False,
            "DOWNLOADER_CLIENT_TLS_CIPHERS": "ALL:@SECLEVEL=0",
            "DOWNLOAD_TLS_MIN_VERSION": "TLSv1.0",
        }
    return settings


def user_agent(contact: str) -> str:
    """Return the User-Agent with the workspace's contact address."""
    from archive.software import SOFTWARE  # noqa: PLC0415 (only here, and it reads the installed metadata)

    return f"{SOFTWARE} (+{contact})" if contact else SOFTWARE
