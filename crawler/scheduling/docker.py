"""A compose file: one container that crawls what is due, and Datasette beside it, which cannot write."""

import json
import os
from pathlib import Path

from crawler.scheduling.plan import Plan, checkout, image

_TEXT = """\
# Crawls what is due, and shows the archive on http://127.0.0.1:8001. Next: docker compose up --detach
name: {name}
x-newsarchive: &newsarchive
  image: {image}
{build}  user: {user}
  restart: unless-stopped
  init: true
  read_only: true
  tmpfs: [/tmp]
  cap_drop: [ALL]
  security_opt: ["no-new-privileges:true"]
services:
  crawl:
    <<: *newsarchive
    command: ["run"]
    # It ends within 10 seconds by itself.
    stop_grace_period: 30s
    volumes:
      - {{type: bind, source: {workspace}, target: /archive}}
  datasette:
    <<: *newsarchive
    command: ["serve", "--host", "0.0.0.0", "--port", "8001"]
    # SQLite reads a live archive from a read-only folder only while the crawler holds it open.
    depends_on:
      crawl: {{condition: service_healthy}}
    ports: ["127.0.0.1:8001:8001"]
    volumes:
      - {{type: bind, source: {workspace}, target: /archive, read_only: true}}
    healthcheck:
      test: ["CMD", "python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8001/-/versions.json')"]
      interval: 60s
      timeout: 10s
"""


def compose_file(plan: Plan) -> dict[str, str]:
    """Return the compose file of a workspace by its name; its user owns the files, in the container as outside."""
    context, user = checkout(), f"{os.getuid()}:{os.getgid()}"
    build = str(context) if context else None
    return {"compose.yaml": _render(plan.name, image(), build, _literal(user), _literal(plan.workspace))}


def checkout_file() -> str:
    """Return the compose file of the checkout, for those who have Docker alone: compose fills in the workspace."""
    user, workspace = '"${UID:-1000}:${GID:-1000}"', '"${NEWSARCHIVE_WORKSPACE:-./workspace}"'
    return _render("newsarchive", "newsarchive", ".", user, workspace)


def _render(name: str, tag: str, context: str | None, user: str, workspace: str) -> str:
    build = f"  build: {_literal(context)}\n" if context else ""
    return _TEXT.format(name=name, image=tag, build=build, user=user, workspace=workspace)


def steps(plan: Plan, folder: Path | None) -> list[str]:
    """Return what is to be done with the file, as commands."""
    build = (
        [] if checkout() else [f"docker build --tag {image()} DIRECTORY   # of the checkout, which has the Dockerfile"]
    )
    where = f" --file {folder / 'compose.yaml'}" if folder else ""
    return [*build, f"docker compose{where} up --detach", f"docker compose{where} logs --follow   # {plan.name}"]


def _literal(text: str | Path) -> str:
    """Return a text as YAML reads it; compose would expand a dollar."""
    return json.dumps(str(text).replace("$", "$$"), ensure_ascii=False)
