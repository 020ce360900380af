"""Settings said at the command line: they win over all else, and are refused as all else is."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from cssync.errors import ConfigError
from cssync.settings.load import load
from tests.builders import SCOPE


def test_what_is_said_wins_over_file_and_environment_and_its_origin_says_so(tmp_path: Path) -> None:
    file = tmp_path / "cssync.yaml"
    file.write_text(f"limits: {{accounts: 40, arr: 1000}}\n{SCOPE}", "utf-8")
    found = load(file, {"CSSYNC__LIMITS__ACCOUNTS": "45"}, tmp_path, ["limits.accounts=60"])
    assert (found.settings.limits.accounts, found.origin("limits.accounts")) == (Decimal(60), "--set")
    assert (found.settings.limits.arr, found.origin("limits.arr")) == (Decimal(1000), "cssync.yaml:1")


def test_names_in_tables_may_have_dots_of_their_own(tmp_path: Path) -> None:
    said = ["limits.csms.dana@acme.test.arr=5", "limits.complexity.Pro v2.1=1.5", "team.scope=[support, training]"]
    settings = load(None, {}, tmp_path, said).settings
    assert settings.limits.csms["dana@acme.test"].arr == 5
    assert settings.limits.complexity == {"Pro v2.1": Decimal("1.5")}
    assert settings.team.scope == ("support", "training")


def test_a_name_in_a_table_is_the_one_of_the_file_in_whatever_case_it_is_said(tmp_path: Path) -> None:
    file = tmp_path / "cssync.yaml"
    file.write_text(f"limits: {{segments: {{SMB: {{accounts: 100}}}}}}\n{SCOPE}", "utf-8")
    assert load(file, {}, tmp_path, ["limits.segments.smb.accounts=90"]).settings.limits.segments["SMB"].accounts == 90


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("limits.acounts=60", r"--set: limits\.acounts: unknown setting; did you mean accounts\?"),
        ("rules.accounts_over_limt.enabled=no", "did you mean accounts_over_limit"),
        (
            "limits.csms.dana@acme.test.arrr=3",
            r"limits\.csms\.dana@acme\.test\.arrr: unknown setting; did you mean arr",
        ),
        ("limits.accounts=many", r"limits\.accounts: expected a number, greater than 0 \(got text\)"),
        ("limits.accounts.smb=3", "expected a number"),
        ("limits.accounts", "'limits.accounts' is not SETTING=VALUE"),
        ("=3", "is not SETTING=VALUE"),
        ("rules.trending_to_ceiling.clear_under=0.9", "clear_under must not be above fire_at"),
    ],
)
def test_what_is_wrong_is_named_with_what_was_probably_meant(tmp_path: Path, said: str, answer: str) -> None:
    with pytest.raises(ConfigError, match=answer):
        load(None, {}, tmp_path, [said])
