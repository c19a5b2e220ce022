"""What may reach a terminal: the text of pages without the characters that steer one."""

import re

# Control characters but tab and line feed, marks that turn or hide text, lone surrogates, tags. The joiners of Persian
# and of emoji stay: they steer nothing.
STEERING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)


def printable(text: str) -> str:
    """Return a text without the characters that steer a terminal: a page must not."""
    return STEERING.sub("", text)
