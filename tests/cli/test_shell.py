"""The shell around every command: quick help, help for everything, and an ending that says what to do."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.core import TyperGroup
from typer.testing import CliRunner

from cssync import __version__
from cssync.cli.app import COMMANDS, app, load
from tests.builders import SCOPE

HEAVY = {"hubspot", "polars", "pydantic", "rich", "simple_salesforce", "slack_sdk", "sqlalchemy", "structlog", "yaml"}


def cssync(*arguments: str, cwd: Path | None = None, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run the program as an operator's shell would, without what this machine's environment says."""
    return subprocess.run(  # noqa: S603 - our own program, arguments from the tests
        [sys.executable, "-m", "cssync", *arguments],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_names_every_command_with_one_line() -> None:
    shown = CliRunner().invoke(app, ["--help"])
    assert shown.exit_code == 0
    for name, line in COMMANDS.items():
        assert f"  {name}" in shown.stdout
        assert line.split(maxsplit=1)[0] in shown.stdout


def test_no_arguments_shows_the_help() -> None:
    assert "Commands:" in CliRunner().invoke(app, []).output


def loaded_by(*arguments: str) -> set[str]:
    """Which of HEAVY a run with *arguments* imports."""
    program = (
        "import sys\n"
        "from cssync.cli import main\n"
        "try:\n    main()\n"
        "except SystemExit:\n    print(*sys.modules, file=sys.stderr)\n"
    )
    done = subprocess.run(  # noqa: S603 - our own program, arguments from the tests
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=True
    )
    return HEAVY & set(done.stderr.split())


@pytest.mark.parametrize("argument", ["--help", "--version"])
def test_help_and_version_load_nothing_heavy(argument: str) -> None:
    assert loaded_by(argument) == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_a_command_loads_nothing_heavy(name: str) -> None:
    assert loaded_by(name, "--help") <= {"pydantic"}  # Typer itself reads options with it


@pytest.mark.parametrize("name", COMMANDS)
def test_the_line_in_the_list_is_the_first_one_of_the_commands_own_help(name: str) -> None:
    assert (load(name).help or "").split("\n", maxsplit=1)[0] == COMMANDS[name]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_has_help(name: str) -> None:
    command = load(name)
    below = list(command.commands.values()) if isinstance(command, TyperGroup) else []
    for each in [command, *below]:
        assert each.help, f"{name} {each.name} has no help"
        silent = [option.name for option in each.params if not getattr(option, "help", None)]
        assert silent == [], f"{name} {each.name}"


def test_a_mistyped_command_is_answered_with_the_one_that_was_meant() -> None:
    shown = CliRunner().invoke(app, ["boks"])
    assert shown.exit_code == 2
    assert "Did you mean 'books'?" in shown.stderr


def test_an_unknown_option_is_a_matter_of_configuration() -> None:
    assert CliRunner().invoke(app, ["version", "--loud"]).exit_code == 2


def test_the_version_is_the_packages() -> None:
    assert cssync("--version").stdout == f"cssync {__version__}\n"
    told = cssync("version").stdout
    assert told.startswith(f"cssync {__version__}\nPython ")
    assert "simple-salesforce 1." in told


def test_a_wrong_setting_ends_with_two_a_message_and_a_remedy_on_stderr(tmp_path: Path) -> None:
    (tmp_path / "cssync.yaml").write_text(f"limits:\n  acounts: 5\n{SCOPE}", "utf-8")
    done = cssync("config", "show", "--config", "cssync.yaml", cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        "cssync: cssync.yaml:2: limits.acounts: unknown setting; did you mean accounts?\n"
        "  -> correct each line, then run `cssync config show`; every setting is in `cssync config reference`\n"
    )


@pytest.mark.parametrize(
    ("text", "environ", "told"),
    [
        (None, {}, "cssync.yaml does not exist"),
        ("limits: [1\narr: 1\n", {}, "cssync.yaml:2:4: not valid YAML"),
        ("limits:\n\tarr: 1\n", {}, "cssync.yaml:2:1: not valid YAML: indent with spaces"),
        ("limit: 1\n", {}, "did you mean limits?"),
        ("limits: {arr: much}\n", {}, "cssync.yaml:1: limits.arr: expected a number"),
        ("source: {kind: hubspot, token: abc}\n", {}, "set HUBSPOT_TOKEN"),
        (SCOPE, {"HUBSPOT_TOKEN_FILE": "nowhere"}, "HUBSPOT_TOKEN_FILE: names a file that does not exist"),
        (SCOPE, {"HUBSPOT_TOKEN_FILE": "x", "HUBSPOT_TOKEN": "y"}, "set together with HUBSPOT_TOKEN"),
        (SCOPE, {"CSSYNC__LOG__LEVEL": "loud"}, "environment CSSYNC__LOG__LEVEL: log.level: expected one of"),
    ],
)
def test_bad_settings_end_with_two_and_a_remedy(
    tmp_path: Path, text: str | None, environ: dict[str, str], told: str
) -> None:
    if text is not None:
        (tmp_path / "cssync.yaml").write_text(text, "utf-8")
    done = cssync("config", "show", "-c", "cssync.yaml", cwd=tmp_path, **environ)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert "\n  -> " in done.stderr
    assert "Traceback" not in done.stderr


def test_a_reader_that_leaves_early_is_no_bug() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as closed:
        done = subprocess.run(
            [sys.executable, "-m", "cssync", "config", "reference"],
            stdout=closed,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (141, "")


def test_ctrl_c_ends_with_130_and_without_a_traceback(tmp_path: Path) -> None:
    """The program waits for a secret from a pipe that nobody writes to."""
    pipe = tmp_path / "secret"
    os.mkfifo(pipe)
    with (
        subprocess.Popen(
            [sys.executable, "-m", "cssync", "config", "show"],
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "HUBSPOT_TOKEN_FILE": str(pipe)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process,
        pipe.open("w"),
    ):  # opens once the program has opened it, too
        process.send_signal(signal.SIGINT)
        out, err = process.communicate()
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in err


def test_settings_warnings_are_logged_as_one_line_each(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("HUBSPOT_TOKEN=CANARYtoken\n", "utf-8")
    (tmp_path / ".env").chmod(0o644)
    done = cssync("config", "show", cwd=tmp_path)
    (line,) = done.stderr.splitlines()
    assert json.loads(line)["warning"] == ".env can be read by others: chmod 600 .env"
    assert "set from .env:1 HUBSPOT_TOKEN" in done.stdout
    assert "CANARYtoken" not in done.stdout + done.stderr
