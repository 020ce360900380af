"""Typed requests to one HubSpot account: paced, tried again where that helps, and never half a list.

The library's own retry ignores a 429 without Retry-After, knows nothing of HubSpot's policies and skips POST, so
all of it is done here. https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from secrets import SystemRandom
from types import TracebackType
from typing import Any, NamedTuple, Self
from urllib.parse import urlencode

import structlog
from pydantic import SecretStr

from connectors.hubspot import replies
from connectors.hubspot.endpoints import Endpoint, RecordType
from connectors.hubspot.pace import DailyBudget, Pace
from connectors.hubspot.pages import Form, Rows
from connectors.hubspot.replies import Again
from connectors.hubspot.transport import Transport
from cssync import network
from cssync.errors import AuthError, MappingError, TransientError

log = structlog.get_logger()

HUBSPOT_API = "https://api.hubapi.com"
PAGE = 100  # the most that lists of records give at once

_ATTEMPTS = 6
_FIRST_BACKOFF_SECONDS, _LONGEST_BACKOFF_SECONDS = 0.5, 30.0
_PATIENCE_SECONDS = 300.0  # a server that wants more than this is not going to answer tonight's run
_LONGEST_QUERY = 2000  # proxies on the way refuse long addresses with a bare 414
_random = SystemRandom()

Params = Mapping[str, str | int]
Record = Mapping[str, Any]
Page = Sequence[Record] | Rows


class _Request(NamedTuple):
    """*holds*, *form*: what its reply is held to, see ``replies.read``."""

    method: str
    endpoint: Endpoint
    params: Params
    body: Record | None
    holds: str | None
    form: Form | None = None


class HubspotClient:
    """A context manager: leaving it closes the connections. *calls* counts requests, repeated ones included."""

    def __init__(
        self,
        token: SecretStr | None,
        *,
        timeout_seconds: float,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
        base_url: str = HUBSPOT_API,
    ) -> None:
        self._transport = Transport(token, base_url=base_url, timeout_seconds=timeout_seconds)
        self._pace = Pace(clock, sleep)
        self._now = now
        self._sleep = sleep
        self.clock = clock
        self._answered = False
        self.calls = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._transport.close()

    @property
    def daily_budget(self) -> DailyBudget | None:
        """As of the last reply; None where HubSpot does not announce it (OAuth apps)."""
        return self._pace.daily

    def get(self, endpoint: Endpoint, params: Params | None = None, *, holds: str | None = None) -> Record:
        """The JSON object at *endpoint*, in which *holds* is a list of objects. Raises a ConnectorError."""
        return self._call(_Request("GET", endpoint, params or {}, None, holds))

    def post(self, endpoint: Endpoint, body: Record, *, holds: str | None = None) -> Record:
        """What *endpoint* answers to *body*; 207 is an answer too, of which a part may be missing."""
        return self._call(_Request("POST", endpoint, {}, body, holds))

    def count(self, record_type: RecordType) -> int:
        """How many records HubSpot's search index holds that are not archived; it lags by minutes."""
        return total(self.post(record_type.search, {"filterGroups": [], "limit": 1}, holds="results"), record_type)

    def first(self, record_type: RecordType, properties: Sequence[str]) -> list[Record]:
        """The first page of records that are not archived."""
        return self._listed(record_type.list, _asked(record_type, properties, ()))["results"]  # type: ignore[no-any-return]  # checked

    def records(
        self,
        record_type: RecordType,
        properties: Sequence[str],
        associations: Sequence[str] = (),
        *,
        after: str | None = None,
    ) -> Iterator[tuple[Page, str | None]]:
        """Pages of all records that are not archived, each with where the next one begins; the first is at *after*."""
        asked, form = _asked(record_type, properties, associations), Form(properties)
        page = partial(self._listed, record_type.list, asked, form=form)
        for reply, following in turned(record_type.list.what, page, after):
            yield reply["results"], following

    def pages(self, endpoint: Endpoint, params: Params) -> Iterator[list[Record]]:
        """Page after page of ``results``. Raises TransientError where the pages run in a circle or break off."""
        for reply, _ in turned(endpoint.what, partial(self._listed, endpoint, params)):
            if reply["results"]:
                yield reply["results"]

    def _listed(
        self, endpoint: Endpoint, params: Params, after: str | None = None, *, form: Form | None = None
    ) -> Record:
        asked = params if after is None else {**params, "after": after}
        return self._call(_Request("GET", endpoint, asked, None, "results", form))

    def _call(self, request: _Request) -> Record:
        attempt = 1
        while isinstance(answer := self._attempt(request), Again):
            if attempt == _ATTEMPTS:
                raise TransientError(
                    f"HubSpot {answer.why} when asked for {request.endpoint.what}, {_ATTEMPTS} times in a row",
                    remedy="run again later; https://status.hubspot.com tells of known outages",
                )
            self._pause(attempt, answer, request.endpoint)
            attempt += 1
        return answer

    def _pause(self, attempt: int, answer: Again, endpoint: Endpoint) -> None:
        """Wait as long as HubSpot wants, or ever longer. Raises TransientError where that is too long for a night."""
        if answer.wait is not None and answer.wait > _PATIENCE_SECONDS:
            raise TransientError(
                f"HubSpot {answer.why} and wants {answer.wait:,.0f} s of patience", remedy="run again after that time"
            )
        wait = _backoff(attempt, answer.wait)
        log.warning("hubspot retry", what=endpoint.what, why=answer.why, attempt=attempt, wait=round(wait, 1))
        self._sleep(wait)

    def _attempt(self, request: _Request) -> Record | Again:
        endpoint = request.endpoint
        self._pace.wait(endpoint)
        self.calls += 1
        answer = self._transport.send(request.method, endpoint.path, request.params, request.body)
        self._pace.count(endpoint, {} if isinstance(answer, Again) else answer.headers)
        if isinstance(answer, Again):
            return answer
        try:
            content = replies.read(answer, endpoint, self._now(), holds=request.holds, form=request.form)
        except AuthError as error:
            if self._answered:
                raise replies.expired(error) from error
            raise
        self._answered = True
        return content


