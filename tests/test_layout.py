"""The house keeps its shape: layers, names of its own, tests that mirror the tree."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata
from pathlib import Path
from types import ModuleType

import pytest

import connectors
import cssync
import rules

ROOT = Path(__file__).parents[1]
PACKAGES = ("cssync", "connectors", "rules")


def test_nobody_imports_what_is_above_or_beside_them() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    found = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)  # noqa: S603  a dev dependency
    assert found.returncode == 0, found.stdout


@pytest.mark.parametrize("package", [cssync, connectors, rules])
def test_no_other_distribution_claims_our_names(package: ModuleType) -> None:
    """``connectors`` and ``rules`` are common words: a dependency that shipped one would shadow ours."""
    claimed_by = metadata.packages_distributions().get(package.__name__, [])  # an editable install claims nothing
    assert set(claimed_by) <= {"cssync"}
    assert Path(str(package.__file__)).parent == ROOT / package.__name__


@pytest.mark.parametrize("package", PACKAGES)
def test_our_packages_are_marked_as_typed(package: str) -> None:
    assert (ROOT / package / "py.typed").is_file()


def test_tests_are_no_packages() -> None:
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_config_is_data_only() -> None:
    assert list((ROOT / "config").rglob("*.py")) == []


def test_every_module_says_why_it_exists() -> None:
    modules = [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]
    silent = [path for path in modules if not path.read_text(encoding="utf-8").startswith(('"""', 'r"""'))]
    assert silent == []
