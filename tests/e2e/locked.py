"""Environments of their own for tools that fight with ours, made once for each lock."""

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

from filelock import FileLock

from tests.e2e.harness import ROOT, skip_but_in_ci


def locked_environment(name: str) -> Path:
    """Return the folder of an environment that holds what `NAME.lock` beside this file locks."""
    lock, folder = Path(__file__).with_name(f"{name}.lock"), ROOT / ".venv" / name
    made_from = folder / "made-from.lock"
    folder.parent.mkdir(exist_ok=True)
    with FileLock(f"{folder}.lock"):
        if not made_from.exists() or made_from.read_bytes() != lock.read_bytes():
            shutil.rmtree(folder, ignore_errors=True)
            subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
            done = subprocess.run(
                [
                    str(Path(sys.executable).parent / "uv"), "pip", "install", "-q", "--require-hashes",
                    "--python", str(folder / "bin" / "python"), "-r", str(lock),
                ],
                check=False, capture_output=True, text=True,
            )  # fmt: skip
            if done.returncode:
                skip_but_in_ci(f"{name} cannot be installed here: {(done.stderr.strip() or 'no reason')[-300:]}")
            shutil.copyfile(lock, made_from)
    return folder


def beside_ours(name: str) -> Path:
    """Return the Python of such an environment that finds what the tests' own has, after what the lock names."""
    folder = locked_environment(name)
    packages = next((folder / "lib").glob("python*")) / "site-packages"
    (packages / "zz_dependencies.pth").write_text(sysconfig.get_paths()["purelib"] + "\n", encoding="utf-8")
    return folder / "bin" / "python"
