"""How likely a deal is to bring its customer by a day to come, by what became of deals that stood where it stands.

Looked at from days at the same phase of earlier quarters, since a deal a week before a quarter's end is like others a
week before one. For each stage, distance of the close date and number of times it was pushed: how many of the deals on
their way were won, and how many lost, in each week that followed. Deals not yet decided count as long as they were
watched (competing risks, Aalen and Johansen). Few deals are drawn towards the margins of the table.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from cssync.capacity.forecast.distribution import Floats
from cssync.capacity.forecast.seasons import day_of
from cssync.capacity.forecast.stories import Stories
from cssync.model.calendar import FiscalCalendar

_WEEK = 7
_WEEKS = 110
_QUARTERS_BACK = 8
# Days around the same phase of a quarter, a week apart; each deal counts once a quarter in all.
_AROUND = range(-21, 22, _WEEK)
# How many wins (or losses) to be expected weigh as much as those seen, for a stage, a push, and one cell.
_PRIOR = 3.0
_CELL_PRIOR = 5.0
# The same for a band in one week, in deals.
_WEEKLY_PRIOR = 3.0
# Fewer decided deals than that tell nothing: the stated prior holds.
ENOUGH_DECIDED = 20


@dataclass(frozen=True, slots=True)
class Counts:
    """Arrays by quarter back, stage, band, pushes and week: deals *watched*, *won* and *lost* in that week."""

    watched: Floats
    won: Floats
    lost: Floats

    def without(self, quarter: int) -> Counts:
        """As if that quarter had not been looked at."""
        kept = np.arange(len(self.watched)) != quarter
        return Counts(self.watched[kept], self.won[kept], self.lost[kept])

    @property
    def decided(self) -> float:
        return float(self.won.sum() + self.lost.sum())

    @property
    def deals(self) -> Floats:
        """By cell, how many deals were looked at."""
        found: Floats = self.watched[..., 0].sum(axis=0).ravel()
        return found


def same_phases(calendar: FiscalCalendar, as_of: int, since: int) -> Iterable[tuple[int, int]]:
    """(number, day) of the days at the same phase of this and earlier quarters, after *since*."""
    start = calendar.quarter_start(day_of(as_of))
    phase = (day_of(as_of) - start).days
    for number in range(_QUARTERS_BACK + 1):
        length = (calendar.quarter_end(start) - start).days
        day = start + timedelta(days=min(phase, length))
        if (found := as_of - (day_of(as_of) - day).days) > since:
            yield number, found
        start = calendar.quarter_start(start - timedelta(days=1))


def counted(stories: Stories, calendar: FiscalCalendar, as_of: int, *, customers: bool) -> Counts:
    """*customers*: of the deals with those who were customers already, else of those with others."""
    shape = (_QUARTERS_BACK + 1, *stories.cells.shape, _WEEKS + 1)
    watched, won, lost = (np.zeros(int(np.prod(shape))) for _ in range(3))
    cells = int(np.prod(stories.cells.shape))
    for number, centre in same_phases(calendar, as_of, stories.since):
        for day in (centre + shift for shift in _AROUND):
            if not stories.since <= day < as_of:
                continue
            entries = stories.open_on(day)
            entries = entries[stories.of_customers(entries, day) == customers]
            cell = stories.cell_of(entries, day_of(day), calendar) + number * cells
            deals = stories.deal[entries]
            brought = stories.won[deals] & (stories.starts[deals] <= as_of)
            over = ~stories.won[deals] & (stories.decided[deals] <= as_of)
            left = np.select([brought, over], [stories.starts[deals], stories.decided[deals]], as_of)
            week = np.clip((left - day - 1) // _WEEK, 0, _WEEKS)
            # One that is still open was watched only up to today: its last week is not over.
            known = brought | over
            for into, chosen in ((won, brought), (lost, over)):
                np.add.at(into, cell[chosen] * (_WEEKS + 1) + week[chosen], 1 / len(_AROUND))
            last = np.where(known, week, (as_of - day) // _WEEK - 1)
            seen = last >= 0
            np.add.at(watched, cell[seen] * (_WEEKS + 1) + np.minimum(last[seen], _WEEKS), 1 / len(_AROUND))
    at_risk = np.cumsum(watched.reshape(shape)[..., ::-1], axis=-1)[..., ::-1]
    return Counts(at_risk[..., :_WEEKS], won.reshape(shape)[..., :_WEEKS], lost.reshape(shape)[..., :_WEEKS])


def curves(counts: Counts, days: int) -> Floats:
    """By cell and day (day 0 is today): the probability to have brought its customer by then."""
    watched, won, lost = (part.sum(axis=0) for part in (counts.watched, counts.won, counts.lost))
    wins, losses = (_hazards(watched, events) for events in (won, lost))
    total = np.maximum(wins + losses, 1.0)
    wins, losses = wins / total, losses / total
    open_after = np.cumprod(1 - wins - losses, axis=-1)
    open_before = np.concatenate([np.ones((*open_after.shape[:-1], 1)), open_after[..., :-1]], axis=-1)
    by_week = np.cumsum(open_before * wins, axis=-1).reshape(-1, _WEEKS)
    by_week = np.concatenate([np.zeros((len(by_week), 1)), by_week], axis=1)
    at = np.arange(days + 1) / _WEEK
    low = np.minimum(at.astype(np.int64), _WEEKS - 1)
    share = np.minimum(at - low, 1.0)
    found: Floats = by_week[:, low] * (1 - share) + by_week[:, low + 1] * share
    return found


def _hazards(watched: Floats, events: Floats) -> Floats:
    """By stage, band, pushes and week: the chance of the event in that week of a deal still open."""
    overall = events.sum() / max(watched.sum(), 1e-9)
    weekly = (events.sum(axis=(0, 1, 2)) + overall) / (watched.sum(axis=(0, 1, 2)) + 1)
    by_band = (events.sum(axis=(0, 2)) + _WEEKLY_PRIOR * weekly) / (watched.sum(axis=(0, 2)) + _WEEKLY_PRIOR)
    hazard = np.broadcast_to(by_band[None, :, None, :], watched.shape)
    for axes in ((1, 2, 3), (0, 1, 3)):
        hazard = hazard * _ratio(watched, events, hazard, axes, _PRIOR)
    return np.minimum(hazard * _ratio(watched, events, hazard, (3,), _CELL_PRIOR), 1.0)


def _ratio(watched: Floats, events: Floats, hazard: Floats, axes: tuple[int, ...], prior: float) -> Floats:
    """How many more came about than *hazard* expects, over *axes*, drawn towards 1."""
    seen = events.sum(axis=axes, keepdims=True)
    expected = (watched * hazard).sum(axis=axes, keepdims=True)
    ratio: Floats = (seen + prior) / (expected + prior)
    return ratio
