"""How often each book wins a customer: its own arrivals, drawn towards what is usual in its segment.

``(n + r k) / (T + k)`` (empirical Bayes): n arrivals in T days, r the segment's rate, and k from how much CSMs differ
beyond chance. A book that is known for less than two weeks has the segment's rate alone.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from cssync.books.history import History
from cssync.capacity.forecast.distribution import Floats
from cssync.capacity.forecast.events import Events
from cssync.capacity.forecast.roster import Roster, Rows, sums
from cssync.capacity.forecast.seasons import number_of

# How many days of its own arrivals weigh as much as the segment's rate, where too few CSMs tell how much they differ;
# and the bounds of what their spread may make of it.
_PRIOR_DAYS = 365.0
_PRIOR_DAYS_BOUNDS = (30.0, 3650.0)
_ENOUGH_CSMS = 5
_TOO_SHORT_DAYS = 14


@dataclass(frozen=True, slots=True)
class Rates:
    """One number a book: *arrivals* in *days*, *a_day*: arrivals to be expected on a plain day, *shape*: how sure that
    is (of a Gamma), *share*: of all that comes to its group, *share_of_all*: of all that comes to CSMs.
    """

    arrivals: Floats
    days: Floats
    a_day: Floats
    shape: Floats
    share: Floats
    share_of_all: Floats


def rates_of(events: Events, roster: Roster, history: History) -> Rates:
    places = roster.places(events.arrivals["book_id"])
    known = places >= 0
    arrivals = np.bincount(places[known], minlength=len(roster)).astype(np.float64)
    days = _days_known(events, roster, history)
    arrivals[days < _TOO_SHORT_DAYS] = 0
    days[days < _TOO_SHORT_DAYS] = 0
    groups = roster.group_of
    a_day = _of_groups(arrivals, groups) / np.maximum(_of_groups(days, groups), 1.0)
    prior_days = _prior_days(arrivals, days, a_day[groups], roster)
    shape = arrivals + a_day[groups] * prior_days
    rate = shape / (days + prior_days)
    # Where nobody has won anything yet, all are as likely to be given the first.
    parts = rate + 1e-9
    of_csms = np.where(roster.is_csm, parts, 0.0)
    return Rates(
        arrivals=arrivals,
        days=days,
        a_day=rate,
        shape=shape,
        share=parts / _of_groups(parts, groups)[groups],
        share_of_all=of_csms / max(float(of_csms.sum()), 1e-9),
    )


def _days_known(events: Events, roster: Roster, history: History) -> Floats:
    """Since when each book is looked after, in days of the look-back."""
    as_of = number_of(history.timeline.as_of)
    longest = as_of - number_of(events.since)
    days = np.full(len(roster), float(longest))
    if events.observed:
        held = history.timeline.spells.lazy().filter("is_customer")
        first = held.group_by("book_id").agg(pl.min("valid_from")).collect()
        places = roster.places(first["book_id"])
        begun = first["valid_from"].to_physical().cast(pl.Int64).to_numpy()
        here = places >= 0
        days[places[here]] = np.clip(as_of - begun[here], 0, longest)
    return days


def _of_groups(values: Floats, groups: Rows) -> Floats:
    return sums(groups, values, int(groups.max(initial=-1)) + 1)


def _prior_days(arrivals: Floats, days: Floats, usual: Floats, roster: Roster) -> Floats:
    """The weight of the segment's rate, by moments: the more CSMs differ beyond chance, the less it weighs.

    How much they differ is asked of the whole company: the three CSMs of a segment tell little of it.
    """
    expected = usual * days
    compared = roster.is_csm & (expected > 0)
    if compared.sum() < _ENOUGH_CSMS:
        return np.full(len(roster), _PRIOR_DAYS)
    off = ((arrivals - expected) ** 2 - expected)[compared]
    apart = max(float(off.sum() / (expected[compared] ** 2).sum()), 1e-9)
    least, most = _PRIOR_DAYS_BOUNDS
    found: Floats = np.clip(1 / (apart * np.maximum(usual, 1e-9)), least, most)
    return found
