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
NEWSARCHIVE_SILENCE = 60.0
NEWSARCHIVE_REPORT = True
OWN = {
    "NEWSARCHIVE_SILENCE": "Seconds without a byte after which a response is given up (timeout in newsarchive.toml).",
    "NEWSARCHIVE_WORKSPACE": "The workspace directory; without it the environment's, else the current directory.",
    "NEWSARCHIVE_REPORT": "Whether a spider that closes reports its run; our own commands do so after their last site.",
}

ROBOTSTXT_OBEY = True
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_TARGET_CONCURRENCY = 1.0
DOWNLOAD_DELAY = 1.0
AUTOTHROTTLE_MAX_DELAY = 60.0
# Of a response as a whole; a silent host is given up earlier.
DOWNLOAD_TIMEOUT = 300
RETRY_TIMES = 2
DOWNLOAD_MAXSIZE = 32 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0
DOWNLOAD_VERIFY_CERTIFICATES = True
DNS_TIMEOUT = 15
TWISTED_DNS_RESOLVER = "crawler.politeness.resolver.GuardedResolver"
# Nothing but the web is ever asked, whatever an address in a page says.
DOWNLOAD_HANDLERS = {
    "http": "crawler.downloading.PoliteHandler",
    "https": "crawler.downloading.PoliteHandler",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
REDIRECT_MAX_TIMES = 8
METAREFRESH_ENABLED = False
COOKIES_ENABLED = True
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False
# A loopback server is ours: it is not delayed.
DOWNLOAD_SLOTS = {
    host: {"concurrency": 8, "delay": 0, "jitter": 0} for host in ("127.0.0.1", "localhost", "::1", "[::1]")
}
DOWNLOADER_MIDDLEWARES = {
    "crawler.middlewares.GuardMiddleware": 40,
    "crawler.manners.RobotsMiddleware": 100,
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "crawler.manners.BackOffMiddleware": 550,
    "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
    # Nearest the downloader: what it keeps is what came over the wire.
    "crawler.middlewares.CaptureMiddleware": 990,
}
EXTENSIONS = {
    "crawler.extensions.RunExtension": 0,
    "crawler.manners.Throttle": 0,
    "scrapy.extensions.throttle.AutoThrottle": None,
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
        "CONCURRENT_REQUESTS": crawl.total_concurrency,
        "DOWNLOAD_TIMEOUT": max(crawl.timeout, crawl.response_seconds),
        "NEWSARCHIVE_SILENCE": crawl.timeout,
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
