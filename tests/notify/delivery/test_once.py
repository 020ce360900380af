"""A digest arrives exactly once by bot, and by webhook as the settings say, whatever goes wrong on the way."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

import pytest
from pydantic import SecretStr

from cssync.model.delivery import Delivery, DeliveryState
from cssync.model.digest import Digest
from cssync.notify.slack.web import SlackBotNotifier
from cssync.notify.slack.webhook import LostAnswer, SlackWebhookNotifier
from tests.emulators.slack.faults import (
    NOT_JSON,
    UNAVAILABLE,
    Cut,
    Fault,
    accepted_then,
    error,
    lost,
    slow_down,
)
from tests.emulators.slack.server import WEBHOOK, SlackServer
from tests.notify.builders import NIGHT, Clock, MemoryOutbox, delivery, digest, entry, run
from tests.notify.conftest import TIMEOUT_SECONDS

POST = "chat.postMessage"


SEQUENCES: dict[str, list[Fault]] = {
    "accepted, then closed": [accepted_then(Cut.CLOSE)],
    "accepted, then reset": [accepted_then(Cut.RESET)],
    "accepted, then silent": [accepted_then(Cut.SILENCE)],
    "accepted, half a body": [accepted_then(Cut.HALF)],
    "accepted, then 503": [accepted_then(UNAVAILABLE)],
    "accepted, then no JSON": [accepted_then(NOT_JSON)],
    "accepted, then fatal_error": [accepted_then(error("fatal_error"))],
    "lost before Slack": [lost()],
    "lost, reset": [lost(Cut.RESET)],
    "503 before accepting": [lost(UNAVAILABLE)],
    "lost twice": [lost(), lost(Cut.RESET)],
    "lost, then accepted and closed": [lost(), accepted_then(Cut.CLOSE)],
    "503 before, then 503 after": [lost(UNAVAILABLE), accepted_then(UNAVAILABLE)],
    "slow down for 2 s": [slow_down("2")],
    "slow down until a date": [slow_down("Sun, 22 Nov 2026 04:00:20 GMT")],
    "slow down, no word how long": [slow_down(None)],
    "slow down for 0 s": [slow_down("0"), slow_down("0")],
    "slow down for an hour": [slow_down("3600")],
    "lost, slow down, accepted and reset": [lost(), slow_down("1"), accepted_then(Cut.RESET)],
    "never reached in the first run": [lost(), lost(), lost()],
}


@pytest.mark.parametrize("faults", SEQUENCES.values(), ids=SEQUENCES)
def test_alert_case_01_02_03_04_29_by_bot_exactly_one_message_arrives(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock, faults: list[Fault]
) -> None:
    slack.inject(POST, *faults)
    outbox = MemoryOutbox(delivery())

    run(outbox, bot, clock)
    clock.sleep(24 * 3600)
    run(outbox, bot, clock)
    run(outbox, bot, clock)

    (message,) = slack.messages()
    (row,) = outbox.rows.values()
    assert row.state is DeliveryState.SENT
    assert row.receipt == f"C0CAPACITY:{message['ts']}"


@pytest.mark.parametrize("faults", SEQUENCES.values(), ids=SEQUENCES)
def test_alert_case_33_by_webhook_at_most_one_message_arrives(
    slack: SlackServer, webhook: SlackWebhookNotifier, clock: Clock, faults: list[Fault]
) -> None:
    slack.inject(WEBHOOK, *faults)
    outbox = MemoryOutbox(delivery())

    run(outbox, webhook, clock)
    clock.sleep(24 * 3600)
    run(outbox, webhook, clock)

    arrived = len(slack.messages())
    assert arrived <= 1
    assert set(outbox.states) <= {DeliveryState.SENT, DeliveryState.DEAD}
    assert arrived == 1 or outbox.states == [DeliveryState.DEAD]


def test_alert_case_33_a_webhook_of_unknown_fate_is_given_up_and_says_where_to_look(
    slack: SlackServer, webhook: SlackWebhookNotifier, clock: Clock
) -> None:
    slack.inject(WEBHOOK, accepted_then(Cut.CLOSE))

    delivered = run(MemoryOutbox(delivery()), webhook, clock)

    assert (delivered.dead, delivered.pending) == (1, 0)
    assert delivered.errors == (
        (
            "the answer to posting it was lost, and a webhook cannot be read back: look for 'ref 5d41402a' in the "
            "channel; if it is not there: cssync outbox retry 5d41402a; notify.slack.via: bot does that by itself"
        ),
    )


def test_the_attempt_is_on_record_before_it_is_made(slack: SlackServer, bot: SlackBotNotifier, clock: Clock) -> None:
    outbox = MemoryOutbox(delivery())

    run(outbox, bot, clock)

    begun, ended = outbox.written
    assert (begun.state, begun.attempts, begun.first_attempt_at) == (DeliveryState.SENDING, 1, NIGHT)
    assert (ended.state, ended.attempts, ended.error) == (DeliveryState.SENT, 1, None)


class KilledError(Exception):
    """Stands for a process that dies at this very line."""


class DyingOutbox(MemoryOutbox):
    """Fails for good at the n-th write, like a disk that is full or a process that is killed."""

    def __init__(self, lives: int, *deliveries: Delivery) -> None:
        super().__init__(*deliveries)
        self.lives = lives

    def record(self, delivery: Delivery, others: Iterable[Delivery] = ()) -> None:
        if not self.lives:
            raise KilledError
        self.lives -= 1
        super().record(delivery, others)


@pytest.mark.parametrize("writes_before_death", [0, 1, 2, 3, 4])
@pytest.mark.parametrize("fault", [None, accepted_then(Cut.CLOSE), lost()], ids=["none", "accepted", "lost"])
def test_alert_case_06_a_run_that_dies_anywhere_is_completed_by_the_next_one(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock, writes_before_death: int, fault: Fault | None
) -> None:
    slack.inject(POST, *([fault] if fault else []))
    dying = DyingOutbox(writes_before_death, delivery())
    with contextlib.suppress(KilledError):
        run(dying, bot, clock)

    outbox = MemoryOutbox(*dying.rows.values())
    clock.sleep(60)
    run(outbox, bot, clock)

    assert len(slack.messages()) == 1
    assert outbox.states == [DeliveryState.SENT]


def test_alert_case_17_a_message_that_can_never_go_out_is_dead_and_the_others_go_on(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock
) -> None:
    slack.inject(POST, lost(error("invalid_blocks")), lost(error("msg_too_long")))
    outbox = MemoryOutbox(delivery(id="one"), delivery(id="two"))

    delivered = run(outbox, bot, clock)

    assert outbox.states == [DeliveryState.DEAD, DeliveryState.SENT]
    assert (delivered.dead, delivered.sent) == (1, 1)


def test_alert_case_17_refused_blocks_go_out_as_plain_text_and_that_is_noted(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock
) -> None:
    slack.inject(POST, lost(error("invalid_blocks")))

    delivered = run(MemoryOutbox(delivery()), bot, clock)

    assert (delivered.sent, delivered.failure) == (1, None)
    assert delivered.notes == ("sent as plain text; Slack refused: invalid_blocks",)


def test_a_token_from_a_file_may_end_with_a_line_break(slack: SlackServer, clock: Clock) -> None:
    token = SecretStr(slack.workspace.token + "\n")
    bot = SlackBotNotifier(token, api_url=slack.api_url, timeout_seconds=5, sleep=clock.sleep)

    assert run(MemoryOutbox(delivery()), bot, clock).sent == 1


def long_digest() -> Digest:
    """Two hundred alerts, each at the length that Slack allows to one."""
    return digest(*(entry(who=f"CSM {number}", facts="x" * 3_001, action="y" * 3_001) for number in range(200)))


def test_alert_case_17_18_two_hundred_long_alerts_go_out_as_one_message_of_blocks(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock
) -> None:
    """More than 51 blocks, sections over 3,000 characters, 13,000 in all, and a text that Slack would split."""
    delivered = run(MemoryOutbox(delivery(long_digest())), bot, clock)

    (message,) = slack.messages()
    assert (delivered.sent, delivered.notes) == (1, ())
    assert len(message["blocks"]) <= 50
    assert len(message["text"]) <= 3_000


def test_alert_case_17_18_its_plain_text_is_one_message_too(
    slack: SlackServer, bot: SlackBotNotifier, clock: Clock
) -> None:
    slack.inject(POST, lost(error("msg_blocks_too_long")))

    assert run(MemoryOutbox(delivery(long_digest())), bot, clock).sent == 1
    assert len(slack.messages()) == 1


@pytest.mark.parametrize("fault", [accepted_then(Cut.CLOSE), accepted_then(Cut.SILENCE), accepted_then(UNAVAILABLE)])
def test_alert_case_33_a_webhook_that_is_to_repeat_may_show_a_message_twice_under_one_reference(
    slack: SlackServer, clock: Clock, fault: Fault
) -> None:
    slack.inject(WEBHOOK, fault)
    webhook = SlackWebhookNotifier(SecretStr(slack.webhook_url), timeout_seconds=1, lost_answer=LostAnswer.REPEAT)
    outbox = MemoryOutbox(delivery())

    delivered = run(outbox, webhook, clock)

    assert (delivered.sent, delivered.failure) == (1, None)
    assert [message["text"].splitlines()[-1] for message in slack.messages()] == ["ref 5d41402a"] * 2


@pytest.mark.parametrize("faults", SEQUENCES.values(), ids=SEQUENCES)
def test_alert_case_33_a_webhook_that_is_to_repeat_brings_every_message_at_least_once(
    slack: SlackServer, clock: Clock, faults: list[Fault]
) -> None:
    slack.inject(WEBHOOK, *faults)
    webhook = SlackWebhookNotifier(
        SecretStr(slack.webhook_url), timeout_seconds=TIMEOUT_SECONDS, lost_answer=LostAnswer.REPEAT
    )
    outbox = MemoryOutbox(delivery())

    run(outbox, webhook, clock)
    clock.sleep(24 * 3600)
    run(outbox, webhook, clock)

    assert slack.messages()
    assert outbox.states == [DeliveryState.SENT]
