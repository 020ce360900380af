"""No notifier tells its secret, whatever it is asked to do and whatever goes wrong."""

from __future__ import annotations

import io
import logging
from collections.abc import Callable

import pytest
import structlog
from pydantic import SecretStr
from rich.console import Console

from cssync.model.delivery import Outgoing
from cssync.notify.base import Notifier
from cssync.notify.console import ConsoleNotifier
from cssync.notify.delivery import deliver
from cssync.notify.slack.web import SlackBotNotifier
from cssync.notify.slack.webhook import SlackWebhookNotifier
from tests.emulators.slack.faults import NOT_JSON, UNAVAILABLE, Answer, Cut, Ending, error, lost
from tests.emulators.slack.server import WEBHOOK, SlackServer
from tests.notify.builders import NIGHT, Clock, MemoryOutbox, delivery, digest, entry

CANARY = "canary-s3cret"

# Where the secret sits in what each notifier is built of; the argument is the emulator's address.
NOTIFIERS: dict[str, Callable[[str], Notifier]] = {
    "bot": lambda at: bot(f"xoxb-{CANARY}", f"{at}/api/"),
    "bot, token with a line break": lambda at: bot(f"xoxb-\n{CANARY}", f"{at}/api/"),
    "bot, token beyond ASCII": lambda at: bot(f"xoxb-\u2713{CANARY}", f"{at}/api/"),
    "bot, no token": lambda at: bot("", f"{at}/api/"),
    "bot, address that is none": lambda _: bot(f"xoxb-{CANARY}", "slack.com/api"),
    "bot, address with a blank": lambda at: bot(f"xoxb-{CANARY}", f"{at}/a b/"),
    "webhook": lambda at: webhook(f"{at}/services/T0ACME/B0CSSYNC/{CANARY}"),
    "webhook, not a URL": lambda _: webhook(CANARY),
    "webhook, no host": lambda _: webhook(f"https:///{CANARY}"),
    "webhook, file": lambda _: webhook(f"file:///{CANARY}"),
    "webhook, line break": lambda at: webhook(f"{at}/services/\n{CANARY}"),
    "webhook, broken address": lambda _: webhook(f"http://[::1/{CANARY}"),
    "webhook, broken port": lambda _: webhook(f"http://127.0.0.1:{CANARY}/services"),
    "console": lambda _: ConsoleNotifier(Console(file=io.StringIO())),
}

ENDINGS: dict[str, Ending | None] = {
    "well": None,
    "closed": Cut.CLOSE,
    "half": Cut.HALF,
    "503": UNAVAILABLE,
    "HTML": NOT_JSON,
    "429": Answer(429, b"slow down", {"Retry-After": "1"}),
    "invalid_auth": error("invalid_auth"),
    "the secret itself": Answer(200, b'{"ok":false,"error":"canary-s3cret"}'),
    "the secret in a header": Answer(400, b"canary-s3cret", {"Location": "https://canary-s3cret/"}),
}


@pytest.mark.parametrize("ending", ENDINGS.values(), ids=ENDINGS)
@pytest.mark.parametrize("making", NOTIFIERS.values(), ids=NOTIFIERS)
def test_a_secret_is_in_no_message_log_or_repr(
    slack: SlackServer,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
    making: Callable[[str], Notifier],
    ending: Ending | None,
) -> None:
    caplog.set_level(logging.DEBUG)
    if ending is not None:
        for method in ("chat.postMessage", "conversations.history", "auth.test", WEBHOOK):
            slack.inject(method, *[lost(ending)] * 10)
    clock = Clock()
    notifier = making(slack.api_url.removesuffix("/api/"))
    waiting = delivery(digest(entry(who="Dana Roy")), sink=notifier.name)
    outbox = MemoryOutbox(waiting)

    with structlog.testing.capture_logs() as logged:
        delivered = deliver(outbox, [notifier], now=clock.now, sleep=clock.sleep)
    told = [
        repr(delivered),
        str(delivered.failure),
        repr(outbox.written),
        repr(notifier),
        repr(vars(notifier)),
        repr(notifier.find(Outgoing(waiting), NIGHT)),
        *map(repr, notifier.check()),
    ]

    assert CANARY not in "".join(told)
    assert CANARY not in caplog.text + str(logged) + "".join(capfd.readouterr())
    assert "Dana Roy" not in caplog.text + str(logged)


def bot(token: str, api_url: str) -> SlackBotNotifier:
    return SlackBotNotifier(
        SecretStr(token), api_url=api_url, timeout_seconds=5, channels=("C0CAPACITY",), sleep=lambda _: None
    )


def webhook(url: str) -> SlackWebhookNotifier:
    return SlackWebhookNotifier(SecretStr(url), timeout_seconds=5)
