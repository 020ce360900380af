"""Posts to Slack by bot token, where a message of unknown fate can be looked up and is therefore posted once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cached_property

from pydantic import SecretStr
from slack_sdk import WebClient

from cssync.model.check import Check, CheckStatus
from cssync.model.delivery import Attempt, Delivery, Outcome
from cssync.notify.slack import blocks, checks, history, outcome
from cssync.notify.slack.client import web_client
from cssync.notify.slack.kit import Block

# A message may become visible a little after its answer was lost: only absent twice is absent.
SETTLE_SECONDS = 5.0


class SlackBotNotifier:
    """*channels*: ids or #names; the first is where deliveries without an address go, ``check`` looks at all."""

    name = "slack"

    def __init__(
        self,
        token: SecretStr,
        *,
        api_url: str,
        timeout_seconds: float,
        channels: tuple[str, ...] = (),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._token = token
        self._api_url = api_url
        self._timeout_seconds = timeout_seconds
        self._channels = channels
        self._sleep = sleep

    def send(self, delivery: Delivery, now: datetime) -> Attempt:
        """Post it; blocks that Slack refuses are followed by the same facts as plain text."""
        if problem := self._problem(delivery):
            return problem
        message = blocks.message(delivery.payload, delivery.id)
        attempt = self._post(delivery, now, text=message.text, blocks=list(message.blocks))
        if attempt.outcome is not Outcome.REFUSED:
            return attempt
        plain = self._post(delivery, now, text=message.text)
        if plain.outcome is not Outcome.SENT:
            return plain
        return Attempt(Outcome.SENT, plain.receipt, error=f"sent as plain text; {attempt.error}")

    def find(self, delivery: Delivery, now: datetime) -> Attempt:
        """Read the channel back; of several copies the earliest is kept and the others are deleted."""
        if problem := self._problem(delivery):
            return problem
        try:
            channel, found = self._look_twice(delivery, now)
        except outcome.ESCAPES as error:
            return _unsettled(outcome.of_error(error, now))
        if channel is None:
            return outcome.of_code("channel_not_found", now)
        if not found:
            return Attempt(Outcome.NOT_SENT)
        kept, *extra = found
        left = [ts for ts in extra if not self._delete(channel, ts)]
        return Attempt(Outcome.SENT, f"{channel}:{kept}", error="a second copy could not be deleted" if left else "")

    def check(self) -> Iterator[Check]:
        if problem := self._malformed():
            yield Check("Slack token", CheckStatus.FAILED, problem.error, problem.remedy)
            return
        yield from checks.of_bot(self._client, self._channels)

    @cached_property
    def _client(self) -> WebClient:
        token = self._token.get_secret_value().strip()
        return web_client(token, api_url=self._api_url, timeout_seconds=self._timeout_seconds)

    def _address(self, delivery: Delivery) -> str:
        return delivery.address or next(iter(self._channels), "")

    def _problem(self, delivery: Delivery) -> Attempt | None:
        if not self._address(delivery):
            return Attempt(Outcome.ADDRESS_DOWN, error="no Slack channel is set", remedy="set notify.slack.channel")
        return self._malformed()

    def _malformed(self) -> Attempt | None:
        token = self._token.get_secret_value().strip()
        # A line break in it would make urllib quote the whole token in its error.
        if not (token.isascii() and token.isprintable() and token and " " not in token):
            return Attempt(
                Outcome.SINK_DOWN,
                error="the Slack bot token is empty or holds characters that no token has",
                remedy="copy SLACK_BOT_TOKEN anew from the Slack app (xoxb-...)",
            )
        return outcome.of_building(lambda: self._client)

    def _post(self, delivery: Delivery, now: datetime, *, text: str, blocks: list[Block] | None = None) -> Attempt:
        try:
            answer = self._client.chat_postMessage(
                channel=self._address(delivery),
                text=text,
                blocks=blocks,
                metadata=history.metadata(delivery.id),
                parse="none",
                link_names=False,
                unfurl_links=False,
                unfurl_media=False,
            )
        except outcome.ESCAPES as error:
            return outcome.of_error(error, now)
        channel, ts = answer.get("channel"), answer.get("ts")
        if not isinstance(channel, str) or not isinstance(ts, str):
            return Attempt(Outcome.UNKNOWN, error="Slack said ok, but not which message it is")
        return Attempt(Outcome.SENT, f"{channel}:{ts}")

    def _look_twice(self, delivery: Delivery, now: datetime) -> tuple[str | None, tuple[str, ...]]:
        since = delivery.first_attempt_at or now
        channel = history.channel_id(self._client, self._address(delivery))
        if channel is None:
            return None, ()
        if not (found := history.copies(self._client, channel, delivery.id, since)):
            self._sleep(SETTLE_SECONDS)
            found = history.copies(self._client, channel, delivery.id, since)
        return channel, found

    def _delete(self, channel: str, ts: str) -> bool:
        try:
            self._client.chat_delete(channel=channel, ts=ts)
        except outcome.ESCAPES:
            return False
        return True


def _unsettled(attempt: Attempt) -> Attempt:
    """A look that failed says nothing of the message, so at best its fate stays unknown."""
    error = f"could not read the channel back: {attempt.error}"
    if "missing_scope" in attempt.error:
        remedy = (
            "add channels:history and channels:read (groups:history, groups:read for a private channel) to the "
            "Slack app and reinstall it; naming the channel by its id needs the history scope alone"
        )
        return Attempt(Outcome.UNKNOWN, error=error, remedy=remedy)
    if attempt.outcome in {Outcome.SINK_DOWN, Outcome.ADDRESS_DOWN}:
        return Attempt(attempt.outcome, error=error, remedy=attempt.remedy)
    return Attempt(Outcome.UNKNOWN, error=error, remedy=attempt.remedy, retry_at=attempt.retry_at)
