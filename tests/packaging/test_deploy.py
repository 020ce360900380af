"""The systemd units start a command that exists and know its exit codes."""

from __future__ import annotations

import configparser
import shutil
import subprocess
from pathlib import Path

import pytest

from cssync.errors import ExitCode
from cssync.schedule.timetable import ATTEMPTS_A_NIGHT

UNITS = Path(__file__).parents[2] / "deploy" / "systemd"


def unit(name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # the documented way to keep the case
    parser.read(UNITS / name, encoding="utf-8")
    return parser


def test_the_service_tries_again_only_what_may_pass_by_itself() -> None:
    service = unit("cssync.service")["Service"]
    never = {int(code) for code in service["RestartPreventExitStatus"].split()}
    assert never == {ExitCode.BUG, ExitCode.CONFIG, ExitCode.REFUSED}
    assert service["Restart"] == "on-failure"


def test_the_service_and_the_schedule_make_the_same_number_of_attempts() -> None:
    assert int(unit("cssync.service")["Unit"]["StartLimitBurst"]) == ATTEMPTS_A_NIGHT


def test_the_timer_catches_up_after_the_host_was_off_and_avoids_the_hours_that_clocks_change() -> None:
    timer = unit("cssync.timer")["Timer"]
    assert timer["Persistent"] == "true"
    assert timer["OnCalendar"] == "*-*-* 04:00:00"


def test_systemd_itself_finds_nothing_wrong(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("no systemd here")
    for source in UNITS.iterdir():
        # It insists that the program is there.
        text = source.read_text(encoding="utf-8").replace("/opt/cssync/bin/cssync", "/bin/true")
        (tmp_path / source.name).write_text(text, encoding="utf-8")
    command = [analyze, "verify", *(str(path) for path in sorted(tmp_path.iterdir()))]
    found = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603  looked up above
    assert (found.returncode, found.stderr) == (0, "")
