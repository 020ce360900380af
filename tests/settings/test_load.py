"""Where settings come from, which of several places wins, and what is said of each."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from pathlib import Path

import pytest

from cssync.errors import ConfigError, ExitCode
from cssync.settings.load import find, load
from cssync.settings.loaded import Loaded
from cssync.settings.model import Settings
from cssync.settings.source import FileSource, SalesforceSource
from tests.builders import SCOPE


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def loaded(folder: Path, text: str, **environ: str) -> Loaded:
    write(folder / "config/cssync.yaml", text if "team:" in text else text + SCOPE)
    return load(None, environ, folder)


def test_without_any_file_the_defaults_hold_on_the_demo_company(tmp_path: Path) -> None:
    found = load(None, {}, tmp_path)
    assert found.settings == Settings()
    assert found.settings.source == FileSource(folder=None)
    assert (found.file, found.folder, found.origin("limits.arr")) == (None, tmp_path, "default")


def test_the_named_file_wins_over_the_variable_over_the_local_file_over_the_system_file(tmp_path: Path) -> None:
    named = write(tmp_path / "named.yaml", "tenant: named\n")
    by_variable = write(tmp_path / "variable.yaml", "tenant: variable\n")
    local = write(tmp_path / "config/cssync.yaml", "tenant: local\n")
    system = write(tmp_path / "etc/cssync.yaml", "tenant: system\n")
    variable = {"CSSYNC_CONFIG": "variable.yaml"}
    assert find(Path("named.yaml"), variable, tmp_path, system) == named
    assert find(None, variable, tmp_path, system) == by_variable
    assert find(None, {}, tmp_path, system) == local
    local.unlink()
    assert find(None, {}, tmp_path, system) == system
    system.unlink()
    assert find(None, {}, tmp_path, system) is None


@pytest.mark.parametrize("environ", [{}, {"CSSYNC_CONFIG": "nowhere.yaml"}])
def test_a_named_file_that_is_missing_is_an_error_and_not_a_default(tmp_path: Path, environ: dict[str, str]) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.yaml does not exist") as caught:
        load(None if environ else Path("nowhere.yaml"), environ, tmp_path)
    assert caught.value.exit_code == ExitCode.CONFIG
    assert "cssync init --out nowhere.yaml" in caught.value.remedy


def test_a_folder_is_no_settings_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="is a folder"):
        load(tmp_path, {}, tmp_path)


def test_a_file_that_cannot_be_looked_up_is_an_error_and_not_a_default(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be looked up: File name too long"):
        load(Path("x" * 300), {}, tmp_path)


def test_a_file_that_is_not_utf_8_is_refused_with_the_byte(tmp_path: Path) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"tenant: M\xfcller\n")
    with pytest.raises(ConfigError, match=r"latin\.yaml is not UTF-8 text \(byte 10\)"):
        load(Path("latin.yaml"), {}, tmp_path)


def test_a_byte_order_mark_is_no_part_of_the_first_setting(tmp_path: Path) -> None:
    (tmp_path / "bom.yaml").write_bytes(b"\xef\xbb\xbftenant: acme\nteam: {scope: []}\n")
    assert load(Path("bom.yaml"), {}, tmp_path).settings.tenant == "acme"


def test_numbers_are_exact_and_times_are_as_written(tmp_path: Path) -> None:
    settings = loaded(tmp_path, "gate: {max_drop: 0.1}\nlimits: {arr: 2_500_000.10}\nschedule: {at: 16:30}\n").settings
    assert settings.gate.max_drop == Decimal("0.1")
    assert settings.limits.arr == Decimal("2500000.10")
    assert settings.schedule.at == time(16, 30)


def test_an_unquoted_version_is_text(tmp_path: Path) -> None:
    source = loaded(tmp_path, "source: {kind: salesforce, username: u, api_version: 62.0}\n").settings.source
    assert isinstance(source, SalesforceSource)
    assert source.api_version == "62.0"


def test_a_section_left_blank_keeps_its_defaults(tmp_path: Path) -> None:
    text = "limits:\n  # arr: 1\nmoney:\n  rates:\nteam:\n  scope: []\n  pools:\nnotify:\n  slack:\n"
    assert loaded(tmp_path, text).settings == Settings()


def test_a_setting_left_blank_that_may_not_be_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"limits\.arr: expected a number, greater than 0 \(got nothing\)"):
        loaded(tmp_path, "limits:\n  arr:\n")


def test_every_setting_in_the_file_has_its_line_and_the_rest_is_default(tmp_path: Path) -> None:
    found = loaded(
        tmp_path, "limits:\n  csms:\n    dana@acme.test: {accounts: 60}\ncustomers:\n  arr:\n    from: field\n"
    )
    assert found.origin("limits.csms.dana@acme.test.accounts") == "config/cssync.yaml:3"
    assert found.origin("customers.arr.from") == "config/cssync.yaml:6"
    assert found.origin("limits.accounts") == "default"


def test_relative_paths_are_relative_to_the_file(tmp_path: Path) -> None:
    assert loaded(tmp_path, "").folder == tmp_path / "config"


def test_the_environment_wins_over_the_file_and_says_so(tmp_path: Path) -> None:
    found = loaded(tmp_path, "gate:\n  max_drop: 0.1\n  recent_runs: 7\n", CSSYNC__GATE__MAX_DROP="0.5")
    assert (found.settings.gate.max_drop, found.settings.gate.recent_runs) == (Decimal("0.5"), 7)
    assert found.origin("gate.max_drop") == "environment CSSYNC__GATE__MAX_DROP"
    assert found.origin("gate.recent_runs") == "config/cssync.yaml:3"


def test_the_environment_can_set_what_the_file_does_not_name(tmp_path: Path) -> None:
    found = load(
        None,
        {
            "CSSYNC__NOTIFY__SLACK__CHANNEL": "#cs-capacity",
            "CSSYNC__TEAM__SCOPE": "[support]",
            "CSSYNC__MONEY__RATES__EUR": "1.08",
            "CSSYNC__CUSTOMERS__ARR__FROM": "won_opportunities",
        },
        tmp_path,
    )
    assert found.settings.notify.slack.channel == "#cs-capacity"
    assert found.settings.team.scope == ("support",)
    assert found.settings.money.rates == {"EUR": Decimal("1.08")}
    assert found.settings.customers.arr.from_ == "won_opportunities"
    assert found.origin("team.scope") == "environment CSSYNC__TEAM__SCOPE"
    assert found.origin("money.rates.EUR") == "environment CSSYNC__MONEY__RATES__EUR"


def test_a_whole_section_from_the_environment_replaces_the_one_in_the_file(tmp_path: Path) -> None:
    found = loaded(tmp_path, "money:\n  rates: {EUR: 1, GBP: 2}\n", CSSYNC__MONEY__RATES="{CHF: 3}")
    assert found.settings.money.rates == {"CHF": Decimal(3)}
    assert found.origin("money.rates.CHF") == "environment CSSYNC__MONEY__RATES"


def test_an_empty_override_counts_as_absent(tmp_path: Path) -> None:
    assert loaded(tmp_path, "tenant: acme\n", CSSYNC__TENANT="").settings.tenant == "acme"


def test_an_unknown_override_is_refused_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(
        ConfigError, match=r"environment CSSYNC__LIMIT__ARR: limit: unknown setting; did you mean limits"
    ):
        load(None, {"CSSYNC__LIMIT__ARR": "1"}, tmp_path)


@pytest.mark.parametrize("name", ["CSSYNC__", "CSSYNC__LIMITS__", "CSSYNC____ARR"])
def test_an_override_without_a_setting_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match=f"environment {name}: not a setting"):
        load(None, {name: "1"}, tmp_path)


def test_an_override_of_something_inside_a_single_value_replaces_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"environment CSSYNC__TENANT__NAME: tenant: expected text \(got a section\)"):
        loaded(tmp_path, "tenant: acme\n", CSSYNC__TENANT__NAME="x")


def test_a_source_with_a_folder_is_a_source_of_files(tmp_path: Path) -> None:
    """What ``cssync demo`` names as the next step must be enough."""
    loaded = load(None, {"CSSYNC__SOURCE__FOLDER": "exports"}, tmp_path)
    assert isinstance(loaded.settings.source, FileSource)
    assert loaded.settings.source.folder == Path("exports")
