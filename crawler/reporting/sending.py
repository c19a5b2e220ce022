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
        reason = _send(apprise, url.get_secret_value(), title, body)
        if reason:
            failed.append(f"[notify] urls, {_ordinal(number)} ({_schema(url.get_secret_value())}): {reason}")
    return failed


def _send(apprise: ModuleType, url: str, title: str, body: str) -> str | None:
    """Return why a service did not take a message, None where it did; never with the address."""
    service = apprise.Apprise(asset=apprise.AppriseAsset(app_id="newsarchive", async_mode=False))
    try:
        if not service.add(url):
            return "no address that Apprise knows"
        taken = service.notify(title=title, body=body, body_format=apprise.NotifyFormat.TEXT)
    except Exception as error:  # noqa: BLE001 (a plugin may raise anything; its words may hold the address)
        return f"its plugin failed ({type(error).__name__})"
    return None if taken else "the service did not take the message"


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
