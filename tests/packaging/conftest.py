"""Both distributions, built the way a release builds them: the wheel from the sdist, not from the checkout."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sdist, unpacked."""
    folder = tmp_path_factory.mktemp("sdist")
    archive = _build(ROOT, folder, "sdist", "*.tar.gz")
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return folder / archive.name.removesuffix(".tar.gz")


@pytest.fixture(scope="session")
def wheel(sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> zipfile.Path:
    return zipfile.Path(_build(sdist, tmp_path_factory.mktemp("wheel"), "wheel", "*.whl"))


def _build(source: Path, folder: Path, target: str, pattern: str) -> Path:
    command = [sys.executable, "-m", "hatchling", "build", "--target", target, "--directory", str(folder)]
    subprocess.run(command, cwd=source, check=True, capture_output=True)  # noqa: S603  our own build
    (built,) = folder.glob(pattern)
    return built
