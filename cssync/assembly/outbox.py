"""What may be asked of the outbox by hand: what is in it, and that it be sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from cssync.assembly.lines import night
from cssync.assembly.oversight import pings, status_now, write_metrics
from cssync.assembly.parts import dry_store, now
from cssync.errors import ExitCode
from cssync.model.delivery import KEPT_TRUE
from cssync.model.outbox import Kept
from cssync.notify.delivery import Delivered
from cssync.run import Line, deliver_again, deliver_due, is_news
from cssync.settings.loaded import Loaded

if TYPE_CHECKING:
    from rich.console import Console

    from cssync.notify.slack.controls import Controls


def outbox(loaded: Loaded) -> tuple[Kept, ...]:
    """All that is not out, and what has gone out in the last month; no lock is needed or waited for."""
    memory = dry_store(loaded)
    try:
        return memory.kept(now() - KEPT_TRUE)
    finally:
        memory.close()


def unsent(loaded: Loaded) -> tuple[Kept, ...]:
    """Of these, what is to go out, and what was given up and is still news."""
    open_or_dead = (one for one in outbox(loaded) if one.delivery.is_open or one.is_dead)
    return tuple(one for one in open_or_dead if one.delivery.is_open or is_news(one, now()))


def send(loaded: Loaded, screen: Console, controls: Controls | None = None) -> Delivered:
    """Deliver what is due. *controls*: see ``cssync.assembly.parts.slack``."""
    return _delivered(loaded, screen, deliver_due, controls)


def send_again(loaded: Loaded, screen: Console, wanted: Sequence[str] | None) -> Delivered:
    """The same, and with it what was given up: by the beginnings of ids; None: all of it."""
    return _delivered(loaded, screen, lambda line: deliver_again(line, wanted))


def _delivered(
    loaded: Loaded, screen: Console, deliver: Callable[[Line], Delivered], controls: Controls | None = None
) -> Delivered:
    with night(loaded, screen, controls=controls) as line:
        delivered = deliver(line)
    write_metrics(loaded)
    if delivered.sent and delivered.failure is None:
        _tell_drained(loaded)
    return delivered


def _tell_drained(loaded: Loaded) -> None:
    """The night whose message has gone out only now is done."""
    found = status_now(loaded)
    if found.exit_code is ExitCode.OK and found.standing.run:
        pings(loaded).drained(found.standing.run)
