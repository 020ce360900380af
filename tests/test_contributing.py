"""Holds CONTRIBUTING.md true: each file that it tells a newcomer to write is there for everything that exists."""

from __future__ import annotations

import pkgutil
import re
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import get_args

import pytest

import rules
from cssync import notify
from cssync.settings.notify import Notify
from cssync.settings.source import Source
from rules.base import Rule

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")

CONNECTORS = sorted(get_args(source.model_fields["kind"].annotation)[0] for source in get_args(get_args(Source)[0]))
# The other sections under notify say when, and how often.
NOTIFIERS = sorted(set(Notify.model_fields) - {"quiet", "weekly"})
RULE_MODULES = {
    name: module
    for name, module in (
        (found.name, import_module(f"rules.{found.name}")) for found in pkgutil.iter_modules(rules.__path__)
    )
    if isinstance(getattr(module, "RULE", None), Rule)
}
EXISTING = {"<rule>": sorted(RULE_MODULES), "<connector>": CONNECTORS, "<notifier>": NOTIFIERS}

# Steps that a member may leave out, as the text beside them says.
LEFT_OUT = {"tests/emulators/file/"}


def files_named() -> list[str]:
    """Every path in backticks, once for each rule, connector or notifier where it has a placeholder."""
    quoted = set(re.findall(r"`(\.?[a-z][\w./<>-]*/[\w./<>-]*)`", TEXT))
    paths: list[str] = []
    for path in sorted(quoted):
        placeholder = next((name for name in EXISTING if name in path), None)
        paths += [path.replace(placeholder, name) for name in EXISTING[placeholder]] if placeholder else [path]
    return [path for path in paths if path not in LEFT_OUT]


@pytest.mark.parametrize("path", files_named())
def test_a_file_that_the_steps_name_exists(path: str) -> None:
    wanted = ROOT / path
    if path.endswith("/"):
        assert wanted.is_dir()
    else:
        assert wanted.exists() or wanted.with_suffix(".py").is_file()


def test_the_steps_were_read() -> None:
    """A change of the text's form must not leave the test above with nothing to do."""
    assert {
        "rules/arr_over_limit.py",
        "connectors/hubspot/",
        "tests/connectors/harness_file.py",
        "cssync/notify/slack",
        ".ci/run",
    } <= set(files_named())


def test_every_make_target_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))
    assert {"install", "check"} <= set(re.findall(r"(?:`|\$ )make ([a-z-]+)", TEXT)) <= targets


@pytest.mark.parametrize(("name", "module"), sorted(RULE_MODULES.items()), ids=sorted(RULE_MODULES))
def test_a_rule_bears_the_name_of_its_module(name: str, module: ModuleType) -> None:
    assert module.RULE.id == name


@pytest.mark.parametrize("rule", sorted(RULE_MODULES))
def test_a_rule_has_its_class_of_tests(rule: str) -> None:
    tests = (path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "rules").glob("test_*.py"))
    wanted = f"\nclass Test{rule.title().replace('_', '')}:"
    assert sum(text.count(wanted) for text in tests) == 1


@pytest.mark.parametrize("kind", CONNECTORS)
def test_a_connector_is_exported_by_its_package(kind: str) -> None:
    package = import_module(f"connectors.{kind}")
    assert callable(getattr(package, f"{kind.capitalize()}Connector"))


@pytest.mark.parametrize("kind", CONNECTORS)
def test_a_connector_offers_a_harness_to_the_contract_suite(kind: str) -> None:
    harness = import_module(f"tests.connectors.harness_{kind}")
    offered = getattr(harness, "HARNESSES", None) or (harness.HARNESS,)
    assert all(each.name.startswith(kind) for each in offered)


def notifiers() -> list[str]:
    """The class of every way to send, by name."""
    modules = (import_module(found.name) for found in pkgutil.walk_packages(notify.__path__, "cssync.notify."))
    return sorted({name for module in modules for name in vars(module) if name.endswith("Notifier")} - {"Notifier"})


@pytest.mark.parametrize("notifier", [name for name in notifiers() if name != "ConsoleNotifier"])
def test_a_notifier_is_held_to_the_tables(notifier: str) -> None:
    fixtures = (ROOT / "tests" / "notify" / "conftest.py").read_text(encoding="utf-8")
    (makers,) = re.findall(r"@pytest.fixture\(params=\[([\w, ]+)\]", fixtures)
    made = {
        made for maker in makers.split(", ") for made in re.findall(rf"def {maker}\(.*?-> (\w+):", fixtures, re.DOTALL)
    }
    assert notifier in made


def test_the_newest_version_has_an_entry_in_the_changelog() -> None:
    from cssync import __version__

    assert f"\n## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
