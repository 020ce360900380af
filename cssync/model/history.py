"""What the CRM itself remembers of the time before cssync."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from cssync.model.tables import OWNERSHIP, PROBLEMS, empty

# What may have a history of its own; each is tracked, or not, in its own right.
CSM, ARR, LIFECYCLE = "csm", "arr", "lifecycle"


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
