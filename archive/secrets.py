"""What must not be said: passwords in addresses, and the values that a definition or the configuration keeps secret."""

import logging
import re
import traceback
from collections.abc import Iterable
from typing import Any

_USERINFO = re.compile(r"(?<=://)[^/?#\s]*@")
_HIDDEN = "***"
# Shorter values are words that stand everywhere.
_SHORTEST = 6
_secrets: set[str] = set()


def hide(values: Iterable[str]) -> None:
    """Let these values, if they are long enough to be secrets, never be logged again by this process."""
    _secrets.update(value for value in values if len(value) >= _SHORTEST)
    logging.setLogRecordFactory(_DiscreetRecord)


def masked(text: str) -> str:
    """Return a text without passwords in addresses and without what was hidden."""
    return without_secrets(_USERINFO.sub(f"{_HIDDEN}@", text))


def without_secrets(text: str) -> str:
    """Return a text without what was hidden."""
    for secret in _secrets:
        if secret in text:
            text = text.replace(secret, _HIDDEN)
    return text


class _DiscreetRecord(logging.LogRecord):
    """A log record that says no secret, whoever made it and whichever handler writes it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.exc_info and self.exc_info[0] is not None:
            # Formatters take the text that is there.
            self.exc_text = masked("".join(traceback.format_exception(*self.exc_info)).rstrip())

    def getMessage(self) -> str:  # noqa: N802 (logging's)
        """Return the message without secrets."""
        return masked(super().getMessage())
