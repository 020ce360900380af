"""What a new customer is usually worth, in ARR, for each group of books."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from cssync.books.history import History
from cssync.capacity.forecast.distribution import Floats
from cssync.capacity.forecast.events import Events
from cssync.capacity.forecast.roster import Roster, Rows

# So many customers of the whole company are added to those that came to a group.
_PRIOR_CUSTOMERS = 5.0


@dataclass(frozen=True, slots=True)
class Worth:
    """By book: *mean* ARR of a customer won, and the mean of its square."""

    mean: Floats
    squares: Floats


def of_deals(values: Floats, roster: Roster, book: Rows, group: Rows) -> Floats:
    """By deal: of *values* by book that of its *book*, else the mean over its *group*'s CSMs, else over all."""
    if not len(values):
        return np.zeros(len(book))
    by_group = np.bincount(roster.group_of, values) / np.maximum(np.bincount(roster.group_of), 1)
    of_group = np.where(group >= 0, by_group[np.maximum(group, 0)], values.mean())
    return np.where(book >= 0, values[np.maximum(book, 0)], of_group)


def worth_of(history: History, events: Events, roster: Roster) -> Worth:
    """From the arrivals of the last year, else from the customers of today."""
    customers = history.books.customers
    came = events.arrivals.filter(pl.col("arr").is_not_null())
    rows = came if came.height else customers.filter(pl.col("arr").is_not_null())
    arr = rows["arr"].cast(pl.Float64).to_numpy()
    if not len(arr):
        return Worth(np.zeros(len(roster)), np.zeros(len(roster)))
    places = roster.places(rows["book_id"])
    known = places >= 0
    groups = roster.group_of
    size = int(groups.max(initial=-1)) + 1
    of_place = groups[places[known]]
    number = np.bincount(of_place, minlength=size) + _PRIOR_CUSTOMERS
    mean, squares = (
        (np.bincount(of_place, arr[known] ** n, minlength=size) + _PRIOR_CUSTOMERS * (arr**n).mean()) / number
        for n in (1, 2)
    )
    return Worth(mean[groups], squares[groups])
