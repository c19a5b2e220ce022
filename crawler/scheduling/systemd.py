"""User units for systemd: a service that crawls what is due, and the timer that starts it."""

import shlex
from pathlib import Path

from crawler.scheduling.plan import Plan

_TEMPORARY = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108 (nothing is written there)
_SERVICE = """\
# {name}.service: put it into ~/.config/systemd/user/
[Unit]
Description=newsarchive: crawl what is due in {about}

[Service]
Type=oneshot
ExecStart={command}
# 1: a site had trouble, which newsarchive tells itself; 3: another run is at work.
# 2 (configuration) and 4 (the archive needs attention) are failures of the job.
SuccessExitStatus=1 3
# It ends within 10 seconds; what was under way is taken up by the next run.
KillSignal=SIGTERM
TimeoutStopSec=30
Nice=10
# Without these a user unit's sandbox is silently left out by older releases of systemd.
NoNewPrivileges=yes
PrivateUsers=yes
ProtectSystem=strict
ProtectHome=read-only
ReadWritePaths={writable}
PrivateTmp={private}
ProtectKernelTunables=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
"""
_TIMER = """\
# {name}.timer: put it into ~/.config/systemd/user/
[Unit]
Description=newsarchive: look for due work in {about} every {minutes} minutes

[Timer]
OnCalendar={calendar}
RandomizedDelaySec=30
# Once after the machine was off.
Persistent=yes

[Install]
WantedBy=timers.target
"""


def units(plan: Plan) -> dict[str, str]:
    """Return the units by file name."""
    said: dict[str, object] = {
        "name": plan.name,
        "about": str(plan.workspace).replace("%", "%%"),
        "minutes": plan.minutes,
        "command": " ".join(quoted(word, variables=True) for word in plan.crawl),
        "writable": " ".join(quoted(str(path)) for path in (plan.workspace, *plan.writable)),
        "calendar": "hourly" if plan.minutes == 60 else f"*:0/{plan.minutes}",
    }
    # What lies there would not be seen.
    outside = any(path.is_relative_to(folder) for path in (plan.workspace, *plan.writable) for folder in _TEMPORARY)
    said["private"] = "no" if outside else "yes"
    return {f"{plan.name}.service": _SERVICE.format(**said), f"{plan.name}.timer": _TIMER.format(**said)}


def steps(plan: Plan, folder: Path | None) -> list[str]:
    """Return what is to be done with the units, as commands."""
    place = Path("~/.config/systemd/user")
    start = f"systemctl --user daemon-reload && systemctl --user enable --now {plan.name}.timer"
    linger = "loginctl enable-linger   # so that it runs while you are not logged in"
    if folder and folder.absolute() == place.expanduser().absolute():
        return [start, linger]
    files = f"{shlex.quote(str(folder))}/{plan.name}.*" if folder else f"{plan.name}.service {plan.name}.timer"
    return [f"mkdir -p {place} && cp {files} {place}/", start, linger]


def quoted(word: str, *, variables: bool = False) -> str:
    """Return a word as systemd reads it; `variables` where `$` is expanded too."""
    word = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    if variables:
        word = word.replace("$", "$$")
    return f'"{word}"' if any(char.isspace() or char in "\"'\\;" for char in word) else word
