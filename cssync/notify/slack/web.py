"""Posts to Slack by bot token, where a message of unknown fate can be looked up and is therefore posted once."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from functools import cached_property

from pydantic import SecretStr
from slack_sdk import WebClient

from cssync.model.check import Check, CheckStatus
from cssync.model.delivery import Attempt, Outcome, Outgoing
from cssync.model.digest import Digest
from cssync.notify.slack import blocks, checks, history, outcome, traces
from cssync.notify.slack.client import web_client
from cssync.notify.slack.controls import NOTHING_TO_PRESS, Controls
from cssync.notify.slack.kit import SECONDS_APART, Block
from cssync.notify.slack.people import People, is_person
from cssync.notify.slack.place import Place


class SlackBotNotifier:
    """*channels*: ids or #names; the first is where deliveries without an address go. *people*: e-mail addresses of
    those whom the settings name. ``check`` looks at all of them.

    *controls*: how messages say what can be decided about their alerts.
    """

    name = "slack"
    edits = True

    def __init__(
        self,
        token: SecretStr,
        *,
        api_url: str,
        timeout_seconds: float,
        channels: tuple[str, ...] = (),
        people: tuple[str, ...] = (),
        controls: Controls = NOTHING_TO_PRESS,
        seconds_apart: float = SECONDS_APART,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.seconds_apart = seconds_apart
        self._token = token
        self._api_url = api_url
        self._timeout_seconds = timeout_seconds
        self._channels = channels
        self._people_named = people
        self._controls = controls
        self._sleep = sleep

    def send(self, message: Outgoing, now: datetime) -> Attempt:
        """Post it; blocks that Slack refuses are followed by the same facts as plain text."""
        channel = self._channel(message, now)
        if isinstance(channel, Attempt):
            return channel
        called, unknown = self._people.ids(_called(message), now)
        laid_out = blocks.message(message, called=called, controls=self._controls)
        attempt = self._post(channel, message, now, text=laid_out.text, blocks=list(laid_out.blocks))
        if attempt.outcome is Outcome.REFUSED:
            attempt = _plainly(self._post(channel, message, now, text=laid_out.text), attempt)
        return replace(attempt, error=unknown) if unknown and not attempt.error else attempt

    def edit(self, message: Outgoing, now: datetime) -> Attempt:
        """Lay it out anew where it is."""
        if problem := self._malformed():
            return problem
        called, _ = self._people.ids(_called(message), now)
        laid_out = blocks.message(message, called=called, controls=self._controls)
        attempt = self._update(message, now, text=laid_out.text, blocks=list(laid_out.blocks))
        if attempt.outcome is not Outcome.REFUSED:
            return attempt
        # Without blocks Slack would leave the old ones standing.
        plain = _plainly(self._update(message, now, text=laid_out.text, blocks=[]), attempt)
        place = Place.of(message.delivery.receipt)
        if plain.outcome is Outcome.REFUSED and place and traces.is_deleted(self._client, place):
            return Attempt(Outcome.GONE)
        return plain

    def find(self, message: Outgoing, now: datetime) -> Attempt:
        """Read the channel or the thread back."""
        wanted = traces.sought(message.delivery, now)
        if root := Place.of(message.under):
            return self._looked(lambda: traces.find_answer(self._client, root, wanted, self._sleep), now)
        known = Place.of(message.delivery.receipt)
        address = known.channel if known else self._channel(message, now)
        if isinstance(address, Attempt):
            return address
        return self._looked(lambda: traces.find_message(self._client, address, wanted, self._sleep), now)

    def withdraw(self, message: Outgoing, now: datetime) -> Attempt:
        """Delete it by its receipt, or whatever can be found of it."""
        return self._looked(lambda: traces.withdraw(self._client, message, now), now)

    def check(self) -> Iterator[Check]:
        if problem := self._malformed():
            yield Check("Slack token", CheckStatus.FAILED, problem.error, problem.remedy)
            return
        yield from checks.of_bot(self._client, self._channels, self._people_named)

    @cached_property
    def _client(self) -> WebClient:
        token = self._token.get_secret_value().strip()
        return web_client(token, api_url=self._api_url, timeout_seconds=self._timeout_seconds)

    @cached_property
    def _people(self) -> People:
        return People(self._client)

    def _channel(self, message: Outgoing, now: datetime) -> str | Attempt:
        """Where *message* goes, as Slack takes it: an id or a #name; or why there is no such place."""
        if problem := self._malformed():
            return problem
        # In a thread the id of the channel is known, and a #name may have changed since.
        if root := Place.of(message.under):
            return root.channel
        address = message.delivery.address or next(iter(self._channels), "")
        if not address:
            return Attempt(Outcome.ADDRESS_DOWN, error="no Slack channel is set", remedy="set notify.slack.channel")
        return self._people.channel_of(address, now) if is_person(address) else address

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

    def _post(
        self, channel: str, message: Outgoing, now: datetime, *, text: str, blocks: list[Block] | None = None
    ) -> Attempt:
        root = Place.of(message.under)
        try:
            answer = self._client.chat_postMessage(
                channel=channel,
                thread_ts=root.ts if root else None,
                text=text,
                blocks=blocks,
                metadata=history.metadata(message.delivery.id),
                parse="none",
                link_names=False,
                unfurl_links=False,
                unfurl_media=False,
            )
        except outcome.ESCAPES as error:
            return outcome.of_error(error, now)
        posted_in, ts = answer.get("channel"), answer.get("ts")
        if not isinstance(posted_in, str) or not isinstance(ts, str):
            return Attempt(Outcome.UNKNOWN, error="Slack said ok, but not which message it is")
        if root and isinstance(posted := answer.get("message"), dict) and not posted.get("thread_ts"):
            return traces.put_right(self._client, posted_in, ts, now)
        return Attempt(Outcome.SENT, str(Place(posted_in, ts)))

    def _update(self, message: Outgoing, now: datetime, *, text: str, blocks: list[Block]) -> Attempt:
        place = Place.of(message.delivery.receipt)
        if place is None:
            return Attempt(Outcome.GONE, error="nobody knows where it was posted")
        try:
            self._client.chat_update(
                channel=place.channel,
                ts=place.ts,
                text=text,
                blocks=blocks,
                metadata=history.metadata(message.delivery.id),
                parse="none",
                link_names=False,
            )
        except outcome.ESCAPES as error:
            return outcome.of_error(error, now)
        return Attempt(Outcome.SENT, str(place))

    def _looked(self, look: Callable[[], Attempt], now: datetime) -> Attempt:
        if problem := self._malformed():
            return problem
        try:
            return look()
        except outcome.ESCAPES as error:
            return _unsettled(outcome.of_error(error, now))


