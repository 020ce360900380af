"""The one thin, typed wrapper over hubspot-api-client: what the library sends is kept, what it leaves out is added.

Left out by the library, and so done here: timeouts, gzip, a retry that knows HubSpot's policies, any check of what
came back, and one connection pool (each access of ``.basic_api`` opens a new one). Replies are read as bytes with
orjson, which is twenty times as fast as the library's models.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from secrets import SystemRandom
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlencode

import structlog
from pydantic import SecretStr

from connectors.hubspot import replies
from connectors.hubspot.endpoints import Endpoint, RecordType
from connectors.hubspot.pace import DailyBudget, Pace
from connectors.hubspot.replies import Again, Reply
from cssync.errors import AuthError, MappingError, TransientError

log = structlog.get_logger()

HUBSPOT_API = "https://api.hubapi.com"
PAGE = 100  # the most that lists of records and owners give at once

_ATTEMPTS = 6
_FIRST_BACKOFF_SECONDS = 0.5
_CONNECT_SECONDS = 10.0
_LONGEST_QUERY = 2000  # proxies on the way refuse long addresses with a bare 414
_random = SystemRandom()

Params = Mapping[str, str | int]
Record = Mapping[str, Any]


class HubspotClient:
    """Requests to one HubSpot account. A context manager: leaving it closes the connections."""

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
        self._token = token
        self._timeout = (min(_CONNECT_SECONDS, timeout_seconds), timeout_seconds)
        self._now = now
        self._sleep = sleep
        self._base_url = base_url
        self._pace = Pace(clock, sleep)
        self._api: Any = None
        self.calls = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._api is not None:
            self._api.rest_client.pool_manager.clear()

    @property
    def daily_budget(self) -> DailyBudget | None:
        """As of the last reply; None where HubSpot does not announce it (OAuth apps)."""
        return self._pace.daily

    def get(self, endpoint: Endpoint, params: Params | None = None, *, holds: str | None = None) -> Record:
        """The JSON object at *endpoint*, in which *holds* is a list. Raises a ConnectorError."""
        return self._call("GET", endpoint, params or {}, None, holds)

    def count(self, record_type: RecordType) -> int:
        """How many records HubSpot's search index holds that are not archived; it lags by minutes."""
        reply = self._call("POST", record_type.search, {}, {"filterGroups": [], "limit": 1}, "results")
        total = reply.get("total")
        return total if isinstance(total, int) else 0

    def page(
        self, record_type: RecordType, properties: Sequence[str], associations: Sequence[str] = ()
    ) -> list[Record]:
        """The first page of records."""
        return self._page(record_type.list, _asked(properties, associations))[0]

    def records(
        self, record_type: RecordType, properties: Sequence[str], associations: Sequence[str] = ()
    ) -> Iterator[list[Record]]:
        """Page after page of all records that are not archived, each with *properties*."""
        return self.pages(record_type.list, _asked(properties, associations))

    def pages(self, endpoint: Endpoint, params: Params) -> Iterator[list[Record]]:
        """Page after page of ``results``. Raises TransientError where the pages run in a circle or break off."""
        seen: set[str] = set()
        after: str | None = None
        while True:
            results, following = self._page(endpoint, params if after is None else {**params, "after": after})
            if results:
                yield results
            if following is None:
                return
            if not results or following in seen:
                fault = "an empty page that promises more" if not results else "the same page twice"
                raise TransientError(
                    f"HubSpot listed {endpoint.what} with {fault}; the pull would be incomplete",
                    remedy="run again; nothing was changed",
                )
            seen.add(following)
            after = following

    def _page(self, endpoint: Endpoint, params: Params) -> tuple[list[Record], str | None]:
        reply = self.get(endpoint, params, holds="results")
        paging = reply.get("paging")
        following = paging.get("next") if isinstance(paging, dict) else None
        after = following.get("after") if isinstance(following, dict) else None
        return reply["results"], None if after is None else str(after)

    def _call(self, method: str, endpoint: Endpoint, params: Params, body: Record | None, holds: str | None) -> Record:
        if len(urlencode(params)) > _LONGEST_QUERY:
            raise MappingError(
                f"too many properties of {endpoint.what} are mapped for one request to HubSpot",
                remedy="map fewer fields, or ones with shorter names",
            )
        again = Again("was not asked")
        for attempt in range(_ATTEMPTS):
            self._pace.wait()
            self.calls += 1
            answer = self._attempt(method, endpoint, params, body)
            if isinstance(answer, Reply):
                self._pace.learn(answer.headers)
                content = replies.read(answer, endpoint, self._now(), holds=holds)
                if not isinstance(content, Again):
                    return content
                again = content
            else:
                again = answer
            if error := replies.too_long_to_wait(again):
                raise error
            if attempt < _ATTEMPTS - 1:
                wait = _backoff(attempt) if again.wait is None else again.wait + _random.uniform(0, 0.5)
                log.warning(
                    "hubspot retry", what=endpoint.what, why=again.why, attempt=attempt + 1, wait=round(wait, 1)
                )
                self._sleep(wait)
        raise TransientError(
            f"HubSpot {again.why} when asked for {endpoint.what}, {_ATTEMPTS} times in a row",
            remedy="run again later; https://status.hubspot.com tells of known outages",
        )

    def _attempt(self, method: str, endpoint: Endpoint, params: Params, body: Record | None) -> Reply | Again:
        """One request over the wire; any status is a Reply, a broken connection is Again."""
        import urllib3
        from hubspot.crm.companies.exceptions import ApiException

        api = self._opened()
        try:
            response = api.call_api(
                endpoint.path,
                method,
                query_params=list(params.items()),
                header_params={"Accept": "application/json", "Accept-Encoding": "gzip"},
                body=body,
                auth_settings=["oauth2"],
                _preload_content=False,
                _request_timeout=self._timeout,
            )
            return Reply(response.status, _lower(response.headers), response.data)
        except ApiException as error:
            return self._failed(error)
        except UnicodeDecodeError as error:
            # The library decodes error pages as UTF-8 whatever they are; the status is in what it was handling.
            if isinstance(error.__context__, ApiException):
                return self._failed(error.__context__)
            raise
        except urllib3.exceptions.HTTPError as error:
            return Again(_broken(error))

    def _failed(self, error: Any) -> Reply:
        """The reply inside the library's exception, which itself goes no further: it quotes bodies and headers."""
        body = error.body.encode() if isinstance(error.body, str) else error.body or b""
        body = body.replace(self._secret().encode(), b"***")
        return Reply(int(error.status or 0), _lower(error.headers or {}), body)

    def _opened(self) -> Any:
        if self._api is None:
            import urllib3
            from hubspot import HubSpot

            # All retries are made here, knowingly; a redirect would carry the token elsewhere.
            once = urllib3.Retry(total=0, redirect=False)
            hubspot = HubSpot(access_token=self._secret(), host=self._base_url, retry=once)
            self._api = hubspot.crm.companies.basic_api.api_client
        return self._api

    def _secret(self) -> str:
        token = self._token.get_secret_value().strip() if self._token else ""
        if not token:
            raise AuthError(
                "there is no HubSpot token",
                remedy="put the token of a private app into HUBSPOT_TOKEN, or its file's name into HUBSPOT_TOKEN_FILE",
            )
        # http.client would quote a header that it cannot send, token and all.
        if not re.fullmatch(r"[\x21-\x7e]+", token):
            raise AuthError(
                "the secret HUBSPOT_TOKEN holds characters that no token has",
                remedy="copy the token anew: one line, without blanks",
            )
        return token


def _asked(properties: Sequence[str], associations: Sequence[str]) -> Params:
    asked: dict[str, str | int] = {"limit": PAGE, "archived": "false", "properties": ",".join(properties)}
    if associations:
        asked["associations"] = ",".join(associations)
    return asked


def _backoff(attempt: int) -> float:
    ceiling = _FIRST_BACKOFF_SECONDS * 2.0**attempt
    return _random.uniform(ceiling / 2, ceiling)


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _broken(error: Exception) -> str:
    """What happened to the connection, in words; *error* is one of urllib3."""
    import urllib3

    cause = getattr(error, "reason", None) or error
    match cause:
        case urllib3.exceptions.SSLError():
            return "could not be reached safely (TLS)"
        case urllib3.exceptions.NameResolutionError():
            return "could not be found (DNS)"
        case urllib3.exceptions.ConnectTimeoutError() | urllib3.exceptions.NewConnectionError():
            return "could not be reached"
        case urllib3.exceptions.TimeoutError():
            return "did not answer in time"
        case _:
            return "broke off in the middle of an answer"
