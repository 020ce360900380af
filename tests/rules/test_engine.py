"""The engine runs what is switched on, and every rule has a section in the settings and a row of the seeds."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

import rules
from cssync.settings.model import Settings
from cssync.settings.rules import Rules
from rules.base import Rule
from rules.engine import RULES, evaluate
from tests.nights import Nights, account, many, pull_of, settings


def test_a_rule_that_is_switched_off_finds_nothing() -> None:
    rows = [*many(51, amount=10_000), account("a", None)]
    off = settings(rules={"accounts_over_limit": {"enabled": False}})
    assert {f.rule for f in evaluate(Nights().walk(pull_of(rows)).context())} == {
        "accounts_over_limit",
        "without_working_csm",
    }
    assert {f.rule for f in evaluate(Nights(off).walk(pull_of(rows)).context())} == {"without_working_csm"}


def test_a_company_within_its_limits_has_no_findings() -> None:
    assert list(evaluate(Nights().walk(pull_of([*many(50, amount=10_000), *many(3, "U2", 50_000)])).context())) == []


def test_every_rule_has_its_section_in_the_settings() -> None:
    assert {rule.id for rule in RULES} == set(Rules.model_fields)
    assert all(getattr(Settings().rules, rule.id).enabled for rule in RULES)


def test_every_module_that_holds_a_rule_is_run() -> None:
    modules = (importlib.import_module(f"rules.{found.name}") for found in pkgutil.iter_modules(rules.__path__))
    held = {module.RULE for module in modules if isinstance(getattr(module, "RULE", None), Rule)}
    assert held == set(RULES)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_rule_opens_with_its_reason_and_the_rows_it_rests_on(rule: Rule) -> None:
    doc = importlib.import_module(f"rules.{rule.id}").__doc__ or ""
    assert doc.startswith("Flags ")
    assert rule.seeds
    assert any(f"eed {seed}" in doc or f"eeds {seed}" in doc for seed in rule.seeds)
