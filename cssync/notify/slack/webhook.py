"""Posts to Slack by incoming webhook, which answers ``ok`` and nothing else: nothing can be read back.

So a message whose answer was lost is dropped (at most once) or repeated (at least once), as the settings say. Its
text carries a short reference, by which a person sees whether it is there, or that two are the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from urllib.parse import urlsplit

from pydantic import SecretStr
from slack_sdk.webhook import WebhookClient

from cssync.model.check import Check, CheckStatus
from cssync.model.delivery import Attempt, Delivery, Outcome, Outgoing
from cssync.notify.slack import blocks, outcome
from cssync.notify.slack.client import webhook_client
from cssync.notify.slack.kit import SECONDS_APART

_REMEDY = "copy SLACK_WEBHOOK_URL anew from the Slack app (https://hooks.slack.com/services/...)"
_HOSTS = frozenset({"hooks.slack.com", "hooks.slack-gov.com"})


class LostAnswer(StrEnum):
    """What is done about a message when nobody knows whether it arrived."""

    DROP = "drop"
    REPEAT = "repeat"


class SlackWebhookNotifier:
    name = "slack"
    edits = False

    def __init__(
        self,
        url: SecretStr,
        *,
        timeout_seconds: float,
        lost_answer: LostAnswer = LostAnswer.DROP,
        seconds_apart: float = SECONDS_APART,
    ) -> None:
        self.seconds_apart = seconds_apart
        self._url = url
        self._timeout_seconds = timeout_seconds
        self._lost_answer = lost_answer

    def send(self, message: Outgoing, now: datetime) -> Attempt:
        """Post it; blocks that Slack refuses are followed by the same facts as plain text."""
        if problem := self._problem():
            return problem
        laid_out = blocks.message(message, reference=f"ref {reference(message.delivery)}")
        attempt = self._post({"text": laid_out.text, "blocks": list(laid_out.blocks)}, now)
        if attempt.outcome is not Outcome.REFUSED:
            return attempt
        plain = self._post({"text": laid_out.text}, now)
        if plain.outcome is not Outcome.SENT:
            return plain
        return Attempt(Outcome.SENT, error=f"sent as plain text; {attempt.error}")

    def edit(self, message: Outgoing, now: datetime) -> Attempt:
        raise NotImplementedError("a webhook cannot change what it has posted")

    def find(self, message: Outgoing, now: datetime) -> Attempt:  # noqa: ARG002 - named by the contract
        """Never finds out: tells that it did not arrive where it is to be repeated, else lets it go."""
        if self._lost_answer is LostAnswer.REPEAT:
            return Attempt(Outcome.NOT_SENT, error="the answer to posting it was lost, so it is repeated")
        ref = reference(message.delivery)
        return Attempt(
            Outcome.REFUSED,
            error="the answer to posting it was lost, and a webhook cannot be read back",
            remedy=(
                f"look for 'ref {ref}' in the channel; if it is not there: cssync outbox retry {ref}; "
                "notify.slack.via: bot does that by itself"
            ),
        )

    def withdraw(self, message: Outgoing, now: datetime) -> Attempt:
        raise NotImplementedError("a webhook cannot delete what it has posted")

    def check(self) -> Iterator[Check]:
        """Look at the address only: the one way to try a webhook is to post."""
        if problem := self._problem():
            yield Check("Slack webhook", CheckStatus.FAILED, problem.error, problem.remedy)
            return
        url = urlsplit(self._url.get_secret_value().strip())
        if url.scheme != "https" or url.hostname not in _HOSTS or not url.path.startswith("/services/"):
            yield Check("Slack webhook", CheckStatus.WARNING, "not an address of Slack's webhooks", _REMEDY)
            return
        yield Check("Slack webhook", CheckStatus.OK, "an address of Slack's webhooks; nothing was posted to try it")

    @cached_property
    def _client(self) -> WebhookClient:
        return webhook_client(self._url.get_secret_value().strip(), timeout_seconds=self._timeout_seconds)

    def _problem(self) -> Attempt | None:
        if malformed := self._malformed():
            return Attempt(Outcome.SINK_DOWN, error=malformed, remedy=_REMEDY)
        return outcome.of_building(lambda: self._client)

    def _malformed(self) -> str:
        text = self._url.get_secret_value().strip()
        try:
            url = urlsplit(text)
        except ValueError:
            return "the Slack webhook is not a URL"
        if not (text.isascii() and text.isprintable() and " " not in text and url.hostname):
            return "the Slack webhook is not a URL"
        return "" if url.scheme in {"http", "https"} else "the Slack webhook does not begin with https://"

    def _post(self, body: dict[str, object], now: datetime) -> Attempt:
        quiet = {"parse": "none", "link_names": False, "unfurl_links": False, "unfurl_media": False}
        try:
            answer = self._client.send_dict({**body, **quiet})
        except outcome.ESCAPES as error:
            return outcome.of_error(error, now)
        return outcome.of_webhook(answer.status_code, answer.headers, answer.body, now)


def reference(delivery: Delivery) -> str:
    return delivery.id[:8]
