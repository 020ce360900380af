"""``cssync doctor`` as the operator meets it: a fresh folder, no settings, then settings that are wrong."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
CSSYNC = Path(sys.executable).with_name("cssync")


def doctor(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), **variables}
    command = [str(CSSYNC), "doctor", *arguments]
    return subprocess.run(command, cwd=folder, env=env, check=False, capture_output=True, text=True)  # noqa: S603  ours


def test_before_any_settings_it_looks_at_the_demo_company_and_says_what_comes_next(tmp_path: Path) -> None:
    found = doctor(tmp_path)
    assert found.returncode == 0, found.stderr
    lines = found.stdout.splitlines()
    assert lines[0] == "settings"
    assert lines[1].startswith("  WARNING  file: no settings file;")
    assert lines[2] == "           -> write one: cssync init"
    assert [line for line in lines if line.startswith("  FAILED")] == []
    assert lines[-1].startswith("0 failed, ")
    assert lines[-1].endswith("warnings. Next: cssync run --dry")


def test_a_program_reads_the_same_as_one_json_object(tmp_path: Path) -> None:
    found = doctor(tmp_path, "--json")
    answer = json.loads(found.stdout)
    assert set(answer) == {"checks", "failed", "warnings", "exit_code", "next"}
    assert (answer["failed"], answer["exit_code"], answer["next"]) == (0, 0, "cssync run --dry")
    assert answer["checks"][0] == {
        "about": "settings",
        "name": "file",
        "status": "warning",
        "found": "no settings file; 0 settings, 0 more from the environment, defaults for the rest",
        "remedy": "write one: cssync init",
    }
    assert {check["about"] for check in answer["checks"]} >= {"settings", "clock", "source", "store", "slack"}


def test_every_line_that_is_not_ok_says_what_to_do(tmp_path: Path) -> None:
    answer = json.loads(doctor(tmp_path, "--json").stdout)
    silent = [check for check in answer["checks"] if check["status"] != "ok" and not check["remedy"]]
    assert silent == []


def test_settings_that_cannot_be_read_are_the_only_line(tmp_path: Path) -> None:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "cssync.yaml").write_text("gate:\n  max_dorp: 0.2\nteam: {scope: []}\n", encoding="utf-8")
    found = doctor(tmp_path)
    assert found.returncode == 2
    assert found.stdout.splitlines()[1].startswith("  FAILED   reading it: config/cssync.yaml:2: ")
    assert "did you mean max_drop" in found.stdout
    assert found.stdout.splitlines()[-1] == (
        "1 failed, 0 warnings. Next: mend what FAILED, from the top, then: cssync doctor"
    )


def test_a_missing_secret_does_not_hide_what_else_is_wrong(tmp_path: Path) -> None:
    nobody_there = "http://127.0.0.1:1/"
    found = doctor(
        tmp_path,
        "--json",
        CSSYNC__NOTIFY__SLACK__ENABLED="true",
        CSSYNC__NOTIFY__SLACK__VIA="webhook",
        CSSYNC__NOTIFY__SLACK__API_URL=nobody_there,
    )
    answer = json.loads(found.stdout)
    failed = [check["about"] for check in answer["checks"] if check["status"] == "failed"]
    assert failed == ["settings", "slack"]
    assert found.returncode == answer["exit_code"] == 2
    assert "store" in {check["about"] for check in answer["checks"]}


def test_on_a_terminal_long_lines_wrap_under_themselves(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "COLUMNS": "60", "TERM": "xterm", "NO_COLOR": "1"}
    with subprocess.Popen([str(CSSYNC), "doctor", "--config", "nowhere.yaml"], cwd=tmp_path, env=env, stdout=theirs):  # noqa: S603  ours
        os.close(theirs)
        shown = ANSI.sub("", _all_of(ours)).replace("\r\n", "\n")
    assert [line.rstrip() for line in shown.splitlines()[:5]] == [
        "settings",
        "  FAILED   reading it: --config nowhere.yaml: nowhere.yaml",
        "           does not exist",
        "           -> name an existing settings file, or create one",
        "           with `cssync init --out nowhere.yaml`",
    ]


def _all_of(terminal: int) -> str:
    read = bytearray()
    # Linux says EIO, not the end of the file, once the other side is gone.
    with contextlib.suppress(OSError):
        while chunk := os.read(terminal, 4096):
            read += chunk
    os.close(terminal)
    return read.decode()
