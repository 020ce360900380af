"""Decides whether a night's numbers can be believed, before anything is concluded from them.

A CRM that half answers looks like mass churn: every alert would resolve, and refire the next night. So a night
is refused, and nothing changes, when the pull is empty, or has shrunk more than the settings allow against the
median of the recent good nights, or when too many records cannot be read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

from cssync.model.night import Run
from cssync.model.wording import count
from cssync.settings.model import Gate


@dataclass(frozen=True, slots=True)
class Doubt:
    """One reason not to believe a night, with its numbers."""

    what: str
    remedy: str


_MEASURES: tuple[tuple[str, Callable[[Run], Decimal]], ...] = (
    ("accounts", lambda run: Decimal(run.accounts)),
    ("customers", lambda run: Decimal(run.customers)),
    ("owners", lambda run: Decimal(run.owners)),
    ("ARR", lambda run: run.arr),
)


def doubts(night: Run, recent: Sequence[Run], unreadable: int, gate: Gate) -> Iterator[Doubt]:
    """Yield every reason to refuse *night*; *recent*: good nights, newest first. *unreadable*: accounts, not fields."""
    yield from _empty(night)
    yield from _shrunken(night, recent[: gate.recent_runs], gate)
    if night.accounts and Decimal(unreadable) / night.accounts > gate.max_problem_share:
        yield Doubt(
            f"{unreadable:,} of {count(night.accounts, 'account')} could not be read in full "
            f"({unreadable / night.accounts:.1%}; gate.max_problem_share allows {gate.max_problem_share:.0%})",
            "see the records to mend with `cssync run --dry`; often one field changed its type or its format",
        )


def _empty(night: Run) -> Iterator[Doubt]:
    remedy = "check what the integration user may see in the CRM (`cssync doctor`)"
    if not night.accounts:
        yield Doubt("the pull brought 0 accounts", remedy)
    elif not night.customers:
        yield Doubt(
            f"none of {count(night.accounts, 'account')} is a customer",
            "check customers.where against the values that `cssync doctor` shows",
        )
    if not night.owners:
        yield Doubt("the pull brought 0 owners", remedy)


def _shrunken(night: Run, recent: Sequence[Run], gate: Gate) -> Iterator[Doubt]:
    for name, measure in _MEASURES:
        comparable = [measure(run) for run in recent if name != "ARR" or run.currency == night.currency]
        usual = median(comparable) if comparable else Decimal(0)
        now = measure(night)
        if usual > 0 and now < usual * (1 - gate.max_drop):
            yield Doubt(
                f"{name} fell by {1 - now / usual:.0%}, from {usual:,.0f} (median of "
                f"{count(len(comparable), 'good night')}) to {now:,.0f}; gate.max_drop allows {gate.max_drop:.0%}",
                "look into the CRM; if this is true, run again with --accept",
            )
