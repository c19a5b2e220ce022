"""Makes the pictures of the docs: the demo's archive in Datasette, seen in headless Chromium."""

import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

DOCS = Path(__file__).parent
PORT = 8973
PAGES = {"search.png": "/archive/search?q=inspection"}


def main() -> None:
    """Make every picture."""
    browser = shutil.which("chromium") or shutil.which("chromium-browser") or sys.exit("install chromium first")
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "demo"
        command = [sys.executable, "-m", "crawler.cli"]
        subprocess.run([*command, "demo", "--directory", str(root)], check=True, stdout=subprocess.DEVNULL)
        server = subprocess.Popen([*command, "-w", str(root), "serve", "--port", str(PORT)])
        try:
            for name, path in PAGES.items():
                take(browser, f"http://127.0.0.1:{PORT}{path}", DOCS / name, Path(folder) / "profile")
        finally:
            server.terminate()
            server.wait()


def take(browser: str, url: str, picture: Path, profile: Path) -> None:
    """Take one picture, once the server answers."""
    for _ in range(100):
        try:
            urllib.request.urlopen(url).read()
            break
        except OSError:
            time.sleep(0.2)
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-background-networking"]
    subprocess.run(
        [browser, *flags, f"--user-data-dir={profile}", "--window-size=1280,900", f"--screenshot={picture}", url],
        check=True,
        stderr=subprocess.DEVNULL,
    )


if __name__ == "__main__":
    main()
