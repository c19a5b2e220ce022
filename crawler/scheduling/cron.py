"""A line for cron."""

import shlex
from pathlib import Path

from crawler.scheduling.plan import Plan

_TEXT = """\
# newsarchive: looks every {minutes} minutes for what is due in {workspace}
# Two runs of one site never meet: newsarchive locks each site itself, so that no flock is needed.
# cron mails what is printed on stderr (warnings, errors) to MAILTO; with [notify] in newsarchive.toml say MAILTO="".
MAILTO={user}
PATH=/usr/local/bin:/usr/bin:/bin
{when} {command} >/dev/null
"""


def crontab(plan: Plan, user: str) -> dict[str, str]:
    """Return the lines by file name."""
    when = "0 * * * *" if plan.minutes == 60 else "* * * * *" if plan.minutes == 1 else f"*/{plan.minutes} * * * *"
    # cron reads an unescaped % as a line break.
    command = shlex.join(plan.crawl).replace("%", "\\%")
    text = _TEXT.format(minutes=plan.minutes, workspace=plan.workspace, user=user, when=when, command=command)
    return {f"{plan.name}.cron": text}


def steps(plan: Plan, folder: Path | None) -> list[str]:
    """Return what is to be done with the lines, as commands."""
    if folder is None:
        return ["crontab -e   # and put these lines there"]
    return [f"(crontab -l 2>/dev/null; cat {shlex.quote(str(folder / plan.name))}.cron) | crontab -"]
