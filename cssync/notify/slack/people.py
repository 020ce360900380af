"""Finds people in Slack by the e-mail address that the settings and the CRM know them by."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from cssync.model.delivery import Attempt, Outcome
from cssync.notify.slack import outcome

_SCOPES = "add users:read, users:read.email and im:write to the Slack app and reinstall it"
_UNKNOWN = frozenset({"users_not_found", "user_not_found", "user_disabled", "cannot_dm_bot"})


def is_person(address: str) -> bool:
    """Whether *address* is somebody's e-mail address; ids and #names of channels hold no such sign."""
    return "@" in address


class People:
    """Who was found is remembered for as long as this lives: one run, or one start of the schedule."""

    def __init__(self, client: WebClient) -> None:
        self._client = client
        self._ids: dict[str, str] = {}
        self._channels: dict[str, str] = {}

    def channel_of(self, email: str, now: datetime) -> str | Attempt:
        """The id of our direct messages with someone, or why there are none: then only that address is down."""
        if email not in self._channels:
            try:
                person = self._id(email)
                opened = self._client.conversations_open(users=person)
                self._channels[email] = str(opened["channel"]["id"])
            except outcome.ESCAPES as error:
                return _not_reached(email, error, now)
        return self._channels[email]

    def ids(self, emails: Iterable[str], now: datetime) -> tuple[tuple[str, ...], str]:
        """Those whom Slack knows; and a remark about all others, for the operator: nothing depends on them."""
        found, missing = [], []
        for email in emails:
            try:
                found.append(self._id(email))
            except outcome.ESCAPES as error:
                missing.append(_not_reached(email, error, now).error)
        return tuple(found), "; ".join(missing)

    def _id(self, email: str) -> str:
        if email not in self._ids:
            self._ids[email] = str(self._client.users_lookupByEmail(email=email)["user"]["id"])
        return self._ids[email]


def _not_reached(email: str, error: Exception, now: datetime) -> Attempt:
    if isinstance(error, SlackApiError) and (code := str(error.response.get("error"))) in {*_UNKNOWN, "missing_scope"}:
        if code == "missing_scope":
            return Attempt(Outcome.ADDRESS_DOWN, error=f"may not look up {email} in Slack", remedy=_SCOPES)
        remedy = "mend notify.slack, or the manager's e-mail address in the CRM"
        return Attempt(Outcome.ADDRESS_DOWN, error=f"Slack knows nobody as {email}", remedy=remedy)
    return outcome.of_error(error, now)
