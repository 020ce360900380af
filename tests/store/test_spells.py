"""Whatever happens to the accounts from night to night, their spells stay a sound history."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from decimal import Decimal
from typing import TypeAlias

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cssync.model.night import SpellChanges
from cssync.store.base import Store
from cssync.store.open import open_store
from tests.builders import DAY, a_night, a_run, a_spell, spell_changes

# The ARR of each account that the CRM holds; an account that is not in here is not in the CRM.
Snapshot: TypeAlias = dict[str, int]

ACCOUNTS = ("001a", "001b", "001c", "001d")
SINCE = date(2026, 1, 1)
_numbers = itertools.count()

snapshots = st.dictionaries(st.sampled_from(ACCOUNTS), st.integers(0, 2))
# How many days after the night before, zero being a second run of the same day; and what the CRM holds then.
nights = st.lists(st.tuples(st.integers(0, 2), snapshots), min_size=1, max_size=6)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(nights)
def test_spells_never_overlap_and_rebuild_every_past_day(address: str, story: list[tuple[int, Snapshot]]) -> None:
    store = open_store(address, f"tenant {next(_numbers)}")
    told: dict[date, Snapshot] = {}
    day = DAY
    for number, (days, snapshot) in enumerate(story):
        day += timedelta(days=days)
        store.commit(a_night(day, run=a_run(day, id=f"run {number}"), spells=_changes(store, day, snapshot)))
        told[day] = snapshot

    spells = store.past(day + timedelta(days=1), SINCE).spells
    store.close()

    rows = spells.select("account_id", "valid_from", "valid_to", "arr").sort("account_id", "valid_from").rows()
    for earlier, later in itertools.pairwise(rows):
        assert earlier[0] != later[0] or (earlier[2] is not None and earlier[2] <= later[1])
    assert sorted(row[0] for row in rows if row[2] is None) == sorted(told[day])
    for past_day, snapshot in told.items():
        assert {
            account: int(arr)
            for account, since, until, arr in rows
            if since <= past_day and (until is None or past_day < until)
        } == snapshot


def _changes(store: Store, day: date, snapshot: Snapshot) -> SpellChanges:
    """What turns the stored spells into those of *snapshot*, reckoned the long way."""
    stored = store.past(day, SINCE).spells.select("account_id", "valid_from", "valid_to", "arr").rows()
    fresh = [(account, since) for account, since, _, _ in stored if since == day]
    still_open = {account: (since, int(arr)) for account, since, until, arr in stored if until is None and since != day}
    closed = [
        (account, since, day) for account, (since, arr) in still_open.items() if snapshot.get(account, None) != arr
    ]
    opened = [
        a_spell(account, day, arr=Decimal(arr))
        for account, arr in snapshot.items()
        if account not in still_open or still_open[account][1] != arr
    ]
    return spell_changes(removed=fresh, closed=closed, opened=opened)
