"""`newsarchive backup` and `newsarchive restore`."""

import json
import sys
from pathlib import Path

import click

from archive.invocation import Invocation

_ATTENTION = 4
_SHOWN = 20


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option("--keep", type=click.IntRange(min=1), default=7, show_default=True, help="Keep so many snapshots.")
@click.option("--verify", "verify_it", is_flag=True, help="Make none; read what the backup holds against its digests.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
@click.pass_obj
def backup(invocation: Invocation, directory: Path, keep: int, verify_it: bool, as_json: bool) -> None:
    """Add a snapshot of the archive to a backup; a crawl may go on. Only files that are new are copied.

    DIRECTORY gets dated snapshots of the database and every image and capture file once, with a list of sizes and
    SHA-256. Exit code 4 where something could not be copied; the snapshots before it stay good.

    \b
    newsarchive backup /mnt/disk/my-archive
    newsarchive backup /mnt/disk/my-archive --verify
    """
    from archive.backup.restoring import check  # noqa: PLC0415
    from archive.backup.saving import save  # noqa: PLC0415
    from archive.holdings import Holdings  # noqa: PLC0415
    from archive.progress import Counting  # noqa: PLC0415

    if verify_it:
        with Counting("Reading the backup") as counting:
            bad = check(directory, counting.count)
        _end(bad, f"Everything in {directory} is as it was.", as_json, {"damaged": bad})
    holdings = Holdings(invocation.database.parent)
    with Counting("Backing up") as counting:
        saved = save(holdings, directory, keep=keep, progress=counting.count)
    said = (
        f"Snapshot {saved.snapshot}: {saved.files:,} files, {saved.bytes:,} bytes; new: {saved.new_files:,} files, "
        f"{saved.new_bytes:,} bytes, and the database."
    )
    missing = [f"not backed up: {name}" for name in saved.missing]
    _end(missing, said, as_json, saved.as_dict())


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False, exists=True))
@click.argument("target", type=click.Path(path_type=Path, file_okay=False))
@click.option("--snapshot", metavar="NAME", help="This snapshot instead of the last; as the folder is named.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as JSON.")
def restore(directory: Path, target: Path, snapshot: str | None, as_json: bool) -> None:
    """Make a workspace of a backup in TARGET, a new directory; every file is checked against its digest.

    \b
    newsarchive restore /mnt/disk/my-archive restored
    newsarchive -w restored verify
    """
    from archive.backup.restoring import restore as restore_backup  # noqa: PLC0415
    from archive.progress import Counting  # noqa: PLC0415

    with Counting("Restoring") as counting:
        name, bad = restore_backup(directory, target, snapshot, counting.count)
    said = f"Restored snapshot {name} to {target}. Next: newsarchive -w {target} verify"
    _end([f"not restored: {line}" for line in bad], said, as_json, {"snapshot": name, "damaged": bad})


def _end(bad: list[str], said: str, as_json: bool, result: dict[str, object]) -> None:
    """Print how it went, and end with the exit code for it."""
    if as_json:
        click.echo(json.dumps(result, indent=2))
        sys.exit(_ATTENTION if bad else 0)
    for line in bad[:_SHOWN]:
        click.echo(line)
    if len(bad) > _SHOWN:
        click.echo(f"and {len(bad) - _SHOWN:,} more")
    if not bad or result.get("snapshot"):
        click.echo(said)
    sys.exit(_ATTENTION if bad else 0)
