"""Runs a program as systemd would under SystemCallFilter= and MemoryDenyWriteExecute=: jail.py CALL... -- PROGRAM..."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import sys

import pyseccomp

_PR_SET_MDWE = 65  # Linux 6.3


def main(words: list[str]) -> None:
    end = words.index("--")
    program = words[end + 1 :]
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_MDWE, 1, 0, 0, 0):
        sys.exit(f"PR_SET_MDWE: {os.strerror(ctypes.get_errno())}")
    jail = pyseccomp.SyscallFilter(pyseccomp.ERRNO(errno.EPERM))
    for call in words[:end]:
        with contextlib.suppress(OSError, ValueError, RuntimeError):  # a call of another processor
            jail.add_rule(pyseccomp.ALLOW, call)
    jail.load()
    os.execv(program[0], program)  # noqa: S606  what this is for


main(sys.argv[1:])