def _called(message: Outgoing) -> tuple[str, ...]:
    payload = message.delivery.payload
    return payload.mention if isinstance(payload, Digest) else ()


def _plainly(plain: Attempt, refused: Attempt) -> Attempt:
    """How it ended once the blocks were *refused* and the text alone was tried."""
    if plain.outcome is not Outcome.SENT:
        return plain
    return Attempt(Outcome.SENT, plain.receipt, error=f"sent as plain text; {refused.error}")


def _unsettled(attempt: Attempt) -> Attempt:
    """A look that failed says nothing of the message, so at best its fate stays unknown."""
    error = f"could not read the channel back: {attempt.error}"
    if "missing_scope" in attempt.error:
        remedy = (
            "add channels:history and channels:read (groups:history, groups:read for a private channel) to the "
            "Slack app and reinstall it; naming the channel by its id needs the history scope alone"
        )
        return Attempt(Outcome.UNKNOWN, error=error, remedy=remedy)
    if attempt.outcome in {Outcome.SINK_DOWN, Outcome.ADDRESS_DOWN, Outcome.GONE}:
        return Attempt(attempt.outcome, error=error, remedy=attempt.remedy)
    return Attempt(Outcome.UNKNOWN, error=error, remedy=attempt.remedy, retry_at=attempt.retry_at)
