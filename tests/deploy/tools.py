"""Runs the tools that this environment brings along, and says what they print."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path


def run(
    *command: str | Path, folder: Path | None = None, environ: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """What *command* says, whether it fails or not."""
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder, env=environ)  # noqa: S603  ours


def tool(name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The same for a program that is installed beside Python."""
    return run(Path(sys.executable).with_name(name), *arguments)
