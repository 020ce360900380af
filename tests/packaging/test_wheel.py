"""The wheel holds what runs, and nothing else."""

from __future__ import annotations

import configparser
import zipfile
from email import message_from_string
from email.message import Message
from pathlib import Path

import pytest

import cssync

ROOT = Path(__file__).parents[2]
PACKAGES = ("connectors", "cssync", "rules")


@pytest.fixture(scope="module")
def info(wheel: zipfile.Path) -> zipfile.Path:
    return wheel / f"cssync-{cssync.__version__}.dist-info"


@pytest.fixture(scope="module")
def metadata(info: zipfile.Path) -> Message:
    return message_from_string((info / "METADATA").read_text(encoding="utf-8"))


def test_it_has_three_packages_and_its_metadata_at_the_top(wheel: zipfile.Path, info: zipfile.Path) -> None:
    assert sorted(entry.name for entry in wheel.iterdir()) == sorted([*PACKAGES, info.name])


@pytest.mark.parametrize("package", PACKAGES)
def test_every_file_of_a_package_is_in_it(wheel: zipfile.Path, package: str) -> None:
    """Migrations and templates too: an installed cssync has no checkout to look into."""
    there = {path.relative_to(ROOT).as_posix() for path in (ROOT / package).rglob("*") if path.is_file()}
    wanted = {path for path in there if "__pycache__" not in path}
    assert sorted(path for path in wanted if not (wheel / path).is_file()) == []


@pytest.mark.parametrize("package", PACKAGES)
def test_type_checkers_of_others_see_its_types(wheel: zipfile.Path, package: str) -> None:
    assert (wheel / package / "py.typed").is_file()


def test_the_migrations_are_in_it(wheel: zipfile.Path) -> None:
    names = [name for name in wheel.root.namelist() if "/versions/" in name and name.endswith(".py")]
    assert names


def test_it_installs_the_command(info: zipfile.Path) -> None:
    scripts = configparser.ConfigParser()
    scripts.read_string((info / "entry_points.txt").read_text(encoding="utf-8"))
    assert dict(scripts["console_scripts"]) == {"cssync": "cssync.cli:main"}


def test_it_carries_its_licence(info: zipfile.Path, metadata: Message) -> None:
    assert metadata["License-Expression"] == "Apache-2.0"
    assert "Apache License" in (info / "licenses" / "LICENSE").read_text(encoding="utf-8")


def test_it_says_what_it_is(metadata: Message) -> None:
    assert metadata["Name"] == "cssync"
    assert metadata["Version"] == cssync.__version__
    assert metadata["Requires-Python"] == ">=3.11"
    assert metadata.get_all("Provides-Extra") == ["postgres", "rebalance", "sentry"]
