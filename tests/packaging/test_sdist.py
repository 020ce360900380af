"""The sdist is the whole project: whoever has it can build, test and run it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "path",
    [
        "pyproject.toml",
        "uv.lock",
        "Makefile",
        "LICENSE",
        "README.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        ".ci/run",
        ".ci/audit",
        ".ci/bootstrap",
        ".ci/wheel-check",
        "config/cssync.reference.yaml",
        "config/cssync.schema.json",
        "deploy/compose.yaml",
        "deploy/docker/Dockerfile",
        "deploy/kubernetes/base/kustomization.yaml",
        "deploy/systemd/cssync-.service.d/sandbox.conf",
        "deploy/systemd/cssync-night.timer",
        ".dockerignore",
        "tests/packaging/test_sdist.py",
        "tests/schedule/program.py",
    ],
)
def test_the_sdist_holds(sdist: Path, path: str) -> None:
    assert (sdist / path).is_file()


def test_scripts_stay_executable(sdist: Path) -> None:
    for script in sorted((sdist / ".ci").iterdir()):
        assert script.stat().st_mode & 0o111, script.name


def test_every_tracked_file_is_in_the_sdist(sdist: Path) -> None:
    """A new top-level folder that the sdist's list does not name would be lost without a word."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached"],  # noqa: S607  git is a prerequisite
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    tracked = {name for name in listed.split("\0") if name and (ROOT / name).exists()}
    assert sorted(name for name in tracked if not (sdist / name).exists()) == []


def test_nothing_private_or_built_is_in_the_sdist(sdist: Path) -> None:
    names = [path.name for path in sdist.rglob("*")]
    assert [name for name in names if name in {".env", "__pycache__", ".venv"} or name.endswith((".pyc", ".db"))] == []
