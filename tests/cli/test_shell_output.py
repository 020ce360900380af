"""The product goes to stdout as it is; colours and bars are for people only."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from decimal import Decimal

import pytest
from rich.table import Table
from rich.text import Text

from connectors.base import no_progress
from cssync.cli import output
from tests.hostile import NAMES, OF_JSON, acted_upon

PROGRAM = """
from cssync.cli import output
with output.progress() as told:
    for done in (0, 5, 10):
        told("accounts", done, 10)
    told("owners", 3, None)
output.product().print("the product", style="bold")
"""


def on_a_terminal(**environ: str) -> tuple[str, str]:
    """Run PROGRAM with stderr on a terminal and stdout in a pipe."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", PROGRAM],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={"PATH": os.environ["PATH"], "TERM": "xterm", **environ},
        text=True,
    ) as process:
        out, _ = process.communicate()
    os.close(theirs)
    shown = b""
    try:
        while piece := os.read(ours, 65536):
            shown += piece
    except OSError:  # Linux says so when the other side of a terminal is closed
        pass
    os.close(ours)
    return out, shown.decode()


def test_bars_are_shown_on_a_terminal_and_stay_out_of_the_product() -> None:
    out, shown = on_a_terminal()
    assert "accounts" in shown
    assert out == "the product\n"


def test_no_bars_are_shown_under_no_color() -> None:
    assert on_a_terminal(NO_COLOR="1") == ("the product\n", "")


def test_no_bars_are_shown_in_a_pipe(capsys: pytest.CaptureFixture[str]) -> None:
    with output.progress() as told:
        assert told is no_progress
        told("accounts", 1, None)
    assert capsys.readouterr() == ("", "")


def test_names_are_shown_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    output.product().print("[bold]Acme[/bold] :tada: <!channel> 42")
    assert capsys.readouterr().out == "[bold]Acme[/bold] :tada: <!channel> 42\n"


def test_json_refuses_what_it_would_have_to_round() -> None:
    with pytest.raises(TypeError):
        output.write_json({"arr": Decimal("0.1")})


def test_json_keeps_order_and_letters(capsys: pytest.CaptureFixture[str]) -> None:
    output.write_json({"name": "Müller", "accounts": 1})
    written = capsys.readouterr().out
    assert json.loads(written) == {"name": "Müller", "accounts": 1}
    assert "Müller" in written


@pytest.mark.parametrize("typed", [*NAMES.values(), *OF_JSON.values()], ids=[*NAMES, *OF_JSON])
def test_no_terminal_acts_upon_what_is_printed(capsys: pytest.CaptureFixture[str], typed: str) -> None:
    table = Table(title=typed)
    table.add_column(typed)
    table.add_row(typed)
    output.product().print(table)
    output.remarks().print(Text(typed, style="bold"), typed)
    written = capsys.readouterr()
    assert acted_upon(written.out + written.err) == []


@pytest.mark.parametrize("typed", NAMES.values(), ids=NAMES)
def test_json_says_the_same_and_no_terminal_acts_upon_it(capsys: pytest.CaptureFixture[str], typed: str) -> None:
    output.write_json({typed: [typed]})
    written = capsys.readouterr().out
    assert json.loads(written) == {typed: [typed]}
    assert acted_upon(written) == []
