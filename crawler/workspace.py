"""A workspace: the directory with `newsarchive.toml`, the site definitions and the archive."""

import datetime as dt
import json
import logging
import os
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

from archive.db import open_archive
from archive.due import Policy
from archive.errors import UsageError, WorkspaceError
from archive.holdings import Holdings
from archive.secrets import masked
from crawler.schedule import interval_of
from crawler.site import Site, bundled_ids, load_bundled, load_file

logger = logging.getLogger(__name__)
ENVIRONMENT = "NEWSARCHIVE_WORKSPACE"
CONFIG = "newsarchive.toml"
# Where a notice goes is nobody else's business.
_SECRET_PARTS = frozenset({"notify"})
_SCRAPY_CFG = "[settings]\ndefault = crawler.settings\n"
_CONFIG_TEXT = """\
# The workspace of a newsarchive. Every key may be left out; the values shown are the defaults.

[crawl]
# Whom a webmaster can write to; it becomes part of the User-Agent. Please give a real address.
contact = {contact}
# Seconds between two requests to one host (a host on loopback is not delayed).
delay = 1.0
# Requests at the same time to one host.
concurrency = 4
# Requests at the same time to all hosts together.
total_concurrency = 16
# Seconds until a silent host is given up.
timeout = 60
# Seconds that one response may take in all, however slowly it trickles.
response_seconds = 300
# Seconds that a run waits for a host that asks for it (Retry-After); what asks for more is left to a later run.
max_pause = 60
# A larger response is refused (megabytes).
max_megabytes = 32
# Whether robots.txt is followed.
obey_robots = true
# If not empty, nothing but these hosts is ever contacted, not even for images.
only_hosts = []
# A run stops taking on more after so many requests, or minutes (0: no end); what is left is due in the next.
max_requests = 0
max_minutes = 0
# Requests to one host in a run, at most (0: no end).
max_requests_per_host = 0

[revisit]
# Whether stored articles are looked at again for changes.
enabled = true
# A page is looked at again after half the time for which it has been still: so soon at least, so late at most.
soonest = "6h"
longest = "180d"
# Days after which an article that is missing (404, 410) counts as gone.
gone_after_days = 14

[storage]
# Whether images are fetched and kept.
images = true
# Whether PDF and office files that articles link to on the site's own hosts are fetched and kept.
attachments = true
# So many of them an article at most.
max_attachments = 20
# Images fetched for one article, at most.
max_images = 200
# An image that says of itself that it has more pixels is not kept (megapixels).
max_megapixels = 100

[report]
# A file for Prometheus' textfile collector, written after every run; its name must end in .prom. Empty: none.
prometheus = ""
# How warnings and errors are written to stderr: "text", or "json" (one object a line).
log = "text"

[notify]
# Who is told of a problem, once: Apprise URLs (mailto://…, json://…); needs: pip install 'newsarchive[notify]'.
urls = []
# What is told: "failure" of runs and articles, problems of "health", the "end" of either; what saved searches "watch".
on = ["failure", "health", "watch"]
"""


def _interval(value: object) -> dt.timedelta:
    found = value if isinstance(value, dt.timedelta) else interval_of(str(value))
    if found is None:
        raise ValueError("not an interval; '30min', '6h' or '180d' are allowed")
    return found


Interval = Annotated[dt.timedelta, BeforeValidator(_interval)]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Crawl(_Value):
    """How politely the workspace crawls."""

    contact: str = ""
    delay: Annotated[float, Field(ge=0, le=3600)] = 1.0
    concurrency: Annotated[int, Field(ge=1, le=64)] = 4
    total_concurrency: Annotated[int, Field(ge=1, le=256)] = 16
    timeout: Annotated[float, Field(gt=0, le=3600)] = 60
    response_seconds: Annotated[float, Field(gt=0, le=86400)] = 300
    max_pause: Annotated[float, Field(ge=0, le=3600)] = 60
    max_megabytes: Annotated[float, Field(gt=0, le=1024)] = 32
    obey_robots: bool = True
    only_hosts: tuple[str, ...] = ()
    max_requests: Annotated[int, Field(ge=0)] = 0
    max_minutes: Annotated[float, Field(ge=0)] = 0
    max_requests_per_host: Annotated[int, Field(ge=0)] = 0


class Revisit(_Value):
    """When stored articles are looked at again, and when a missing one counts as gone."""

    enabled: bool = True
    soonest: Interval = dt.timedelta(hours=6)
    longest: Interval = dt.timedelta(days=180)
    gone_after_days: Annotated[float, Field(ge=0, le=3650)] = 14

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.longest < self.soonest:
            raise ValueError(f"longest ({self.longest}) is shorter than soonest ({self.soonest}); give the longer one")
        return self

    @property
    def policy(self) -> Policy:
        """The same as the archive reckons with it."""
        return Policy(self.soonest, self.longest, dt.timedelta(days=self.gone_after_days), self.enabled)


