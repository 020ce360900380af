"""Secrets come from the environment or from files it names, never from the settings file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from pydantic import BaseModel, SecretStr

from cssync.settings.environment import FILE_SUFFIX, FOLDER_VARIABLE, Environment, Variable
from cssync.settings.loaded import Loaded
from cssync.settings.model import Settings
from cssync.settings.problems import Problem, refuse
from cssync.settings.source import HubspotSource, SalesforceSource, Secrets

HOW_TO_SET = (
    "set each in the environment or in a .env file beside the settings, or NAME_FILE to a file that holds it, "
    f"or {FOLDER_VARIABLE} to a folder with a file of that name"
)
_SALESFORCE_NEEDS = {
    "jwt": ("SALESFORCE_CLIENT_ID", "SALESFORCE_PRIVATE_KEY"),
    "client_credentials": ("SALESFORCE_CLIENT_ID", "SALESFORCE_CLIENT_SECRET"),
    "password": ("SALESFORCE_PASSWORD",),
    "session": ("SALESFORCE_SESSION_ID",),
}
_SLACK_NEEDS = {"bot": "SLACK_BOT_TOKEN", "webhook": "SLACK_WEBHOOK_URL"}

# What a secret looks like, and where it belongs.
_LOOKS = (
    (re.compile(r"\bxox[a-z]-"), "SLACK_BOT_TOKEN"),
    (re.compile(r"\bxapp-"), "SLACK_APP_TOKEN"),
    (re.compile(r"hooks\.slack(-gov)?\.com/|slack\.com/services/"), "SLACK_WEBHOOK_URL"),
    (re.compile(r"\bpat-[a-z]+\d+-"), "HUBSPOT_TOKEN"),
    (re.compile(r"-----BEGIN"), "SALESFORCE_PRIVATE_KEY"),
    (re.compile(r"\b00D[A-Za-z0-9]{9,15}![A-Za-z0-9._]{20,}"), "SALESFORCE_SESSION_ID"),
    (re.compile(r"hc-ping\.com/"), "HEALTHCHECK_URL"),
    (re.compile(r"://[0-9a-f]{32}@[^/\s]+/\d+"), "SENTRY_DSN"),
    (re.compile(r"://[^/\s:@]*:[^/\s@]+@"), "DATABASE_URL"),
)
_NAMED_LIKE_ONE = re.compile(
    r"password|passwd|secret|token|private_?key|api_?key|session_?id|client_id|webhook|database_url|healthcheck_url|ping_url|dsn|credential",
    re.IGNORECASE,
)


def names() -> dict[str, str]:
    """Every secret by its variable: SALESFORCE_CLIENT_ID -> secrets.salesforce.client_id."""
    return {_variable(path): ".".join(("secrets", *path)) for path in _paths(Secrets)}


def read(environment: Environment) -> tuple[Secrets, dict[str, str]]:
    """Return the secrets, and for each that is set where it came from ("environment HUBSPOT_TOKEN")."""
    found: dict[str, SecretStr] = {}
    origins: dict[str, str] = {}
    problems: list[Problem] = []
    for name, dotted in names().items():
        plain, in_file = environment.variables.get(name), environment.variables.get(name + FILE_SUFFIX)
        if plain and in_file:
            problems.append(Problem(in_file.origin, f"set together with {name}; unset one of them"))
        elif given := plain or in_file:
            try:
                found[name] = SecretStr(given.value if plain else _file_content(given))
            except ValueError as error:
                problems.append(Problem(given.origin, str(error)))
            origins[dotted] = given.origin
    refuse(problems, "set the variable to the secret itself, or the same with _FILE to a file that holds nothing else")
    return Secrets.model_validate(_tree(Secrets, found)), origins


def needed_by_source(settings: Settings) -> tuple[str, ...]:
    """The variables without which the CRM cannot be read."""
    match settings.source:
        case SalesforceSource(auth=auth):
            return tuple(_SALESFORCE_NEEDS[auth])
        case HubspotSource():
            return ("HUBSPOT_TOKEN",)
        case _:
            return ()


def needed_by_notifiers(settings: Settings) -> tuple[str, ...]:
    """The variables without which nothing can be told."""
    slack = settings.notify.slack
    return (_SLACK_NEEDS[slack.via],) if slack.enabled else ()


def needed(settings: Settings) -> tuple[str, ...]:
    """The variables without which a real night cannot be had."""
    return (*needed_by_source(settings), *needed_by_notifiers(settings))


def missing(loaded: Loaded, names: Iterable[str]) -> tuple[str, ...]:
    """Those variables of *names* that are not set."""
    values = by_name(loaded.secrets)
    return tuple(name for name in names if name not in values)


def require(loaded: Loaded, names: Iterable[str]) -> None:
    """Raise ConfigError that names every variable of *names* that is not set."""
    refuse(
        [Problem(name, "not set, but the settings need this secret") for name in missing(loaded, names)],
        HOW_TO_SET,
    )


def by_name(secrets: Secrets) -> dict[str, str]:
    """The values that are set, by variable. For clients and for masking, never for showing."""
    values: dict[str, str] = {}
    for path in _paths(Secrets):
        value: object = secrets
        for part in path:
            value = getattr(value, part)
        if isinstance(value, SecretStr):
            values[_variable(path)] = value.get_secret_value()
    return values


def belongs_to(text: str) -> str | None:
    """The variable for which *text*, found in the settings file, is meant, if it looks like a secret."""
    return next((name for look, name in _LOOKS if look.search(text)), None)


def named_like(setting: str, source_kind: object) -> str | None:
    """The variable for an unknown *setting* whose name says that it is a secret."""
    last = setting.rpartition(".")[2]
    if not _NAMED_LIKE_ONE.search(last):
        return None
    section = "slack" if "slack" in setting else str(source_kind)
    # "access_token" is nobody's name for it here, "token" is.
    words = last.upper().split("_")
    endings = ["_".join(words[start:]) for start in range(len(words))]
    mine = [name for ending in endings for name in names() if name.endswith(ending)]
    ours = [name for name in mine if name.startswith(section.upper())]
    return next(iter(ours or mine), "an environment variable")


def _file_content(variable: Variable) -> str:
    path = variable.folder / variable.value
    try:
        content = path.read_text("utf-8").rstrip("\r\n")
    except FileNotFoundError as error:
        raise ValueError(f"names a file that does not exist: {path}") from error
    except OSError as error:
        raise ValueError(f"names a file that cannot be read: {path} ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ValueError(f"names a file that is not text: {path}") from error
    if not content.strip():
        raise ValueError(f"names an empty file: {path}")
    return content


def _paths(model: type[BaseModel]) -> Iterator[tuple[str, ...]]:
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from ((name, *below) for below in _paths(field.annotation))
        else:
            yield (name,)


def _variable(path: tuple[str, ...]) -> str:
    return "_".join(path).upper()


def _tree(model: type[BaseModel], values: Mapping[str, SecretStr], above: tuple[str, ...] = ()) -> dict[str, object]:
    tree: dict[str, object] = {}
    for name, field in model.model_fields.items():
        path = (*above, name)
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            tree[name] = _tree(field.annotation, values, path)
        else:
            tree[name] = values.get(_variable(path))
    return tree
