"""The text of a PDF, read in a process of its own: a file made to harm takes down nothing but that.

Reading is PDFium's, Chromium's own reader. The process may use a gigabyte and twenty seconds.
"""

import json
import os
import resource
import subprocess
import sys
from dataclasses import dataclass
from typing import Any

import pypdfium2

_MOST_PAGES, _MOST_CHARACTERS = 2000, 5_000_000
_MEMORY, _SECONDS = 1 << 30, 20
MAGIC = b"%PDF-"


@dataclass(frozen=True, slots=True)
class PdfText:
    """What a PDF says: the number of its pages, and their text, a blank line apart."""

    pages: int
    text: str


def is_pdf(data: bytes) -> bool:
    """Return whether bytes are a PDF's (ISO 32000-1, 7.5.2; readers accept its mark within the first kilobyte)."""
    return MAGIC in data[:1024]


def read_pdf(data: bytes) -> PdfText | None:
    """Return what a PDF says, None where it cannot be read: broken, encrypted, or too much."""
    try:
        done = subprocess.run(
            [sys.executable, "-m", "crawler.attachments.pdf"], input=data, capture_output=True, timeout=3 * _SECONDS,
            # Also where the module lies in an egg.
            check=False, env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )  # fmt: skip
        said = json.loads(done.stdout) if done.returncode == 0 else None
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return PdfText(said["pages"], said["text"]) if said else None


def _text_of(data: bytes) -> dict[str, Any]:
    document = pypdfium2.PdfDocument(data)
    texts: list[str] = []
    left = _MOST_CHARACTERS
    for number in range(min(len(document), _MOST_PAGES)):
        page = document[number]
        texts.append(page.get_textpage().get_text_bounded()[:left].replace("\r\n", "\n").replace("\x00", "").strip())
        page.close()
        left -= len(texts[-1])
        if left <= 0:
            break
    return {"pages": len(document), "text": "\n\n".join(filter(None, texts))}


def _main() -> int:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        said = _text_of(sys.stdin.buffer.read())
    except (pypdfium2.PdfiumError, MemoryError, ValueError):
        return 1
    json.dump(said, sys.stdout)
    return 0


if __name__ == "__main__":
    sys.exit(_main())
