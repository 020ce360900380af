"""``cssync backfill``: who looked after what before the first night, from the CRM's own history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cssync.cli.start import ConfigPath

if TYPE_CHECKING:
    from collections.abc import Iterator

    from cssync.run import Backfilled


def backfill(path: ConfigPath = None) -> None:
    """Rebuild the time before the first night from the CRM's own history.

    The first `cssync run` does so by itself. This is for when the CRM has begun to show more of its history since
    then; it replaces what was rebuilt before, goes on where it broke off, and changes no night that was accepted.
    """
    from cssync import assembly
    from cssync.cli.output import product, progress
    from cssync.cli.start import start
    from cssync.run import backfill as rebuild
    from cssync.settings import secrets

    loaded = start(path)
    secrets.require(loaded, secrets.needed_by_source(loaded.settings))
    screen = product()
    with progress() as bars, assembly.backfilling(loaded, progress=bars) as line:
        found = rebuild(line, assembly.today(loaded))
    for sentence in _told(found):
        screen.print(sentence)


def _told(found: Backfilled) -> Iterator[str]:
    from cssync.model.history import ARR, CSM, CUSTOMERS, LIFECYCLE, PIPELINE
    from cssync.model.wording import count, day

    history = found.history
    yield f"Rebuilt: {count(found.accounts, 'account')}, {count(found.changes, 'change')} of them" + (
        f", {count(history.calls, 'API call')}." if history.calls else "."
    )
    for fact, name in ((CSM, "Owners"), (CUSTOMERS, "Customers"), (ARR, "ARR"), (LIFECYCLE, "Lifecycles")):
        tracked = found.known[fact] < found.first_night
        since = day(found.known[fact])
        untracked = f"the first night, {since}" + ("" if fact == CUSTOMERS else "; the CRM recorded none")
        yield f"{name}: known from {since if tracked else untracked}"
    if PIPELINE in found.known:
        yield f"Deals: known from {day(found.known[PIPELINE])}"
    yield from (f"- {note}" for note in history.notes)
    yield "Next: cssync books"
