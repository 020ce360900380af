"""Gives a newcomer the one file to edit, and a place for the secrets, and says what comes next."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

import typer

from cssync.errors import ConfigError

MARK = "<- fill in"
_ONLY_MINE = 0o600
_DUTIES = ("onboarding", "training", "support", "services", "presales")
_SCOPE = re.compile(r"(?m)^  scope: .*$")


def init(
    source: Annotated[
        Literal["salesforce", "hubspot", "file", "demo"],
        typer.Option("--source", help="Where the accounts come from; demo needs nothing and works at once."),
    ] = "demo",
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The settings file to write.")] = Path(
        "config/cssync.yaml"
    ),
    scope: Annotated[
        str | None,
        typer.Option(
            "--scope", metavar="DUTIES", help=f"What CSMs do beside managing accounts: none, or {', '.join(_DUTIES)}."
        ),
    ] = None,
    *,
    force: Annotated[bool, typer.Option("--force", help="Replace a settings file that is there already.")] = False,
) -> None:
    """Write a commented settings file to start from.

    Beside it go a .env for the secrets, which is never replaced, and the schema with which editors complete names.
    """
    if out.exists() and not force:
        raise ConfigError(
            f"{out} is there already", remedy="edit it, or add --force to replace it, or choose another --out"
        )
    env = out.with_name(".env")
    schema = out.with_name("cssync.schema.json")
    kept = env.exists()
    settings = _template(f"{source}.yaml") if scope is None else _scoped(_template(f"{source}.yaml"), scope)
    with _said(out.parent):
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(settings, "utf-8")
        schema.write_text(_schema(), "utf-8")
        if not kept:
            _write_private(env, _template(f"{source}.env"))
    typer.echo(f"{out}: the settings, with comments")
    typer.echo(f"{env}: {'left as it was' if kept else 'for the secrets, readable by you alone'}")
    typer.echo(f"{schema}: lets editors complete and explain settings")
    typer.echo(f"\nNext: {_next(out, env, source, settings.count(MARK) - 1)}")


def _next(out: Path, env: Path, source: str, marked: int) -> str:
    option = "" if out == Path("config/cssync.yaml") else f" --config {out}"
    match source:
        case "demo":
            return f"run `cssync run --dry{option}` to see the digest of the demo company"
        case "file":
            return f"edit {out} (lines marked {MARK!r}), then run `cssync doctor{option}`"
        case _:
            return f"edit {out} ({marked} lines marked {MARK!r}) and {env}, then run `cssync doctor{option}`"


def _scoped(settings: str, scope: str) -> str:
    """*settings* with the one question answered that no CRM can answer (seed 38)."""
    said = [] if scope == "none" else [duty.strip() for duty in scope.split(",")]
    if unknown := [duty for duty in said if duty not in _DUTIES]:
        raise ConfigError(
            f"--scope: no duty {', '.join(unknown)}", remedy=f"say none, or any of {', '.join(_DUTIES)}, with commas"
        )
    return _SCOPE.sub(f"  scope: [{', '.join(said)}]", settings)


def _template(name: str) -> str:
    from importlib.resources import files

    return files("cssync.settings").joinpath("templates", name).read_text("utf-8")


def _schema() -> str:
    import orjson

    from cssync.settings.schema import schema

    return orjson.dumps(schema(), option=orjson.OPT_INDENT_2).decode() + "\n"


def _write_private(path: Path, text: str) -> None:
    """Never readable by others, not even between creating and chmod."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _ONLY_MINE)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(text)


@contextmanager
def _said(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigError(
            f"{error.filename or folder} cannot be written: {error.strerror}", remedy="choose another place with --out"
        ) from error
