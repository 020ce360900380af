"""The settings in force are listed whole, each with where it was said, and no secret among them."""

from __future__ import annotations

from pathlib import Path

from cssync.settings.load import load
from cssync.settings.show import Line, SecretLine, secret_lines, settings
from tests.builders import SCOPE


def lines(folder: Path, text: str, **environ: str) -> dict[str, Line]:
    (folder / "cssync.yaml").write_text(text if "team:" in text else text + SCOPE, "utf-8")
    return {line.setting: line for line in settings(load(folder / "cssync.yaml", environ, folder))}


def test_every_kind_of_value_is_shown_as_the_file_would_say_it(tmp_path: Path) -> None:
    shown = lines(
        tmp_path,
        "limits: {arr: 2500000.50, csms: {dana@acme.test: {accounts: 60}}}\n"
        "team: {scope: [support, training]}\n"
        "schedule: {at: 16:30}\n",
    )
    assert {
        name: (shown[name].value, shown[name].text)
        for name in (
            "limits.arr",
            "limits.csms.dana@acme.test.accounts",
            "limits.csms.dana@acme.test.arr",
            "team.scope",
            "money.rates",
            "schedule.at",
            "notify.console",
            "gate.recent_runs",
            "customers.arr.from",
            "store.path",
        )
    } == {
        "limits.arr": ("2500000.50", "2500000.50"),
        "limits.csms.dana@acme.test.accounts": ("60", "60"),
        "limits.csms.dana@acme.test.arr": (None, "null"),
        "team.scope": (["support", "training"], "[support, training]"),
        "money.rates": ({}, "{}"),
        "schedule.at": ("16:30", "16:30"),
        "notify.console": (True, "true"),
        "gate.recent_runs": (5, "5"),
        "customers.arr.from": ("field", "field"),
        "store.path": ("cssync.db", "cssync.db"),
    }


def test_each_line_says_where_its_value_comes_from(tmp_path: Path) -> None:
    shown = lines(tmp_path, "tenant: acme\n", CSSYNC__LOG__LEVEL="debug")
    assert shown["tenant"].origin == "cssync.yaml:1"
    assert shown["log.level"].origin == "environment CSSYNC__LOG__LEVEL"
    assert shown["timezone"].origin == "default"


def test_a_secret_is_shown_by_where_it_was_set_or_that_it_is_missing(tmp_path: Path) -> None:
    environ = {"HUBSPOT_TOKEN": "CANARY", "CSSYNC__SOURCE__KIND": "salesforce", "CSSYNC__SOURCE__USERNAME": "u"}
    found = {line.variable: line for line in secret_lines(load(None, environ, tmp_path))}
    assert found["HUBSPOT_TOKEN"] == SecretLine("HUBSPOT_TOKEN", "environment HUBSPOT_TOKEN", missing=False)
    assert found["SALESFORCE_CLIENT_ID"] == SecretLine("SALESFORCE_CLIENT_ID", None, missing=True)
    assert found["SLACK_BOT_TOKEN"] == SecretLine("SLACK_BOT_TOKEN", None, missing=False)
