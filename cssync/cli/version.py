"""Shows what a report of a bug has to say: which cssync, on which Python, with which libraries."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of

import typer

from cssync import __version__

_LIBRARIES = ("hubspot-api-client", "polars", "pydantic", "simple-salesforce", "slack-sdk", "sqlalchemy", "typer")


def version() -> None:
    """Show the versions of cssync and of what it stands on."""
    typer.echo(f"cssync {__version__}")
    typer.echo(f"Python {platform.python_version()} on {platform.platform()}")
    for name in _LIBRARIES:
        typer.echo(f"{name} {_installed(name)}")


def _installed(name: str) -> str:
    try:
        return version_of(name)
    except PackageNotFoundError:
        return "not installed"
