"""The operator's desk: a folder with settings, secrets in the environment, and the command.

``run`` calls the command inside this process, which is quick; ``process`` and ``started`` give it a process of its
own, where exit code, streams, environment or sudden death are what a test is about.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import NullPool, create_engine, make_url, text
from typer.testing import CliRunner

from cssync import log
from cssync.cli.app import app
from cssync.store.schema import metadata
from tests.nights import BOOKS_COST_NOTHING

NIGHT, NEXT_NIGHT, THIRD_NIGHT, FOURTH_NIGHT = "2026-11-20", "2026-11-21", "2026-11-22", "2026-11-23"


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def events(self) -> list[dict[str, Any]]:
        """The log: every line of stderr that is one."""
        return [json.loads(line) for line in self.err.splitlines() if line.startswith("{")]

    @property
    def said(self) -> str:
        """What stderr holds beside the log."""
        return "\n".join(line for line in self.err.splitlines() if not line.startswith("{"))


def cssync(*arguments: str, cwd: Path) -> Ran:
    """The command as a process of its own, in a folder and with nothing else."""
    with _started(arguments, cwd, {}) as process:
        out, err = process.communicate()
    return Ran(process.returncode, out, err)


def _started(
    arguments: Sequence[str], cwd: Path, environ: Mapping[str, str], before: Sequence[str] = ()
) -> subprocess.Popen[str]:
    return subprocess.Popen(  # noqa: S603 - our own program, arguments from the tests
        [*before, sys.executable, "-m", "cssync", *arguments],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(_REPOSITORY), **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@dataclass
class Desk:
    """*settings* as the YAML file holds them; *environ* is all that the command sees of the environment.

    *before*: a command that starts the command, where it is a process of its own.
    """

    folder: Path
    settings: dict[str, Any] = field(default_factory=dict)
    environ: dict[str, str] = field(default_factory=dict)
    before: Sequence[str] = ()

    def __post_init__(self) -> None:
        """Its books of a few customers at $1,000 each would cover nobody's cost."""
        self.set("rules", **{**BOOKS_COST_NOTHING, **self.settings.get("rules", {})})

    @property
    def store(self) -> Path:
        return self.folder / "cssync.db"

    def set(self, section: str, **values: Any) -> None:
        """Change top-level *section* of the settings."""
        self.settings[section] = {**self.settings.get(section, {}), **values}

    def run(self, *arguments: str) -> Ran:
        foreign = {name: None for name in os.environ if name.startswith(_OURS)}
        done = CliRunner().invoke(app, self._line(arguments), env={**foreign, **self.environ})
        log.configure()  # as before: no secrets of this desk, and nothing bound to the runner's streams
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        return Ran(done.exit_code, done.stdout, done.stderr)

    def night(self, as_of: str = NIGHT, *more: str) -> Ran:
        return self.run("run", "--as-of", as_of, *more)

    def process(self, *arguments: str, **environ: str) -> Ran:
        with self.started(*arguments, **environ) as process:
            out, err = process.communicate()
        return Ran(process.returncode, out, err)

    def started(self, *arguments: str, **environ: str) -> subprocess.Popen[str]:
        return _started(self._line(arguments), self.folder, {**self.environ, **environ}, self.before)

    def dump(self) -> dict[str, list[str]]:
        """Every row of every table that a night that came to nothing must not change.

        Runs and outbox may tell of it, and the mirror follows the CRM whatever becomes of a night.
        """
        others = {"run", "outbox", "reading", "reading_part"}
        tables = (table.name for table in metadata.sorted_tables if table.name not in others)
        return {name: self.rows(f"SELECT * FROM {name}") for name in tables}  # noqa: S608 - names from the schema

    def statuses(self, as_of: str) -> list[str]:
        """How the runs of a night ended, sorted."""
        return self.rows("SELECT status FROM run WHERE as_of = :as_of", as_of=as_of)

    def rows(self, query: str, **parameters: object) -> list[str]:
        """The answer to *query*, a line each, sorted."""
        engine = create_engine(self._database, poolclass=NullPool)
        with engine.connect() as connection:
            return sorted("|".join(map(str, row)) for row in connection.execute(text(query), parameters))

    @property
    def _database(self) -> Any:
        if url := self.environ.get("DATABASE_URL"):
            return make_url(url).set(drivername="postgresql+psycopg")
        return f"sqlite:///{self.store}"

    def write(self) -> Path:
        """The settings, on disk."""
        file = self.folder / "cssync.yaml"
        said = {**self.settings, "team": {"scope": [], **self.settings.get("team", {})}}
        wanted = yaml.safe_dump(said, allow_unicode=True)
        if not file.exists() or file.read_text("utf-8") != wanted:
            file.write_text(wanted, "utf-8")
        return file

    def _line(self, arguments: tuple[str, ...]) -> list[str]:
        return [*arguments, "--config", str(self.write())]


_REPOSITORY = Path(__file__).parents[2]
_OURS = ("CSSYNC", "SALESFORCE_", "HUBSPOT_", "SLACK_", "DATABASE_URL", "HEALTHCHECK_URL", "SENTRY_DSN")


def texts(message: Mapping[str, Any]) -> str:
    """All that a Slack message says in its blocks, one text a line."""
    return "\n".join(_texts(message.get("blocks") or ()))


def _texts(part: Any) -> list[str]:
    if isinstance(part, Mapping):
        own = [part["text"]] if isinstance(part.get("text"), str) else []
        return own + [found for value in part.values() if not isinstance(value, str) for found in _texts(value)]
    if isinstance(part, list | tuple):
        return [found for value in part for found in _texts(value)]
    return []
