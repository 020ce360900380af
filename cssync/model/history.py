"""What the CRM itself remembers of the time before cssync."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from cssync.model.tables import OPPORTUNITY_SPELLS, OWNERSHIP, PROBLEMS, SPELLS, empty
from cssync.model.wording import day, listed

# What may have a history of its own; each is tracked, or not, in its own right.
CSM, ARR, LIFECYCLE = "csm", "arr", "lifecycle"
# Who was a customer: as far back as all that decides it is known.
CUSTOMERS = "customers"
# What became of deals on their way.
PIPELINE = "pipeline"
# What they are called in front of people.
NAMES = {CSM: "owners", CUSTOMERS: "who was a customer", ARR: "ARR", LIFECYCLE: "lifecycles", PIPELINE: "deals"}


@dataclass(frozen=True, slots=True)
class History:
    """*ownership*: ``OWNERSHIP``, *pipeline*: ``OPPORTUNITY_SPELLS``; empty where the source keeps no history.

    *since*: for each of ``csm``, ``arr``, ``lifecycle``, ``pipeline`` that was tracked, the first day of which its
    history is real; what is missing was not tracked, and its past is unknown. *notes*: sentences for the operator.
    """

    ownership: pl.DataFrame = field(default_factory=lambda: empty(OWNERSHIP))
    since: Mapping[str, date] = field(default_factory=dict)
    problems: pl.DataFrame = field(default_factory=lambda: empty(PROBLEMS))
    notes: tuple[str, ...] = ()
    calls: int = 0
    pipeline: pl.DataFrame = field(default_factory=lambda: empty(OPPORTUNITY_SPELLS))


@dataclass(frozen=True, slots=True)
class Backfill:
    """A history as spells, as nights of our own would have left them. *spells*: ``SPELLS``, *pipeline*:
    ``OPPORTUNITY_SPELLS``.
    """

    spells: pl.DataFrame = field(default_factory=lambda: empty(SPELLS))
    pipeline: pl.DataFrame = field(default_factory=lambda: empty(OPPORTUNITY_SPELLS))


def reach(known: Mapping[str, date], as_of: date) -> str:
    """Owners are known from 3 Mar 2025, who was a customer, ARR and lifecycles from tonight; empty without *known*."""
    by_day: dict[date, list[str]] = {}
    for fact, name in NAMES.items():
        if fact in known and (fact != CUSTOMERS or known[fact] != known.get(CSM)):
            by_day.setdefault(known[fact], []).append(name)
    told = ", ".join(
        f"{listed(names, len(names))} from {'tonight' if first == as_of else day(first)}"
        for first, names in by_day.items()
    )
    return f"{told[0].upper()}{told[1:]}.".replace(" from ", " are known from ", 1) if told else ""
