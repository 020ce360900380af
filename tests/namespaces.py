"""Process 1 without a container: from it the kernel hides every signal that it has no handler for."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest


def new_pid_namespace() -> list[str]:
    """What to put before a command so that it is process 1. Skips the test where the kernel lets nobody."""
    unshare = shutil.which("unshare")
    for rights in ([], ["--user", "--map-root-user"]):
        command = [unshare or "", *rights, "--pid", "--fork", "--kill-child"]
        if unshare and subprocess.run([*command, "true"], check=False, capture_output=True).returncode == 0:  # noqa: S603  looked up above
            return command
    pytest.skip("this kernel lets us create no PID namespace")


def child_of(process: subprocess.Popen[str]) -> int:
    """The number, outside, of what was started so."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii").split()
    return int(children[0])
