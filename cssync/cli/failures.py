"""Turns every way in which a command can end badly into a message, a remedy and an exit code."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from traceback import extract_tb, format_exception

import typer

from cssync.errors import CssyncError, ExitCode

DEBUG_VARIABLE = "CSSYNC_DEBUG"
_DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
# What a shell reports for a program that SIGPIPE ended.
_BROKEN_PIPE = 141


@contextmanager
def told() -> Iterator[None]:
    """Tell the operator on stderr, and raise typer.Exit with the code that the error carries."""
    try:
        try:
            yield
        finally:
            sys.stdout.flush()
    except CssyncError as error:
        _say(f"cssync: {error}")
        raise typer.Exit(error.exit_code) from error
    except BrokenPipeError as error:
        # The reader of our output has left (`cssync books | head`). Python would complain again as it closes stdout.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(_BROKEN_PIPE) from error
    except (typer.Exit, typer.Abort, typer.TyperException):
        raise
    except Exception as error:  # the outermost boundary: whatever else gets here is a bug of ours
        if isinstance(error, OSError) and error.errno in _DISK_FULL:
            where = f" ({error.filename})" if error.filename else ""
            _say(f"cssync: {error.strerror}{where}\n  -> free some space, then run it again")
            raise typer.Exit(ExitCode.CONFIG) from error
        _tell_of_bug(error)
        _report(error)
        raise typer.Exit(ExitCode.BUG) from error


def _tell_of_bug(error: Exception) -> None:
    if os.environ.get(DEBUG_VARIABLE):
        _say("".join(format_exception(error)))
        remedy = "report it with the traceback above"
    elif sys.stderr.isatty():
        remedy = f"run it again with {DEBUG_VARIABLE}=1 to see the traceback, and report it"
    else:
        # Nobody watches, and the night may not fail the same way twice: the log keeps the traceback, in one line.
        from cssync.log import without_messages

        _say(json.dumps({"event": "bug", "level": "error", "traceback": without_messages(error)}))
        remedy = "report it with the traceback in the log line above"
    at = extract_tb(error.__traceback__)[-1]
    _say(
        f"cssync: stopped by a bug: {type(error).__name__} in {Path(at.filename).name}, line {at.lineno}\n  -> {remedy}"
    )


def _report(error: Exception) -> None:
    from cssync.operations import bugs

    bugs.report(error)


def _say(text: str) -> None:
    # Masked once more: an exception from a library may quote what it was given. And a message may quote the CRM.
    from cssync.log import mask
    from cssync.model.text import harmless

    sys.stderr.write(harmless(mask(text)) + "\n")
