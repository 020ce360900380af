"""Asks Salesforce several things in one call: ``/composite`` counts as one, however much it carries.

Questions are gathered until the first answer is wanted; then all that wait are sent, as few calls as the limits allow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson

from connectors.salesforce.client import Client
from connectors.salesforce.refusals import NOT_UNDERSTOOD, BusyError, SessionExpiredError, refusal
from cssync.errors import CssyncError, PermissionDeniedError, TransientError

# https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_composite.htm
_QUESTIONS_A_CALL, _QUERIES_A_CALL = 25, 5
_FIRST_ERROR = 300


@dataclass(slots=True, eq=False)
class Question:
    """One of several. *path*: relative to the API's version."""

    path: str
    parameters: Mapping[str, str]
    _together: Together
    _found: Any = None
    _error: CssyncError | None = None
    _settled: bool = False

    @property
    def is_query(self) -> bool:
        return self.path.startswith("query")

    def answer(self) -> Any:
        """The decoded JSON. Raises what ``Client.get`` would; sends everything that waits first."""
        if not self._settled:
            self._together.send()
        if self._error is not None:
            raise self._error
        return self._found

    def settle(self, status: int, headers: Mapping[str, str], body: Any) -> None:
        self._settled, self._found = True, body
        if status >= _FIRST_ERROR:
            self._error = refusal(status, headers, orjson.dumps(body))

    def ask_alone(self, client: Client) -> None:
        """With all the patience of a single question."""
        self._settled, self._error = True, None
        try:
            self._found = client.get(self.path, self.parameters)
        except CssyncError as error:
            self._error = error

    @property
    def is_worth_repeating(self) -> bool:
        return isinstance(self._error, BusyError | SessionExpiredError)


class Together:
    """Questions that wait for each other."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._waiting: list[Question] = []

    def get(self, path: str, parameters: Mapping[str, str] | None = None) -> Question:
        question = Question(path, parameters or {}, self)
        self._waiting.append(question)
        return question

    def query(self, soql: str, resource: str = "query") -> Question:
        return self.get(f"{resource}/", {"q": soql})

    def send(self) -> None:
        """Settle every question that waits; what Salesforce refuses is raised where its answer is asked for."""
        waiting, self._waiting = self._waiting, []
        for group in _groups(waiting):
            self._ask(group)

    def _ask(self, group: Sequence[Question]) -> None:
        if len(group) == 1:
            group[0].ask_alone(self._client)
            return
        try:
            answers = self._client.post("composite", {"allOrNone": False, "compositeRequest": self._requests(group)})
        except PermissionDeniedError:
            # Some gateways let only single resources pass; if it is worse than that, the single ones will say so.
            answers = {"compositeResponse": []}
        found = _by_reference(answers)
        for number, question in enumerate(group):
            answer = found.get(f"q{number}")
            if answer is not None:
                question.settle(answer["httpStatusCode"], answer.get("httpHeaders") or {}, answer.get("body"))
            if answer is None or question.is_worth_repeating:
                question.ask_alone(self._client)

    def _requests(self, group: Sequence[Question]) -> list[dict[str, str]]:
        home = f"/services/data/v{self._client.api_version}"
        return [
            {"method": "GET", "referenceId": f"q{number}", "url": f"{home}/{_address(question)}"}
            for number, question in enumerate(group)
        ]


def _address(question: Question) -> str:
    return question.path + (f"?{urlencode(question.parameters)}" if question.parameters else "")


def _groups(questions: Sequence[Question]) -> Iterator[list[Question]]:
    group: list[Question] = []
    for question in questions:
        queries = sum(each.is_query for each in group) + question.is_query
        if len(group) == _QUESTIONS_A_CALL or queries > _QUERIES_A_CALL:
            yield group
            group = []
        group.append(question)
    if group:
        yield group


def _by_reference(answers: Any) -> dict[str, Any]:
    try:
        return {
            str(each["referenceId"]): each
            for each in answers["compositeResponse"]
            if isinstance(each["httpStatusCode"], int)
        }
    except (KeyError, TypeError) as malformed:
        raise TransientError(
            "Salesforce answered several questions in a form that is not understood", remedy=NOT_UNDERSTOOD
        ) from malformed
