"""Deciding in Slack, for as long as the schedule runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from cssync.assembly.parts import now, store
from cssync.model.check import Check, CheckStatus
from cssync.model.delivery import Delivery, Outgoing
from cssync.operations import bugs
from cssync.settings.loaded import Loaded

if TYPE_CHECKING:
    from slack_sdk import WebClient

    from cssync.notify.slack.controls import Controls


_BUTTONS = "Slack buttons"


def controls(loaded: Loaded) -> Controls | None:
    """What messages offer while the schedule runs; None where nobody would hear it pressed."""
    if not _are_heard(loaded):
        return None
    from cssync.notify.slack.controls import Pressable

    return Pressable()


@contextmanager
def pressable(loaded: Loaded, decided: Callable[[], None]) -> Iterator[None]:
    """Presses are heard until the block ends, where the settings and the secrets allow them. *decided*: after each."""
    app_token, client = loaded.secrets.slack.app_token, _client(loaded) if _are_heard(loaded) else None
    if app_token is None or client is None:
        yield
        return
    from cssync.desk.listener import listening
    from cssync.desk.slack import SlackDesk
    from cssync.notify.slack import blocks

    def lay_out(delivery: Delivery) -> list[Any]:
        return list(blocks.message(Outgoing(delivery)).blocks)

    desk = SlackDesk(
        client=client,
        store=lambda: closing(store(loaded)),
        policy=loaded.settings.alerts,
        allowed=frozenset(person.casefold() for person in loaded.settings.notify.slack.buttons.allowed),
        zone=loaded.settings.zone,
        now=now,
        lay_out=lay_out,
        decided=decided,
    )
    with listening(app_token.get_secret_value().strip(), client, desk, report_bug=bugs.report):
        yield


def checks(loaded: Loaded) -> Iterator[Check]:
    """What doctor shows of deciding in Slack."""
    slack = loaded.settings.notify.slack
    if slack.via == "webhook" or not slack.buttons.enabled:
        yield Check(_BUTTONS, CheckStatus.OK, "off: messages name the command")
    elif (client := _client(loaded)) is None or (app_token := loaded.secrets.slack.app_token) is None:
        yield Check(_BUTTONS, CheckStatus.OK, "off without SLACK_APP_TOKEN: messages name the command")
    else:
        from cssync.notify.slack.checks import of_app

        yield of_app(client, app_token.get_secret_value().strip())


def _client(loaded: Loaded) -> WebClient | None:
    slack, token = loaded.settings.notify.slack, loaded.secrets.slack.bot_token
    if token is None:
        return None
    from cssync.notify.slack.client import web_client

    return web_client(token.get_secret_value().strip(), api_url=slack.api_url, timeout_seconds=slack.timeout_seconds)


def _are_heard(loaded: Loaded) -> bool:
    slack = loaded.settings.notify.slack
    return slack.enabled and slack.via == "bot" and slack.buttons.enabled and loaded.secrets.slack.app_token is not None
