"""Finds the settings file, lays the environment over it, and refuses the whole when any of it is wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import get_args

from pydantic import ValidationError

from cssync.errors import ConfigError
from cssync.settings import assignments, environment, explain, fields, secrets, yaml
from cssync.settings.environment import Environment, shown
from cssync.settings.loaded import Loaded
from cssync.settings.model import Settings
from cssync.settings.problems import Problem, refuse
from cssync.settings.team import Duty
from cssync.settings.yaml import Document, Key, Value, dotted

PATH_VARIABLE = "CSSYNC_CONFIG"
OVERRIDE = "CSSYNC__"
LOCAL_FILE = Path("config/cssync.yaml")
SYSTEM_FILE = Path("/etc/cssync/cssync.yaml")
# What no default can know of a company; the embedded demo company, which needs no file, has it by default.
_MUST_BE_SAID: Mapping[Key, str] = {
    ("team", "scope"): "say what CSMs do beside managing their accounts (seed 38), as it lowers what they can carry: "
    f"[] for nothing, or any of {', '.join(get_args(Duty))}"
}


def load(path: Path | None, environ: Mapping[str, str], cwd: Path, said: Iterable[str] = ()) -> Loaded:
    """Return the settings in force: those of *path* or of the first file found, else the defaults.

    *said*: ``limits.accounts=60``, each laid over all else.

    Raises ConfigError, with every problem of one kind at once, for a file that is missing, broken or unreadable, for
    unknown or wrong settings, and for secrets that cannot be read or stand where they do not belong.
    """
    file = find(path, environ, cwd)
    folder = file.resolve().parent if file else cwd
    variables = environment.read(environ, [folder / ".env", cwd / ".env"], cwd)
    name = shown(file, cwd) if file else "settings"
    document = _overridden(yaml.parse(_text(file, name), name) if file else Document(), variables)
    for each in said:
        key, value, place = assignments.parse(each)
        _put(document, _as_spelled(document, key), value, place)
    settings = _settings(document, name, required=_MUST_BE_SAID if file else {})
    found, origins = secrets.read(variables)
    return Loaded(
        settings=settings,
        secrets=found,
        folder=folder,
        file=file,
        origins=_leaves(document.values, document.places) | origins,
        warnings=variables.warnings,
    )


def find(path: Path | None, environ: Mapping[str, str], cwd: Path, system_file: Path = SYSTEM_FILE) -> Path | None:
    """The file to read; None when nobody named one and none lies where it is looked for."""
    if path is not None:
        return _existing(cwd / path, f"--config {path}", cwd)
    if named := environ.get(PATH_VARIABLE):
        return _existing(cwd / named, f"{PATH_VARIABLE}={named}", cwd)
    return next((file for file in (cwd / LOCAL_FILE, system_file) if _is_file(file)), None)


def _existing(file: Path, said: str, cwd: Path) -> Path:
    if not _is_file(file):
        what = "is a folder" if file.is_dir() else "does not exist"
        raise ConfigError(
            f"{said}: {shown(file, cwd)} {what}",
            remedy=f"name an existing settings file, or create one with `cssync init --out {shown(file, cwd)}`",
        )
    return file


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError as error:
        # Such as a folder that this user may not look into: there may be settings in it, so defaults would be a guess.
        raise ConfigError(
            f"{path} cannot be looked up: {error.strerror}",
            remedy="let this user into that folder, or name another file",
        ) from error


def _text(file: Path, name: str) -> str:
    try:
        return file.read_text("utf-8-sig")
    except OSError as error:
        raise ConfigError(f"{name} cannot be read: {error.strerror}", remedy="let this user read the file") from error
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"{name} is not UTF-8 text (byte {error.start + 1})", remedy="save the file as UTF-8 in your editor"
        ) from error


def _overridden(document: Document, variables: Environment) -> Document:
    """*document* with every CSSYNC__SECTION__KEY laid over it."""
    for name, variable in sorted(variables.variables.items()):
        if name.startswith(OVERRIDE):
            key = _setting(name)
            place = variable.origin
            refuse([] if all(key) else [Problem(place, "not a setting")], "write CSSYNC__SECTION__KEY=value")
            _put(document, key, yaml.parse_value(variable.value, place), place)
    return document


def _setting(name: str) -> Key:
    """The setting that a variable means. Names in tables (limits.csms) keep their case, settings are lower case."""
    key: list[str | int] = []
    for part in name.removeprefix(OVERRIDE).split("__"):
        key.append(part if fields.at(*key).is_table else part.lower())
    return tuple(key)


def _put(document: Document, key: Key, value: Value, place: str) -> None:
    here = document.values
    for end in range(1, len(key)):
        below = here.get(str(key[end - 1]))
        if not isinstance(below, dict):
            below = {}
            here[str(key[end - 1])] = below
            document.places[key[:end]] = place
        here = below
    for known in [known for known in document.places if known[: len(key)] == key]:
        del document.places[known]
    here[str(key[-1])] = value
    document.places.update(dict.fromkeys(_keys(value, key), place))


def _as_spelled(document: Document, key: Key) -> Key:
    """*key* with the names in tables (limits.segments) as the document has them, in whatever case they were said."""
    spelled: list[str | int] = []
    here: Value = document.values
    for part in key:
        known = here if isinstance(here, dict) else {}
        spelled.append(next((name for name in known if name.casefold() == str(part).casefold()), part))
        here = known.get(str(spelled[-1]))
    return tuple(spelled)


def _settings(document: Document, name: str, required: Mapping[Key, str]) -> Settings:
    problems = [*explain.leaks(document.values, document.places), *explain.unsaid(required, document, name)]
    known = {problem.setting for problem in problems}
    try:
        settings = Settings.model_validate(document.values)
    except ValidationError as error:
        found = explain.problems(error, document.values, document.places, name)
        problems += [problem for problem in found if problem.setting not in known]
    refuse(
        sorted(problems, key=_line),
        "correct each line, then run `cssync config show`; every setting is in `cssync config reference`",
    )
    return settings


def _line(problem: Problem) -> tuple[str, int]:
    name, _, line = problem.where.rpartition(":")
    return (name, int(line)) if line.isdigit() else (problem.where, 0)


def _keys(value: Value, key: Key) -> list[Key]:
    match value:
        case dict():
            below = [each for name, inner in value.items() for each in _keys(inner, (*key, name))]
        case list():
            below = [each for index, inner in enumerate(value) for each in _keys(inner, (*key, index))]
        case _:
            below = []
    return [key, *below]


def _leaves(values: Mapping[str, Value], places: Mapping[Key, str], above: Key = ()) -> dict[str, str]:
    """Where each setting was said, by its dotted name; a list is one setting."""
    found: dict[str, str] = {}
    for name, value in values.items():
        key = (*above, name)
        found |= _leaves(value, places, key) if isinstance(value, dict) and value else {dotted(key): places[key]}
    return found
