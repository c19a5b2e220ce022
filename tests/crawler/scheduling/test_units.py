"""What `newsarchive schedule` prints works as it is: checked by systemd itself, by a shell, by a parser of YAML."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

from archive.errors import UsageError
from crawler.cli import newsarchive
from crawler.scheduling import cron, docker, systemd
from crawler.scheduling.plan import Plan, own_command, plan_for
from crawler.workspace import make_workspace, open_workspace
from tests.e2e.harness import skip_but_in_ci

ROOT = Path(__file__).parents[3]
ODD = 'a b %h $HOME "q" \\ é'


def plan(workspace: Path, *, minutes: int = 10, command: Path | None = None) -> Plan:
    return Plan((str(command or sys.executable),), workspace, minutes)


@pytest.mark.parametrize("name", ["news", ODD])
@pytest.mark.parametrize("minutes", [1, 10, 60])
def test_systemd_takes_the_units(tmp_path: Path, name: str, minutes: int) -> None:
    if shutil.which("systemd-analyze") is None:
        skip_but_in_ci("systemd-analyze is not installed")
    workspace = tmp_path / name
    workspace.mkdir()
    folder = tmp_path / "units"
    folder.mkdir()
    units = systemd.units(plan(workspace, minutes=minutes))
    for file, text in units.items():
        (folder / file).write_text(text, encoding="utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", *(str(folder / file) for file in units)],
        check=False, capture_output=True, text=True, env=os.environ | {"XDG_RUNTIME_DIR": str(tmp_path)},
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_check_of_the_units_can_fail(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        skip_but_in_ci("systemd-analyze is not installed")
    units = systemd.units(plan(tmp_path, command=Path("/nowhere/newsarchive")))
    file = tmp_path / "newsarchive-bad.service"
    file.write_text(units[next(name for name in units if name.endswith(".service"))].replace("PrivateTmp", "PrivatTmp"))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", str(file)],
        check=False, capture_output=True, text=True, env=os.environ | {"XDG_RUNTIME_DIR": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode != 0
    assert "PrivatTmp" in done.stderr
    assert "/nowhere/newsarchive" in done.stderr


def test_what_the_service_says(tmp_path: Path) -> None:
    service, timer = systemd.units(
        Plan(("/opt/x y/newsarchive",), Path("/srv/ne%ws"), 10, (Path("/var/prom"),))
    ).values()
    assert 'ExecStart="/opt/x y/newsarchive" -w /srv/ne%%ws crawl --due\n' in service
    assert "ReadWritePaths=/srv/ne%%ws /var/prom\n" in service
    for line in ("NoNewPrivileges=yes", "ProtectSystem=strict", "PrivateTmp=yes", "SuccessExitStatus=1 3"):
        assert f"\n{line}\n" in service
    assert "OnCalendar=*:0/10\n" in timer
    assert "[Install]\nWantedBy=timers.target" in timer


def test_an_archive_in_the_temporary_folder_keeps_it() -> None:
    service, _ = systemd.units(Plan(("/opt/newsarchive",), Path("/tmp/archive"), 10)).values()  # noqa: S108
    assert "PrivateTmp=no\n" in service


@pytest.mark.parametrize(("minutes", "when"), [(1, "* * * * *"), (10, "*/10 * * * *"), (60, "0 * * * *")])
def test_the_line_for_cron(tmp_path: Path, minutes: int, when: str) -> None:
    workspace = tmp_path / ODD
    workspace.mkdir()
    told = tmp_path / "told"
    script = tmp_path / "newsarchive"
    script.write_text(f'#!/bin/sh\nfor word; do echo "$word" >> {told}; done\necho out\n')
    script.chmod(0o755)
    (text,) = cron.crontab(plan(workspace, minutes=minutes, command=script), "ann").values()
    lines = text.splitlines()
    assert "MAILTO=ann" in lines
    found = re.fullmatch(re.escape(when) + " (.*)", lines[-1])
    assert found is not None
    # What cron makes of it: an escaped % is a %, the rest is the shell's.
    done = subprocess.run(["/bin/sh", "-c", found[1].replace("\\%", "%")], check=True, capture_output=True, text=True)
    assert done.stdout == "", "cron mails what is printed"
    assert told.read_text().splitlines() == ["-w", str(workspace), "crawl", "--due"]


def compose(workspace: Path) -> dict[str, Any]:
    (text,) = docker.compose_file(plan(workspace)).values()
    said = yaml.safe_load(text)
    assert isinstance(said, dict)
    return said


def test_the_compose_file(tmp_path: Path) -> None:
    said = compose(tmp_path / ODD)
    assert re.fullmatch(r"[a-z0-9][a-z0-9_-]*", said["name"])
    crawl, datasette = said["services"]["crawl"], said["services"]["datasette"]
    for service in (crawl, datasette):
        assert service["image"].startswith("newsarchive:")
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert re.fullmatch(r"\d+:\d+", service["user"])
        (volume,) = service["volumes"]
        assert volume["source"] == str(tmp_path / ODD).replace("$", "$$"), "compose expands dollars"
        assert volume["target"] == "/archive"
        (command, *arguments) = service["command"]
        assert command in newsarchive.commands
        options = {option for each in newsarchive.commands[command].params for option in each.opts}
        assert {word for word in arguments if word.startswith("--")} <= options
    assert "read_only" not in crawl["volumes"][0]
    assert datasette["volumes"][0]["read_only"] is True
    assert datasette["ports"] == ["127.0.0.1:8001:8001"], "nobody but this machine"
    assert crawl["stop_grace_period"] == "30s"
    assert set(datasette["depends_on"]) == {"crawl"}


def test_the_compose_file_of_the_checkout_is_the_same() -> None:
    text = (ROOT / "compose.yaml").read_text(encoding="utf-8")
    assert text == docker.checkout_file(), "write it anew: crawler.scheduling.docker.checkout_file"
    said = yaml.safe_load(text)
    assert said["services"]["crawl"]["build"] == "."
    assert said["services"]["crawl"]["volumes"][0]["source"] == "${NEWSARCHIVE_WORKSPACE:-./workspace}"
    generated = compose(Path("/srv/news"))
    for service in ("crawl", "datasette"):
        assert set(said["services"][service]) == set(generated["services"][service])


def test_docker_takes_the_compose_file(tmp_path: Path) -> None:
    if (
        shutil.which("docker") is None
        or subprocess.run(["docker", "compose", "version"], check=False, capture_output=True).returncode
    ):
        pytest.skip("docker compose is not installed")
    file = tmp_path / "compose.yaml"
    file.write_text(docker.compose_file(plan(tmp_path))["compose.yaml"])
    subprocess.run(["docker", "compose", "-f", str(file), "config", "--quiet"], check=True)


def test_the_dockerfile_has_no_faults() -> None:
    done = subprocess.run(
        [str(Path(sys.executable).parent / "hadolint"), str(ROOT / "Dockerfile")],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_dockerfile_copies_what_is_there_and_let_through() -> None:
    text = (ROOT / "Dockerfile").read_text()
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert ignored[0] == "*"
    copied = [word for line in re.findall(r"^COPY (?!--)(.*) \S+$", text, re.MULTILINE) for word in line.split()]
    assert copied
    for name in copied:
        assert (ROOT / name).exists(), name
        assert f"!{name}" in ignored, name
    assert "--require-hashes" in text
    assert re.search(r"^USER \d+$", text, re.MULTILINE)
    assert 'HEALTHCHECK --interval=60s --timeout=10s --start-period=60s CMD ["newsarchive", "run", "--check"]' in text


def test_the_lock_of_the_image_pins_what_the_product_needs() -> None:
    def pinned(name: str) -> set[str]:
        return set(re.findall(r"^(\S+==[^\s;]+)", (ROOT / name).read_text(), re.MULTILINE))

    assert pinned("requirements.lock") <= pinned("requirements-container.lock")
    assert any(each.startswith("apprise==") for each in pinned("requirements-container.lock"))


def run(root: Path, *arguments: str) -> Any:
    return CliRunner().invoke(newsarchive, ["-w", str(root), "schedule", *arguments], catch_exceptions=False)


@pytest.mark.parametrize("kind", ["systemd", "cron", "docker"])
def test_the_command_prints_or_writes(tmp_path: Path, kind: str) -> None:
    root = tmp_path / "my archive"
    make_workspace(root)
    printed = run(root, kind)
    assert printed.exit_code == 0
    assert str(root) in printed.stdout
    assert printed.stderr.startswith("Next:\n  ")
    written = run(root, kind, "--output", str(tmp_path / "made"), "--minutes", "5")
    files = sorted((tmp_path / "made").iterdir())
    assert written.stdout == "".join(f"Wrote {file}.\n" for file in files)
    assert all(file.read_text().startswith("# ") for file in files)
    assert files[0].name.startswith("compose" if kind == "docker" else "newsarchive-my-archive")


def test_units_that_are_written_to_their_place_need_no_copying(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    make_workspace(tmp_path / "w")
    place = tmp_path / ".config" / "systemd" / "user"
    assert " cp " in run(tmp_path / "w", "systemd").stderr
    assert " cp " not in run(tmp_path / "w", "systemd", "--output", str(place)).stderr
    assert len(list(place.iterdir())) == 2


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    make_workspace(tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=r"cannot write .*; choose another --output"):
        run(tmp_path, "cron", "--output", str(tmp_path / "file" / "x"))


def test_a_report_outside_the_workspace_may_be_written(tmp_path: Path) -> None:
    root = tmp_path / "w"
    make_workspace(root)
    config = root / "newsarchive.toml"
    before = config.read_text()
    config.write_text(before.replace('prometheus = ""', f'prometheus = "{tmp_path}/out/n.prom"'))
    assert plan_for(open_workspace(root), 10).writable == (tmp_path / "out",)
    config.write_text(before.replace('prometheus = ""', 'prometheus = "out/n.prom"'))
    assert plan_for(open_workspace(root), 10).writable == ()


def test_the_command_that_is_running_is_the_one_that_is_scheduled(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / "newsarchive"
    script.write_text("")
    monkeypatch.setattr(sys, "argv", [str(script), "schedule"])
    assert own_command() == (str(script),)
    monkeypatch.setattr(sys, "argv", ["/nowhere/pytest"])
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert own_command() == (str(script),), "beside the interpreter"
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    monkeypatch.setenv("PATH", str(tmp_path))
    script.chmod(0o755)
    assert shlex.join(own_command()) == str(script)
    monkeypatch.setenv("PATH", "/nowhere")
    assert own_command() == ("/nowhere/python", "-m", "crawler.cli")
