"""The command line. Importing this package costs nothing; `main` imports what it needs."""

from __future__ import annotations


def main() -> None:
    """Run the command that the arguments name, and leave with its exit code."""
    from cssync.cli.app import app

    app(prog_name="cssync")
