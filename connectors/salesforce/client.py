"""The one place that talks to Salesforce's REST API.

simple-salesforce logs in, knows the instance and reads the usage header. Around it, what it lacks: a timeout on
every request, a fresh login when the session ends (also one that moves the org to another instance, and never in
circles), pauses and retries, errors by what the operator does next, and JSON read by orjson.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TypeVar

import orjson

from connectors.canonical.answers import decoded
from connectors.salesforce import bodies
from connectors.salesforce.auth import Access, log_in
from connectors.salesforce.refusals import (
    TRY_LATER,
    BusyError,
    LostAnswerError,
    SessionExpiredError,
    refusal,
    unreachable,
)
from cssync import network
from cssync.errors import AuthError, QuotaError, TransientError
from cssync.settings.source import SalesforceSecrets, SalesforceSource

if TYPE_CHECKING:
    import requests
    from simple_salesforce.api import Salesforce

RETRIES = 5
_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0  # seconds
_LARGEST_PAGE = 2_000
_FIRST_ERROR = 300
_ORG = re.compile(r"(00D\w{12,15})!")

_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class _Received:
    """An answer; names of *headers* in any case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Client:
    """Reads only. A context manager: leaving it closes the connections. Threads that share one log in once."""

    def __init__(
        self,
        settings: SalesforceSource,
        secrets: SalesforceSecrets,
        *,
        session: requests.Session,
        sleep: Callable[[float], None],
    ) -> None:
        self._settings = settings
        self._secrets = secrets
        self._session = session
        self._sleep = sleep
        self._api: Salesforce | None = None
        self._lock = threading.Lock()
        self._usage: tuple[int, int] | None = None
        self.calls = 0
        session.headers["User-Agent"] = network.user_agent()
        _limit_waiting(session, settings.timeout_seconds)

    @property
    def host(self) -> str:
        """The instance that answered last, "" before the first login."""
        return str(self._api.sf_instance) if self._api else ""

    @property
    def api_version(self) -> str:
        return self._settings.api_version

    @property
    def reserve(self) -> float:
        """The share of the day's API calls that is left to others."""
        return self._settings.api_reserve

    @property
    def usage(self) -> tuple[int, int] | None:
        """API calls used in the last 24 hours and allowed, by the whole org; None before the first answer."""
        return self._usage

    @property
    def org(self) -> str:
        """The org's id where the session tells it, else the instance: a refreshed sandbox is another org."""
        api = self._logged_in()
        found = _ORG.match(api.session_id)
        return found[1] if found else str(api.sf_instance)

    def query(self, soql: str) -> Any:
        """The first page of the answer."""
        return self.get("query/", {"q": soql})

    def get(self, path: str, parameters: Mapping[str, str] | None = None) -> Any:
        """The decoded JSON at *path*, relative to the API's version unless it starts with a slash.

        Raises AuthError, QuotaError, PermissionDeniedError (NotThereError for 404), ConfigError, TransientError after
        ``RETRIES`` repetitions, and LocatorLostError and QueryTimeoutError for the caller to go about it otherwise.
        """
        return self._insist(lambda api: _decoded(self._send(api, "GET", path, parameters=parameters)))

    def post(self, path: str, body: Mapping[str, Any], *, repeats_of_lost: int = RETRIES) -> Any:
        """The same for a question too long for an address. *repeats_of_lost*: how often it is asked again when no
        answer came, and it may have been carried out.
        """
        return self._insist(lambda api: _decoded(self._send(api, "POST", path, body=body)), repeats_of_lost)

    def get_csv(
        self, path: str, parameters: Mapping[str, str], read: Callable[[bytes, Mapping[str, str]], _Answer]
    ) -> _Answer:
        """What *read* makes of the text at *path* and the headers, their names in any case.

        *read* raises BusyError for what is to be asked for again: text may be cut short and look whole.
        """

        def ask(api: Salesforce) -> _Answer:
            answer = self._send(api, "GET", path, parameters=parameters, accept="text/csv")
            return read(answer.body, answer.headers)

        return self._insist(ask)

    def pause(self, seconds: float) -> None:
        self._sleep(seconds)

    def _insist(self, ask: Callable[[Salesforce], _Answer], repeats_of_lost: int = RETRIES) -> _Answer:
        self._keep_reserve()
        renewed, tries, lost = False, 0, 0
        while True:
            api: Salesforce | None = None
            try:
                api = self._logged_in()
                return ask(api)
            except SessionExpiredError as expired:
                if renewed or api is None or self._settings.auth == "session":
                    raise AuthError(f"Salesforce refused the session: {expired}", remedy=self._remedy()) from expired
                renewed = True
                self._forget(api)
            except BusyError as busy:
                lost += isinstance(busy, LostAnswerError)
                if tries == RETRIES or lost > repeats_of_lost:
                    raise TransientError(
                        f"{busy.message}; given up after {tries} retries",
                        remedy=busy.remedy or TRY_LATER,
                    ) from busy
                tries += 1
                self._sleep(_pause(tries, busy.pause_seconds))

    def _send(
        self,
        api: Salesforce,
        method: str,
        path: str,
        *,
        parameters: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        accept: str = "application/json",
    ) -> _Received:
        from requests.exceptions import RequestException

        url = f"https://{api.sf_instance}{path}" if path.startswith("/") else f"{api.base_url}{path}"
        # Its own headers ask for indented JSON, a third larger.
        headers = {name: value for name, value in api.headers.items() if name != "X-PrettyPrint"}
        headers |= {
            "Accept": accept,
            "Accept-Encoding": bodies.ZIPPED,
            "Sforce-Query-Options": f"batchSize={_LARGEST_PAGE}",
        }
        data = None if body is None else orjson.dumps(body)
        with self._lock:
            self.calls += 1
        try:
            answer = api.session.request(method, url, params=parameters, headers=headers, data=data, stream=True)
            received = _Received(answer.status_code, answer.headers, bodies.whole(answer))
        except RequestException as failure:
            raise unreachable(failure) from failure
        if received.status >= _FIRST_ERROR:
            # Proxies have been seen to quote the request that they refuse.
            said = received.body.replace(api.session_id.encode(), b"***")
            raise refusal(received.status, received.headers, said)
        self._note_usage(api, received.headers.get("Sforce-Limit-Info", ""))
        return received

    def _logged_in(self) -> Salesforce:
        with self._lock:
            if self._api is None:
                self._api = self._opened(log_in(self._settings, self._secrets, self._session))
            return self._api

    def _opened(self, access: Access) -> Salesforce:
        from simple_salesforce.api import Salesforce

        return Salesforce(
            session_id=access.session_id,
            instance_url=f"https://{access.host}",
            version=self._settings.api_version,
            session=self._session,
        )

    def _forget(self, stale: Salesforce) -> None:
        """The next request logs in, unless another thread has done so meanwhile."""
        with self._lock:
            if self._api is stale:
                self._api = None

    def _note_usage(self, api: Salesforce, header: str) -> None:
        usage = api.parse_api_usage(header).get("api-usage") if header else None
        if usage is not None:
            self._usage = (usage.used, usage.total)

    def _keep_reserve(self) -> None:
        if self._usage is None:
            return
        used, total = self._usage
        if used >= total * (1 - self._settings.api_reserve):
            raise QuotaError(
                f"{used:,} of the org's {total:,} API calls of the day are used; the last"
                f" {self._settings.api_reserve:.0%} are left to others (source.api_reserve)",
                remedy="run again tomorrow, or find out what uses them: Setup > System Overview > API Usage",
            )

    def _remedy(self) -> str:
        if self._settings.auth == "session":
            return "put a fresh session into SALESFORCE_SESSION_ID; source.auth: jwt renews its own"
        return "the login works but its session does not: check the user's profile for API Enabled and IP ranges"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()


def _decoded(answer: _Received) -> Any:
    try:
        return decoded(answer.body)
    except ValueError as cut:
        raise LostAnswerError("Salesforce's answer is not whole") from cut


def _limit_waiting(session: requests.Session, seconds: float) -> None:
    """simple-salesforce passes no timeout, and requests then waits for ever."""
    from requests.adapters import BaseAdapter

    class Impatient(BaseAdapter):
        def __init__(self, inner: BaseAdapter) -> None:
            super().__init__()
            self._inner = inner

        def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
            return self._inner.send(request, *args, **{**kwargs, "timeout": kwargs.get("timeout") or seconds})

        def close(self) -> None:
            self._inner.close()

    for prefix, adapter in list(session.adapters.items()):
        session.mount(prefix, Impatient(adapter))


def _pause(tries: int, asked_seconds: float | None) -> float:
    """What Salesforce asked for, else a random share of a wait that doubles with each try ("full jitter")."""
    if asked_seconds is not None:
        return asked_seconds
    return network.backoff(tries, first=_FIRST_PAUSE, longest=_LONGEST_PAUSE)