def turned(
    what: str, page: Callable[[str | None], Record], after: str | None = None
) -> Iterator[tuple[Record, str | None]]:
    """Page after page, each with what leads to the next one; *page* asks for the one that begins at *after*.

    Raises TransientError where the pages run in a circle or break off; such a page is not told.
    """
    seen = {after}
    while True:
        reply = page(after)
        paging = reply.get("paging")
        following = paging.get("next") if isinstance(paging, dict) else None
        after = following.get("after") if isinstance(following, dict) else None
        after = None if after is None else str(after)
        if after is not None and (after in seen or not reply["results"]):
            fault = "an empty page that promises more" if not reply["results"] else "the same page twice"
            raise TransientError(
                f"HubSpot listed {what} with {fault}; the pull would be incomplete",
                remedy="run again; nothing was changed",
            )
        yield reply, after
        if after is None:
            return
        seen.add(after)


def total(reply: Record, record_type: RecordType) -> int:
    """How many records a search has found in all."""
    found = reply.get("total")
    if not isinstance(found, int):
        raise TransientError(f"HubSpot did not say how many {record_type.plural} there are", remedy="run again")
    return found


def _asked(record_type: RecordType, properties: Sequence[str], associations: Sequence[str]) -> Params:
    asked: dict[str, str | int] = {"limit": PAGE, "archived": "false", "properties": ",".join(properties)}
    if associations:
        asked["associations"] = ",".join(associations)
    if len(urlencode(asked)) > _LONGEST_QUERY:
        raise MappingError(
            f"too many properties of {record_type.plural} are mapped for one request to HubSpot",
            remedy="map fewer fields, or ones with shorter names",
        )
    return asked


def _backoff(attempt: int, wait: float | None) -> float:
    """Seconds to wait after the *attempt*-th failure: what was asked for, or ever longer; never quite the same."""
    if wait is not None:
        return wait + _random.uniform(0, _FIRST_BACKOFF_SECONDS)
    return network.backoff(attempt, first=_FIRST_BACKOFF_SECONDS, longest=_LONGEST_BACKOFF_SECONDS)
