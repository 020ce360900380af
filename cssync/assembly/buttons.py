"""Deciding in Slack, for as long as the schedule runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from cssync.assembly.parts import now, store
from cssync.model.delivery import Delivery, Outgoing
from cssync.operations import bugs
from cssync.settings.loaded import Loaded

if TYPE_CHECKING:
    from cssync.notify.slack.controls import Controls


def controls(loaded: Loaded) -> Controls | None:
    """What messages offer while the schedule runs; None where nobody would hear it pressed."""
    if not _are_heard(loaded):
        return None
    from cssync.notify.slack.controls import Pressable

    return Pressable()


@contextmanager
def pressable(loaded: Loaded, decided: Callable[[], None]) -> Iterator[None]:
    """Presses are heard until the block ends, where the settings and the secrets allow them. *decided*: after each."""
    slack, secrets = loaded.settings.notify.slack, loaded.secrets.slack
    if not _are_heard(loaded) or secrets.app_token is None or secrets.bot_token is None:
        yield
        return
    from cssync.desk.listener import listening
    from cssync.desk.slack import SlackDesk
    from cssync.notify.slack import blocks
    from cssync.notify.slack.client import web_client

    def lay_out(delivery: Delivery) -> list[Any]:
        return list(blocks.message(Outgoing(delivery)).blocks)

    client = web_client(
        secrets.bot_token.get_secret_value().strip(), api_url=slack.api_url, timeout_seconds=slack.timeout_seconds
    )
    desk = SlackDesk(
        client=client,
        store=lambda: closing(store(loaded)),
        policy=loaded.settings.alerts,
        allowed=frozenset(person.casefold() for person in slack.buttons.allowed),
        zone=loaded.settings.zone,
        now=now,
        lay_out=lay_out,
        decided=decided,
    )
    app_token = secrets.app_token.get_secret_value().strip()
    with listening(app_token, client, desk, report_bug=bugs.report):
        yield


def _are_heard(loaded: Loaded) -> bool:
    slack = loaded.settings.notify.slack
    return slack.enabled and slack.via == "bot" and slack.buttons.enabled and loaded.secrets.slack.app_token is not None
