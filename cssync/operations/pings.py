"""A dead man's switch: tells a service such as healthchecks.io of every night, so that it speaks up when none comes.

The pings are those of https://healthchecks.io/docs/http_api/: ``/start`` when a night has begun, the address itself
when it is done and nothing is left to send, ``/fail`` with the reason otherwise, and ``rid`` to tell nights apart. A
ping that fails never fails the night.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from pathlib import Path
from traceback import extract_tb
from urllib.parse import parse_qsl, urlencode, urlsplit
from uuid import UUID, uuid4

import structlog
from pydantic import SecretStr

from cssync.capacity.company import Company
from cssync.errors import BusyError, CssyncError, StoppedError
from cssync.log import mask
from cssync.model.night import Run
from cssync.model.pull import Pull
from cssync.operations.posting import post
from cssync.run import Outcome
from cssync.settings.model import Healthcheck

log = structlog.get_logger()

_LONGEST_REASON = 300
REMEDY = "copy HEALTHCHECK_URL anew from the check: https://hc-ping.com/... with nothing behind the id"


class Signal(StrEnum):
    """What is added to the address."""

    START = "/start"
    SUCCESS = ""
    FAIL = "/fail"


class Pings:
    """The pings of one run at a time; an Audience of it. Without *url* nobody is told."""

    def __init__(self, url: SecretStr | None, settings: Healthcheck, *, sleep: Callable[[float], None]) -> None:
        self._url = url.get_secret_value().strip() if url else ""
        self._settings = settings
        self._sleep = sleep
        self._rid = uuid4()

    def begun(self, run: Run) -> None:
        self._rid = UUID(run.id)
        self._ping(Signal.START)

    def pulled(self, pull: Pull, seconds: float) -> None: ...

    def added_up(self, company: Company) -> None: ...

    def ended(self, outcome: Outcome) -> None:
        """A night is a success once nothing is left to send."""
        if outcome.delivered.failure is None:
            self._ping(Signal.SUCCESS)
        else:
            self._ping(Signal.FAIL, outcome.delivered.failure.message)

    def drained(self, run: Run) -> None:
        """What *run* could not send is out: now its night is a success."""
        self._rid = UUID(run.id)
        self._ping(Signal.SUCCESS)

    def broken_off(self, error: Exception) -> None:
        """No outcome came. Of a run that waits for another one, or was stopped, nobody needs to hear."""
        match error:
            case BusyError() | StoppedError():
                return
            case CssyncError():
                self._ping(Signal.FAIL, error.message)
            case _:
                # What a bug says of itself may quote a customer.
                at = extract_tb(error.__traceback__)[-1]
                self._ping(Signal.FAIL, f"a bug: {type(error).__name__} in {Path(at.filename).name}, line {at.lineno}")

    def _ping(self, signal: Signal, reason: str = "") -> None:
        if not self._url:
            return
        problem = post(
            self._address(signal),
            mask(reason)[:_LONGEST_REASON].encode(),
            {"Content-Type": "text/plain; charset=utf-8"},
            timeout_seconds=self._settings.timeout_seconds,
            tries=self._settings.tries,
            sleep=self._sleep,
        )
        if problem:
            log.warning("ping_failed", ping=signal.name.lower(), problem=problem, remedy=REMEDY)

    def _address(self, signal: Signal) -> str:
        try:
            parts = urlsplit(self._url)
        except ValueError:
            return ""
        query = urlencode([*parse_qsl(parts.query, keep_blank_values=True), ("rid", str(self._rid))])
        return parts._replace(path=parts.path.rstrip("/") + signal, query=query, fragment="").geturl()
