"""Whatever ends a command, the operator reads what happened and what to do, and no secret."""

from __future__ import annotations

import errno
import json

import pytest
import typer

from cssync import log
from cssync.cli import failures
from cssync.errors import (
    AuthError,
    ConfigError,
    CssyncError,
    DeliveryError,
    ImplausibleSnapshotError,
    MappingError,
    StoreError,
)


def ending(error: BaseException) -> int:
    with pytest.raises(typer.Exit) as caught, failures.told():
        raise error
    return caught.value.exit_code


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigError("wrong"), 2),
        (StoreError("locked"), 2),
        (MappingError("gone"), 2),
        (AuthError("refused"), 3),
        (ImplausibleSnapshotError("half"), 4),
        (DeliveryError("lost"), 5),
    ],
)
def test_an_expected_failure_ends_with_the_code_of_its_class(error: CssyncError, code: int) -> None:
    assert ending(error) == code


def test_an_expected_failure_is_told_with_its_remedy(capsys: pytest.CaptureFixture[str]) -> None:
    ending(AuthError("Salesforce refused the token (401)", remedy="rotate SALESFORCE_PRIVATE_KEY"))
    told = capsys.readouterr()
    assert told.err == "cssync: Salesforce refused the token (401)\n  -> rotate SALESFORCE_PRIVATE_KEY\n"
    assert told.out == ""


def test_a_bug_is_told_in_short_and_its_traceback_is_kept_in_one_line_of_the_log(
    capsys: pytest.CaptureFixture[str],
) -> None:
    bug = ZeroDivisionError("customer Acme")
    bug.__cause__ = KeyError("customer Acme")
    assert ending(bug) == 1
    line, told, remedy = capsys.readouterr().err.splitlines()
    trace = json.loads(line)["traceback"]
    assert trace.startswith("KeyError\nwhich led to\n")
    assert trace.endswith("ZeroDivisionError\n")
    assert ", in told\n" in trace
    assert "Acme" not in line
    assert told.startswith("cssync: stopped by a bug: ZeroDivisionError in test_shell_failures.py, line ")
    assert remedy == "  -> report it with the traceback in the log line above"


def test_a_bug_shows_its_traceback_when_asked_to(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CSSYNC_DEBUG", "1")
    ending(ZeroDivisionError())
    assert "Traceback (most recent call last)" in capsys.readouterr().err


def test_a_full_disk_is_no_bug(capsys: pytest.CaptureFixture[str]) -> None:
    assert ending(OSError(errno.ENOSPC, "No space left on device", "books.csv")) == 2
    assert (
        capsys.readouterr().err
        == "cssync: No space left on device (books.csv)\n  -> free some space, then run it again\n"
    )
    assert ending(OSError(errno.EIO, "Input/output error")) == 1


def test_no_failure_tells_a_secret(capsys: pytest.CaptureFixture[str]) -> None:
    log.configure(secrets=["xoxb-CANARY"])
    ending(DeliveryError("Slack refused xoxb-CANARY"))
    ending(ValueError("xoxb-CANARY"))
    told = capsys.readouterr().err
    assert "CANARY" not in told
    assert "cssync: Slack refused ***" in told


def test_what_typer_itself_raises_passes_through() -> None:
    with pytest.raises(typer.BadParameter), failures.told():
        raise typer.BadParameter("no such day")
    assert ending(typer.Exit(7)) == 7
