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
    """Return the compose file by its name."""
    context = checkout()
    text = _TEXT.format(
        name=plan.name,
        image=image(),
        build=f"  build: {_scalar(str(context))}\n" if context else "",
        # Who owns the workspace writes it, so that the files stay usable outside the container.
        user=_scalar(f"{os.getuid()}:{os.getgid()}"),
        workspace=_scalar(str(plan.workspace)),
    )
    return {"compose.yaml": text}


def steps(plan: Plan, folder: Path | None) -> list[str]:
    """Return what is to be done with the file, as commands."""
    build = (
        [] if checkout() else [f"docker build --tag {image()} DIRECTORY   # of the checkout, which has the Dockerfile"]
    )
    where = f" --file {folder / 'compose.yaml'}" if folder else ""
    return [*build, f"docker compose{where} up --detach", f"docker compose{where} logs --follow   # {plan.name}"]


def _scalar(text: str) -> str:
    """Return a text as YAML reads it; compose would expand a dollar."""
    return json.dumps(text.replace("$", "$$"), ensure_ascii=False)
