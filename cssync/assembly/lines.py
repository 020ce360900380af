"""The lines that a command may walk: a night for real, a rehearsal of one, and one into the past.

They differ here and nowhere else: in the store they are given, and in where they speak.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from connectors.base import Progress, no_progress
from cssync.assembly.audiences import ON_SCREEN, SLACK, slack_routes
from cssync.assembly.calendars import workdays
from cssync.assembly.parts import console, dry_store, now, remembered, slack, store
from cssync.gate import Doubt
from cssync.model.delivery import Address
from cssync.model.night import Run
from cssync.model.pull import Pull
from cssync.notify.delivery import Fallbacks
from cssync.run import Audience, Line, Outcome, refuse
from cssync.settings.loaded import Loaded

if TYPE_CHECKING:
    from rich.console import Console

    from cssync.notify.slack.controls import Controls

# A screen holds about one story; the others are an option away.
ONE_STORY = 1


class Unheard:
    """An Audience of nobody."""

    def begun(self, run: Run) -> None: ...

    def pulled(self, pull: Pull, seconds: float) -> None: ...

    def added_up(self, company: object) -> None: ...

    def ended(self, outcome: Outcome) -> None: ...


@contextmanager
def night(
    loaded: Loaded,
    screen: Console,
    *,
    judge: Callable[[Sequence[Doubt]], None] = refuse,
    audience: Audience | None = None,
    progress: Progress = no_progress,
    controls: Controls | None = None,
    in_full: int | None = ONE_STORY,
) -> Iterator[Line]:
    """A night for real: what it finds is remembered, and told to everyone whom the settings name.

    *controls*: see ``cssync.assembly.parts.slack``. *in_full*: see ``cssync.notify.console.ConsoleNotifier``.
    """
    notify = loaded.settings.notify
    notifiers, leadership, operations, fallbacks = [], [], [], Fallbacks()
    if notify.console:
        notifiers.append(console(screen, in_full))
        leadership.append(ON_SCREEN)
    if notify.slack.enabled:
        notifiers.append(slack(loaded, controls))
        leadership += slack_routes(loaded.settings, edits=notifiers[-1].edits)
        channel = notify.slack.channel or ""
        operations.append(Address(SLACK, notify.slack.operations_channel or channel))
        fallbacks = Fallbacks(Address(SLACK, channel), tuple(operations), loaded.settings.tenant)
    memory = store(loaded)
    try:
        yield Line(
            loaded=loaded, connector=remembered(loaded, memory), store=memory, notifiers=notifiers,
            leadership=leadership, operations=operations, judge=judge, audience=audience or Unheard(),
            progress=progress, now=now, sleep=time.sleep, workdays=workdays(loaded.settings.alerts.holidays),
            fallbacks=fallbacks,
        )  # fmt: skip
    finally:
        memory.close()


@contextmanager
def rehearsal(
    loaded: Loaded,
    screen: Console | None,
    *,
    judge: Callable[[Sequence[Doubt]], None] = refuse,
    audience: Audience | None = None,
    progress: Progress = no_progress,
    in_full: int | None = ONE_STORY,
) -> Iterator[Line]:
    """The same line with a store that forgets, and *screen* for its only audience. The pull is real."""
    memory = dry_store(loaded)
    notifiers, leadership = ([console(screen, in_full)], [ON_SCREEN]) if screen else ([], [])
    try:
        yield Line(
            loaded=loaded, connector=remembered(loaded, memory), store=memory, notifiers=notifiers,
            leadership=leadership, operations=[], judge=judge, audience=audience or Unheard(),
            progress=progress, now=now, sleep=time.sleep, workdays=workdays(loaded.settings.alerts.holidays),
        )  # fmt: skip
    finally:
        memory.close()


@contextmanager
def backfilling(loaded: Loaded, progress: Progress = no_progress) -> Iterator[Line]:
    """A line for looking back: with a store, and nobody to tell."""
    memory = store(loaded)
    try:
        yield Line(
            loaded=loaded, connector=remembered(loaded, memory), store=memory, notifiers=[], leadership=[],
            operations=[], judge=refuse, audience=Unheard(), progress=progress, now=now, sleep=time.sleep,
        )  # fmt: skip
    finally:
        memory.close()
