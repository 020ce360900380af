"""The benchmark's end of a CRM that is served by another process."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, NamedTuple

from tests.benchmarks.measure import PYTHON


class Asked(NamedTuple):
    """A request that arrived, and the status of its answer."""

    method: str
    target: str
    body: str
    status: int


@dataclass(frozen=True, slots=True)
class Served:
    """A CRM at *url*; *ca_file* is empty where it speaks no TLS."""

    url: str
    ca_file: str
    secret: str
    _questions: IO[str]
    _answers: IO[str]

    def asked(self) -> list[Asked]:
        """The requests since this was last called."""
        self._questions.write("\n")
        self._questions.flush()
        return [Asked(*each) for each in json.loads(self._answers.readline())]

    @property
    def environ(self) -> Mapping[str, str]:
        """What readers of either CRM find their way by."""
        secrets = {"SALESFORCE_SESSION_ID": self.secret, "HUBSPOT_TOKEN": self.secret}
        return {**secrets, **({"REQUESTS_CA_BUNDLE": self.ca_file} if self.ca_file else {})}


@contextmanager
def served(kind: str, accounts: int, *limit: int) -> Iterator[Served]:
    """*kind*: salesforce or hubspot; *limit*: requests per ten seconds. Raises SystemExit where it does not start."""
    command = (PYTHON, "-m", "tests.benchmarks.servers", kind, str(accounts), *map(str, limit))
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own
        questions, answers = process.stdin, process.stdout
        if questions is None or answers is None:
            raise SystemExit("the server has no pipes")
        greeting = answers.readline()
        if not greeting:
            raise SystemExit(f"{' '.join(command)} did not start")
        where = json.loads(greeting)
        try:
            yield Served(where["url"], where["ca_file"], where["secret"], questions, answers)
        finally:
            questions.close()
            process.wait()
