"""The systemd units start commands that exist, know their exit codes, and shut cssync in a sandbox that it works in."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from cssync.cli.app import COMMANDS
from cssync.errors import ExitCode
from cssync.schedule.timetable import ATTEMPTS_A_NIGHT
from cssync.settings import secrets
from tests.deploy.tools import run

UNITS = Path(__file__).parents[2] / "deploy" / "systemd"
SANDBOX = "cssync-.service.d/sandbox.conf"
SERVICES = sorted(path.name for path in UNITS.glob("*.service"))
TIMERS = sorted(path.name for path in UNITS.glob("*.timer"))
JAIL = Path(__file__).with_name("jail.py")
# systemd-analyze counts in tenths; what is left is the network, which is what cssync is for.
EXPOSURE = 15

Unit = dict[str, list[str]]


def unit(name: str) -> Unit:
    """Every value of every directive, in the order of the file."""
    found: Unit = {}
    for line in (UNITS / name).read_text(encoding="utf-8").splitlines():
        if re.match(r"[A-Z]\w*=", line):
            directive, _, value = line.partition("=")
            found.setdefault(directive, []).append(value)
    return found


def one(found: Unit, directive: str) -> str:
    (value,) = found[directive]
    return value


@pytest.fixture
def analyze(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """systemd-analyze, looking at copies of the units whose program is there, as it insists that it be."""
    command = shutil.which("systemd-analyze")
    if command is None:
        pytest.skip("no systemd here")
    shutil.copytree(UNITS, tmp_path, dirs_exist_ok=True)
    for copy in tmp_path.glob("*.service"):
        text = copy.read_text(encoding="utf-8").replace("/opt/cssync/bin/cssync", "/bin/true")
        copy.write_text(text, encoding="utf-8")
    monkeypatch.setenv("SYSTEMD_UNIT_PATH", f"{tmp_path}:")  # and systemd's own behind them
    return command


def test_every_service_runs_a_command_of_cssync() -> None:
    for name in SERVICES:
        program, command, *_ = one(unit(name), "ExecStart").split()
        assert program == "/opt/cssync/bin/cssync"
        assert command in COMMANDS


def test_the_night_is_tried_again_only_where_it_may_pass_by_itself() -> None:
    night = unit("cssync-night.service")
    never = {int(code) for code in one(night, "RestartPreventExitStatus").split()}
    assert never == {ExitCode.BUG, ExitCode.CONFIG, ExitCode.REFUSED}
    assert one(night, "Restart") == "on-failure"


def test_the_timer_and_the_schedule_make_the_same_number_of_attempts() -> None:
    assert int(one(unit("cssync-night.service"), "StartLimitBurst")) == ATTEMPTS_A_NIGHT


def test_the_timer_catches_up_after_the_host_was_off_and_avoids_the_hours_that_clocks_change() -> None:
    timer = unit("cssync-night.timer")
    assert one(timer, "Persistent") == "true"
    assert one(timer, "OnCalendar") == "*-*-* 04:00:00"


def test_the_schedule_starts_again_after_all_but_wrong_settings_and_stops_the_timer() -> None:
    schedule = unit("cssync-schedule.service")
    assert one(schedule, "RestartPreventExitStatus") == str(int(ExitCode.CONFIG))
    assert set(TIMERS) <= set(one(schedule, "Conflicts").split())


def test_every_secret_is_handed_in_where_root_keeps_it() -> None:
    assert unit(SANDBOX)["LoadCredential"] == [f"{name}:cssync.{name}" for name in secrets.names()]


def test_systemd_itself_finds_nothing_wrong(analyze: str, tmp_path: Path) -> None:
    found = run(analyze, "verify", *(tmp_path / name for name in [*SERVICES, *TIMERS]))
    assert (found.returncode, found.stderr) == (0, "")


@pytest.mark.parametrize("service", SERVICES)
def test_little_is_exposed(analyze: str, tmp_path: Path, service: str) -> None:
    found = run(analyze, "security", "--offline=true", f"--threshold={EXPOSURE}", "--no-pager", tmp_path / service)
    assert found.returncode == 0, found.stdout + found.stderr


def jailed(analyze: str, folder: Path, *command: str) -> CompletedProcess[str]:
    """Run *command* under the unit's system call filter, memory rule and variables."""
    sandbox = unit(SANDBOX)
    variables = dict(word.split("=", 1) for line in sandbox["Environment"] for word in line.split() if "%" not in word)
    assert one(sandbox, "MemoryDenyWriteExecute") == "yes"
    jail = [sys.executable, str(JAIL), *allowed(run(analyze, "syscall-filter").stdout), "--", *command]
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder), **variables, "CSSYNC_CONFIG": ""}
    found = run(*jail, folder=folder, environ=environ)
    if found.stderr.startswith("PR_SET_MDWE"):
        pytest.skip("the kernel is older than 6.3")
    return found


def allowed(listed: str) -> list[str]:
    """The names that the unit's SystemCallFilter lines leave, by the groups as systemd-analyze lists them."""
    groups: dict[str, list[str]] = {}
    for line in listed.splitlines():
        name = line.strip()
        if line.startswith("@"):
            members = groups.setdefault(name, [])
        elif name and not name.startswith("#"):
            members.append(name)

    def calls(name: str) -> set[str]:
        return set().union(*map(calls, groups[name])) if name in groups else {name}

    left: set[str] = set()
    for line in unit(SANDBOX)["SystemCallFilter"]:
        named = set().union(*map(calls, line.removeprefix("~").split()))
        left = left - named if line.startswith("~") else left | named
    return sorted(left)


def test_a_night_works_in_the_sandbox(analyze: str, tmp_path: Path) -> None:
    """polars, numpy and SQLite, with no privileged call and no memory both written and run."""
    cssync = str(Path(sys.executable).with_name("cssync"))
    found = jailed(analyze, tmp_path, cssync, "run", "--dry")
    assert found.returncode == 0, found.stderr
    assert "A rehearsal on the embedded demo company" in found.stdout


def test_what_real_nights_need_beside_can_be_loaded_in_the_sandbox(analyze: str, tmp_path: Path) -> None:
    needed = ("connectors.salesforce", "connectors.hubspot", "cssync.notify.slack", "cssync.operations", "psycopg")
    found = jailed(analyze, tmp_path, sys.executable, "-c", f"import {', '.join(needed)}")
    assert found.returncode == 0, found.stderr


@pytest.mark.parametrize(
    "act",
    ["import mmap; mmap.mmap(-1, 4096, prot=7)", "import os; os.setpriority(0, 0, 5)", "import os; os.chroot('/')"],
)
def test_the_sandbox_of_the_test_above_refuses_what_it_should(analyze: str, tmp_path: Path, act: str) -> None:
    found = jailed(analyze, tmp_path, sys.executable, "-c", act)
    assert found.returncode == 1
    assert "PermissionError" in found.stderr
