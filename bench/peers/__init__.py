"""The peers of the article parser, each in an environment of its own that `NAME.lock` pins with hashes."""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
ENVIRONMENTS = HERE.parents[1] / ".venv" / "peers"


@dataclass(frozen=True)
class Peer:
    """One way of asking a peer: its distribution, the function of `adapters` that asks, and what that loads."""

    name: str
    distribution: str
    adapter: str
    modules: str
    asked: str


PEERS = (
    Peer(
        "trafilatura", "trafilatura", "trafilatura", "trafilatura", "its own settings, dates with time; its lead image"
    ),
    Peer("trafilatura-precision", "trafilatura", "trafilatura_precision", "trafilatura", "favor_precision"),
    Peer("trafilatura-images", "trafilatura", "trafilatura_images", "trafilatura", "include_images"),
    Peer(
        "newspaper4k",
        "newspaper4k",
        "newspaper4k",
        "newspaper",
        "with its extras for languages and no NLTK data; its top image",
    ),
    Peer(
        "readability-lxml", "readability-lxml", "readability", "readability lxml.html", "short_title, author, summary"
    ),
    Peer(
        "resiliparse",
        "resiliparse",
        "resiliparse",
        "resiliparse.parse.html resiliparse.parse.encoding resiliparse.extract.html2text",
        "main_content, without bullets and alternative texts; offers title and text alone",
    ),
    Peer("news-please", "news-please", "news_please", "newsplease bs4.dammit", "from_html; its lead image"),
)


class InstallError(Exception):
    """A peer's environment cannot be made here; the message is one line."""


def environment(distribution: str) -> Path:
    """Return the Python of a distribution's environment, made anew where its lock has changed."""
    lock, folder = HERE / f"{distribution}.lock", ENVIRONMENTS / distribution
    python, made_from = folder / "bin" / "python", folder / "made-from.lock"
    if made_from.exists() and made_from.read_bytes() == lock.read_bytes():
        return python
    print(f"making the environment of {distribution} …", file=sys.stderr, flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    _run(distribution, [sys.executable, "-m", "venv", str(folder)])
    quiet = ["-q", "--disable-pip-version-check", "--require-hashes"]
    _run(distribution, [str(python), "-m", "pip", "install", *quiet, "-r", str(lock)])
    shutil.copyfile(lock, made_from)
    return python


def version(distribution: str) -> str:
    """Return the version that a distribution's lock pins."""
    for line in (HERE / f"{distribution}.lock").read_text(encoding="utf-8").splitlines():
        name, found, rest = line.partition("==")
        if found and name == distribution:
            return rest.split()[0]
    raise ValueError(f"{distribution}.lock does not pin {distribution}")


def _run(distribution: str, command: list[str]) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        said = (done.stderr.strip() or done.stdout.strip() or "nothing was said").splitlines()[-1]
        raise InstallError(f"{distribution} does not install here: {said}")
