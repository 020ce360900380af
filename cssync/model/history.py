"""What the CRM itself remembers of the time before cssync."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from cssync.model.tables import OWNERSHIP, PROBLEMS, empty
from cssync.model.wording import day, listed

# What may have a history of its own; each is tracked, or not, in its own right.
CSM, ARR, LIFECYCLE = "csm", "arr", "lifecycle"
_NAMES = {CSM: "owners", ARR: "ARR", LIFECYCLE: "lifecycles"}


@dataclass(frozen=True, slots=True)
class History:
    """*ownership*: ``OWNERSHIP``, empty where the source keeps no history.

    *since*: for each of ``csm``, ``arr``, ``lifecycle`` that was tracked, the first day of which its history is
    real; what is missing was not tracked, and its past is unknown. *notes*: sentences for the operator.
    """

    ownership: pl.DataFrame = field(default_factory=lambda: empty(OWNERSHIP))
    since: Mapping[str, date] = field(default_factory=dict)
    problems: pl.DataFrame = field(default_factory=lambda: empty(PROBLEMS))
    notes: tuple[str, ...] = ()
    calls: int = 0


def reach(known: Mapping[str, date], as_of: date) -> str:
    """Owners are known from 3 Mar 2025, ARR and lifecycles from tonight. Empty where nothing was ever asked for."""
    by_day: dict[date, list[str]] = {}
    for fact, name in _NAMES.items():
        if fact in known:
            by_day.setdefault(known[fact], []).append(name)
    parts = [
        f"{listed(names)}{'' if position else ' are known'} from {'tonight' if first == as_of else day(first)}"
        for position, (first, names) in enumerate(by_day.items())
    ]
    return f"{parts[0][0].upper()}{', '.join(parts)[1:]}." if parts else ""
