"""The environment as cssync sees it: the process's own, over a folder of secrets, over the `.env` files."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from dotenv.parser import parse_stream

from cssync.errors import ConfigError
from cssync.settings.problems import Problem, refuse

FILE_SUFFIX = "_FILE"
FOLDER_VARIABLE = "CSSYNC_SECRETS"
_OTHERS_MAY_READ = 0o077


@dataclass(frozen=True, slots=True)
class Variable:
    """*origin*: "environment NAME", "CSSYNC_SECRETS NAME" or "config/.env:3 NAME".

    *folder*: what a relative path in it is relative to.
    """

    value: str
    origin: str
    folder: Path


@dataclass(frozen=True, slots=True)
class Environment:
    variables: Mapping[str, Variable]
    warnings: tuple[str, ...] = ()


def read(environ: Mapping[str, str], files: Iterable[Path], cwd: Path) -> Environment:
    """Merge *environ* over the folder that its CSSYNC_SECRETS names, and both over *files*.

    Each file of that folder is a secret named like its variable, as containers and systemd hand them in. Of *files*
    earlier ones win, and absent ones are passed over.

    A variable without a value counts as absent, since containers hand on what they do not have. One that is set as NAME
    hides NAME_FILE of the places behind it, and the other way round.
    """
    merged: dict[str, Variable] = {}
    warnings: list[str] = []
    own = {name: Variable(value, f"environment {name}", cwd) for name, value in environ.items() if value}
    layers = [own]
    if folder := environ.get(FOLDER_VARIABLE):
        layers.append(_of_folder(cwd / folder))
    for file in dict.fromkeys(file.resolve() for file in files):
        if file.is_file():
            layers.append(_of_file(file, cwd))
            if file.stat().st_mode & _OTHERS_MAY_READ:
                warnings.append(f"{shown(file, cwd)} can be read by others: chmod 600 {shown(file, cwd)}")
    for layer in layers:
        known = {_base(name) for name in merged}
        merged |= {name: variable for name, variable in layer.items() if _base(name) not in known}
    return Environment(merged, tuple(warnings))


def shown(path: Path, cwd: Path) -> str:
    """*path* as the operator would type it in *cwd*."""
    return os.fspath(path.relative_to(cwd)) if path.is_relative_to(cwd) else os.fspath(path)


def _of_folder(folder: Path) -> dict[str, Variable]:
    """NAME_FILE for each file: only what is asked for is opened. Kubernetes keeps links of its own there, "..data"."""
    try:
        names = sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith(".") and entry.is_file())
    except OSError as error:
        raise ConfigError(
            f"environment {FOLDER_VARIABLE}: {folder} cannot be listed: {error.strerror}",
            remedy="name a folder that holds one file a secret, called like its variable: HUBSPOT_TOKEN",
        ) from error
    return {name + FILE_SUFFIX: Variable(name, f"{FOLDER_VARIABLE} {name}", folder) for name in names}


def _of_file(file: Path, cwd: Path) -> dict[str, Variable]:
    name = shown(file, cwd)
    found: dict[str, Variable] = {}
    problems: list[Problem] = []
    try:
        with file.open(encoding="utf-8-sig") as stream:
            bindings = list(parse_stream(stream))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        bindings = []
        problems.append(Problem(name, f"cannot be read: {reason}"))
    for binding in bindings:
        if binding.error:
            problems.append(Problem(f"{name}:{binding.original.line}", "expected NAME=value"))
        elif binding.key and binding.value:
            origin = f"{name}:{_first_line(binding.original.string, binding.original.line)} {binding.key}"
            found[binding.key] = Variable(binding.value, origin, file.parent)
    refuse(problems, f"correct {name}: one NAME=value a line, values with blanks in quotes")
    return found


def _first_line(text: str, line: int) -> int:
    """A binding begins with the blank lines above it."""
    return line + len(text) - len(text.lstrip("\n"))


def _base(name: str) -> str:
    return name.removesuffix(FILE_SUFFIX)
