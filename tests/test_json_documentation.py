"""Holds docs/json.md equal to what ``--json`` writes: no key undocumented, none documented that is not there."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from cssync.cli.app import app
from cssync.settings import secrets
from tests.documents import DOCS, quoted, the_table

COMMANDS = (
    "explain",
    "run",
    "books",
    "verdicts",
    "alerts",
    "plan",
    "backtest",
    "rebalance",
    "status",
    "outbox list",
    "config show",
    "doctor",
)
_ARGUMENTS = {
    "run": ("run", "--as-of", "2026-11-22"),
    "config show": ("config", "show"),
    "explain": ("explain", "Dana Roy"),
    "backtest": ("backtest", "--since", "2026-10-25", "--every", "week", "--set", "limits.accounts=60"),
    # So few that some have to wait.
    "rebalance": ("rebalance", "--moves", "3"),
    "outbox list": ("outbox", "list", "--all"),
}
# Objects whose keys are data: settings and secrets by their names, decisions by their kind.
_BY_NAME = ("settings", "secrets", "alerts[].decided")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What every command writes after the demo company's first night."""
    folder = tmp_path_factory.mktemp("night")
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith("CSSYNC") or name.removesuffix("_FILE") in secrets.names():
                patch.delenv(name)
        patch.chdir(folder)
        night = answer_of(*_ARGUMENTS["run"], "--json")
        until = datetime.now(UTC).date() + timedelta(days=30)
        said = ("--reason", "one simple product", "--owner", "Vera Holt", "--until", str(until))
        assert CliRunner().invoke(app, ["alerts", "except", "Dana Roy", *said]).exit_code == 0
        others = (command for command in COMMANDS if command != "run")
        return {"run": night} | {one: answer_of(*_ARGUMENTS.get(one, (one,)), "--json") for one in others}


def answer_of(*arguments: str) -> Any:
    done = CliRunner().invoke(app, arguments)
    # By the calendar of the demo company's night, the last one that was due may be missing.
    fine = {0, 6} if arguments[0] == "status" else {0}
    assert done.exit_code in fine, done.output
    return json.loads(done.stdout)


def documented(title: str, above: str = "") -> set[str]:
    """The keys under *title*, with those of the shapes that it refers to in their places.

    *above*: the shape whose keys these are.
    """
    keys: set[str] = set()
    for row in the_table(DOCS["docs/json.md"], title):
        (key,) = quoted(row["key"])
        if not key.endswith("*"):
            keys.add(key)
            continue
        (shape,) = re.findall(r"\]\(#([a-z]+)\)", row["meaning"])
        # A shape that holds others of its kind is told once.
        inner = {""} if shape.capitalize() == above else documented(shape.capitalize(), shape.capitalize())
        keys |= {(key.removesuffix("*") + below).removesuffix(".") for below in inner}
    return keys


def emitted(value: Any) -> set[str]:
    """``csm.id``, ``books[].arr``, ``notes[]``; a list is empty only where no other one of its kind holds objects."""
    # However deep statements rest on each other, each is written as the first.
    keys = {re.sub(r"(\.parts\[\])+(?=\.)", "", key) for key in paths(value)}
    return {key for key in keys if not any(other.startswith(f"{key}.") for other in keys)}


def paths(value: Any, above: str = "") -> Iterator[str]:
    match value:
        case dict():
            for name, below in value.items():
                known = "<name>" if above in _BY_NAME else name
                yield from paths(below, f"{above}.{known}" if above else known)
        case list():
            yield f"{above}[]"
            for below in value:
                yield from paths(below, f"{above}[]")
        case _:
            yield above


@pytest.mark.parametrize("command", COMMANDS)
def test_the_keys_documented_are_those_written(command: str, written: dict[str, Any]) -> None:
    told = documented(f"`cssync {command} --json`")
    found = {re.sub(r"\.value(\[\])?$", ".value", key) for key in emitted(written[command])}
    assert told == found


def test_money_is_text(written: dict[str, Any]) -> None:
    totals = written["books"]["totals"]
    assert totals["arr"] == "12055276.00"
    assert all(isinstance(book["arr"], str) for book in written["books"]["books"])


def test_a_second_run_says_that_nothing_is_new(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    first, second = (answer_of(*_ARGUMENTS["run"], "--json") for _ in range(2))
    assert (first["status"], first["digest"]["title"]) == ("accepted", "CS capacity: 22 Nov 2026")
    assert (second["status"], second["digest"]) == ("repeated", None)
