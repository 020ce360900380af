"""What ``cssync doctor`` wants to know of Slack before the first digest: token, scopes, channels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from slack_sdk import WebClient

from cssync.model.check import Check, CheckStatus
from cssync.model.delivery import Attempt
from cssync.notify.slack import history, outcome
from cssync.notify.slack.people import People

BUTTONS_REMEDY = "mend SLACK_APP_TOKEN: an app-level token (xapp-...) with connections:write"
_REINSTALL = "to the Slack app and reinstall it"


def of_bot(client: WebClient, channels: Iterable[str], people: Iterable[str] = ()) -> Iterator[Check]:
    """*people*: e-mail addresses of those who are to be written to, or called by name."""
    try:
        answer = client.auth_test()
    except outcome.ESCAPES as error:
        failed = _told(error)
        yield Check("Slack token", CheckStatus.FAILED, failed.error, failed.remedy)
        return
    yield Check("Slack token", CheckStatus.OK, f"{answer.get('user')} in {answer.get('team')}")
    listed = next((value for key, value in answer.headers.items() if key.lower() == "x-oauth-scopes"), None)
    scopes = None if listed is None else frozenset(scope.strip() for scope in listed.split(","))
    yield _scopes(scopes)
    for channel in dict.fromkeys(channels):
        yield _channel(client, channel, scopes or frozenset())
    known = People(client)
    for person in dict.fromkeys(people):
        yield _person(known, person)


def of_app(client: WebClient, app_token: str) -> Check:
    """Whether what is pressed would be heard: an address to listen at is asked for, and not used."""
    name = "Slack buttons"
    try:
        client.apps_connections_open(app_token=app_token)
    except outcome.ESCAPES as error:
        failed = _told(error)
        return Check(name, CheckStatus.FAILED, failed.error, BUTTONS_REMEDY)
    return Check(name, CheckStatus.OK, "heard while cssync schedule runs")


def _scopes(scopes: frozenset[str] | None) -> Check:
    if scopes is None:
        return Check("Slack scopes", CheckStatus.WARNING, "cannot tell: Slack did not list them")
    if "chat:write" not in scopes:
        return Check("Slack scopes", CheckStatus.FAILED, "chat:write is missing", f"add chat:write {_REINSTALL}")
    if not scopes & {"channels:history", "groups:history"}:
        found = "no history scope: a digest whose answer is lost cannot be looked up, and waits"
        remedy = f"add channels:history (groups:history for a private channel) {_REINSTALL}"
        return Check("Slack scopes", CheckStatus.WARNING, found, remedy)
    return Check("Slack scopes", CheckStatus.OK, ", ".join(sorted(scopes)))


def _channel(client: WebClient, address: str, scopes: frozenset[str]) -> Check:
    name = f"Slack channel {address}"
    try:
        found = history.channel_id(client, address)
        channel = client.conversations_info(channel=found).get("channel") if found else None
    except outcome.ESCAPES as error:
        failed = _told(error)
        if "missing_scope" in failed.error:
            remedy = f"add channels:read (groups:read for a private channel) {_REINSTALL}"
            return Check(name, CheckStatus.WARNING, "cannot tell whether the bot is in it", remedy)
        return Check(name, CheckStatus.FAILED, failed.error, failed.remedy)
    if not isinstance(channel, dict):
        failed = outcome.of_code("channel_not_found", datetime.now(UTC))
        return Check(name, CheckStatus.FAILED, failed.error, failed.remedy)
    return _membership(name, channel, scopes)


def _membership(name: str, channel: dict[str, object], scopes: frozenset[str]) -> Check:
    if channel.get("is_archived"):
        return Check(name, CheckStatus.FAILED, "archived", "unarchive it, or set notify.slack.channel to another")
    if not channel.get("is_member"):
        status = CheckStatus.WARNING if "chat:write.public" in scopes else CheckStatus.FAILED
        return Check(name, status, "the bot is not in it", "type /invite and the bot's name in the channel")
    needed = "groups:history" if channel.get("is_private") else "channels:history"
    if scopes and needed not in scopes:
        return Check(
            name, CheckStatus.WARNING, f"it cannot be read back without {needed}", f"add {needed} {_REINSTALL}"
        )
    return Check(name, CheckStatus.OK, "the bot is in it")


def _person(known: People, email: str) -> Check:
    (ids, trouble) = known.ids([email], datetime.now(UTC))
    name = f"Slack person {email}"
    if not ids:
        remedy = f"mend the address in notify.slack, or add users:read and users:read.email {_REINSTALL}"
        return Check(name, CheckStatus.WARNING, trouble, remedy)
    return Check(name, CheckStatus.OK, ids[0])


def _told(error: Exception) -> Attempt:
    return outcome.of_error(error, datetime.now(UTC))