class Storage(_Value):
    """What the workspace keeps."""

    images: bool = True
    attachments: bool = True
    max_attachments: Annotated[int, Field(ge=0, le=10_000)] = 20
    max_images: Annotated[int, Field(ge=0, le=10_000)] = 200
    max_megapixels: Annotated[float, Field(gt=0, le=100_000)] = 100


class Report(_Value):
    """What is written for monitors."""

    prometheus: Annotated[str, Field(pattern=r"^(.*\.prom)?$")] = ""
    log: Literal["text", "json"] = "text"


class Notify(_Value):
    """Who is told what."""

    urls: tuple[SecretStr, ...] = ()
    on: tuple[Literal["failure", "health", "end", "watch"], ...] = ("failure", "health", "watch")


class Config(_Value):
    """The content of `newsarchive.toml`."""

    crawl: Crawl = Crawl()
    revisit: Revisit = Revisit()
    storage: Storage = Storage()
    report: Report = Report()
    notify: Notify = Notify()


@dataclass(frozen=True, slots=True)
class Workspace:
    """An opened workspace: its directory and its configuration."""

    root: Path
    config: Config = field(default_factory=Config)

    @property
    def sites_folder(self) -> Path:
        """The folder of the workspace's own definitions."""
        return self.root / "sites"

    @property
    def holdings(self) -> Holdings:
        """Where the parts of the archive lie."""
        return Holdings(self.root)

    def own_ids(self) -> tuple[str, ...]:
        """Return the ids that the workspace defines itself."""
        return tuple(sorted(path.stem for path in self.sites_folder.glob("*.toml")))

    def site_ids(self) -> tuple[str, ...]:
        """Return the ids of all sites that can be crawled here."""
        return tuple(sorted({*self.own_ids(), *bundled_ids()}))

    def site(self, site_id: str) -> Site:
        """Return a site's definition, the workspace's before the bundled one; raises DefinitionError, UsageError."""
        path = self.sites_folder / f"{site_id}.toml"
        if path.is_file() and site_id in self.own_ids():
            if site_id in bundled_ids():
                logger.info("site %s: the definition in %s is used instead of the bundled one", site_id, path)
            return load_file(path)
        if site_id in bundled_ids():
            return load_bundled(site_id)
        known = ", ".join(self.site_ids())
        raise UsageError(f"no site {site_id!r}: known are {known}; a definition belongs into {path}")


def find_root(given: str | Path | None = None) -> Path:
    """Return the directory that is meant: the one given, else the environment's, else the current one."""
    return Path(given or os.environ.get(ENVIRONMENT) or Path.cwd())


def open_workspace(given: str | Path | None = None) -> Workspace:
    """Open a workspace; raises WorkspaceError that says how to make one where there is none."""
    root = find_root(given)
    path = root / CONFIG
    if not path.is_file():
        raise WorkspaceError(f"{root} is no newsarchive workspace (no {CONFIG}); make one: newsarchive init {root}")
    try:
        return Workspace(root, Config.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise WorkspaceError(f"{path}: cannot be read: {error}") from error
    except ValidationError as error:
        raise WorkspaceError(f"{path}: {_first_mistake(error)}") from error


def find_workspace(given: str | Path | None = None) -> Workspace:
    """Open the workspace that is named or stands in the current directory; else return one with every default."""
    is_named = bool(given or os.environ.get(ENVIRONMENT))
    root = find_root(given)
    return open_workspace(given) if is_named or (root / CONFIG).is_file() else Workspace(root)


def make_workspace(root: Path, *, contact: str = "") -> Workspace:
    """Make a workspace, keeping what is there already; raises WorkspaceError where the directory cannot be written."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        (root / "sites").mkdir(exist_ok=True)
        for name, text in (
            (CONFIG, _CONFIG_TEXT.format(contact=json.dumps(contact, ensure_ascii=False))),
            ("scrapy.cfg", _SCRAPY_CFG),
        ):
            if not (root / name).exists():
                (root / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise WorkspaceError(
            f"cannot make a workspace at {root}: {error.strerror} ({error.filename}); choose another directory"
        ) from error
    workspace = open_workspace(root)
    workspace.holdings.make()
    open_archive(workspace.holdings.database).close()
    return workspace


def _first_mistake(error: ValidationError) -> str:
    problem = error.errors(include_url=False)[0]
    location = [str(part) for part in problem["loc"]]
    if problem["type"] == "extra_forbidden":
        parts: dict[str, type[BaseModel]] = {
            "crawl": Crawl, "revisit": Revisit, "storage": Storage, "report": Report, "notify": Notify,
        }  # fmt: skip
        model = parts.get(location[0], Config) if len(location) > 1 else Config
        return f"{'.'.join(location)}: no such key; allowed here: {', '.join(model.model_fields)}"
    value = "***" if location[0] in _SECRET_PARTS else masked(repr(problem["input"]))
    return f"{'.'.join(location)} = {value}: {problem['msg']}"
