"""Sending messages through Apprise; the addresses hold passwords and are never shown."""

import logging
import socket
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING

from archive.errors import UsageError

if TYPE_CHECKING:
    from pydantic import SecretStr

logger = logging.getLogger(__name__)


def send(urls: "Sequence[SecretStr]", title: str, body: str) -> list[str]:
    """Send a message to every service; return the names of those that did not take it. Raises UsageError."""
    apprise = _apprise()
    failed = []
    for number, url in enumerate(urls, 1):
        service = apprise.Apprise(asset=apprise.AppriseAsset(app_id="newsarchive", async_mode=False))
        name = f"[notify] urls, {_ordinal(number)} ({_schema(url.get_secret_value())})"
        if not service.add(url.get_secret_value()):
            failed.append(f"{name}: no address that Apprise knows")
        elif not service.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT):
            failed.append(f"{name}: the service did not take the message")
    return failed


def title_of(number: int, sites: Sequence[str]) -> str:
    """Return the title of a message about so many problems."""
    return f"newsarchive on {socket.gethostname()}: {number} problem{'' if number == 1 else 's'} ({', '.join(sites)})"


def _apprise() -> ModuleType:
    try:
        import apprise  # noqa: PLC0415
    except ImportError as error:
        raise UsageError(
            "[notify] urls needs Apprise, which is not installed; install it: pip install 'newsarchive[notify]'"
        ) from error
    # What it logs may hold addresses with their passwords.
    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)
    return apprise


def _schema(url: str) -> str:
    schema, found, _ = url.partition("://")
    return f"{schema}://" if found and schema.isalnum() else "no URL"


def _ordinal(number: int) -> str:
    return {1: "1st", 2: "2nd", 3: "3rd"}.get(number, f"{number}th")
