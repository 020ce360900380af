"""How likely a customer is lost at its renewal, and on any other day, by what became of past renewals.

Of those of a segment that came up in the last two years, how many were lost around that day, drawn towards the rate of
all segments. An account that its health marks is likelier to go than its segment and one in good health less so; the
segment as a whole loses what it loses.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from cssync.books.history import History
from cssync.capacity.forecast.lifetimes import TERM_DAYS, lifetimes

# The stated prior: of ten renewals one is lost; and, once anyone was watched, one in fifty goes between them in a year.
PRIOR_CHURN = 0.10
PRIOR_BETWEEN_A_YEAR = 0.02
_PRIOR_RENEWALS = 10.0
_PRIOR_ACCOUNT_YEARS = 20.0
_SEGMENT_PRIOR_RENEWALS = 30.0
_MOST = 0.95
# How much likelier than its segment an account is lost, by what its health says; no row of the seeds.
_HEALTH: Mapping[float, tuple[str, ...]] = {
    2.0: ("red", "poor", "bad", "critical", "at risk", "at_risk", "risk", "unhealthy"),
    1.3: ("yellow", "amber", "orange", "medium", "neutral", "fair"),
    0.8: ("green", "good", "healthy", "great", "excellent"),
}


@dataclass(frozen=True, slots=True)
class Seen:
    """Of one segment: *lost* of so many *renewals*, and the share to be reckoned with."""

    renewals: int = 0
    lost: int = 0
    chance: float = PRIOR_CHURN


@dataclass(frozen=True, slots=True)
class Churn:
    """*by_segment*: what became of its renewals. *all_*: of those of all segments. *a_day*: chance to be lost between
    renewals.
    """

    by_segment: Mapping[str | None, Seen]
    all_: Seen
    a_day: float

    def of(self, segment: str | None) -> Seen:
        return self.by_segment.get(segment, self.all_)

    def chances(self, customers: pl.DataFrame) -> pl.Series:
        """Of each of *customers* (``SNAPSHOT`` rows) the chance to be lost at a renewal, in their order."""
        words = {word: weight for weight, said in _HEALTH.items() for word in said}
        known = list(self.by_segment)
        of_segment = pl.col("segment").replace_strict(
            known, [self.by_segment[name].chance for name in known], default=self.all_.chance, return_dtype=pl.Float64
        )
        weight = pl.col("health").str.to_lowercase().replace_strict(
            list(words), list(words.values()), default=1.0, return_dtype=pl.Float64
        ).fill_null(1.0)  # fmt: skip
        weighed = weight / weight.mean().over("segment")
        return customers.select(chance=(of_segment * weighed).clip(0.0, _MOST))["chance"]


def calibrated(history: History) -> Churn:
    """From the lifetimes of all customers of the last two years."""
    rows = lifetimes(history)
    days = (pl.col("ends") - pl.col("watched_from")).dt.total_days()
    counts = rows.group_by("segment", maintain_order=True).agg(
        pl.sum("renewals"), lost=pl.sum("lost_at_renewal"), between=pl.sum("lost_between"), days=days.sum()
    )
    renewals, lost = int(counts["renewals"].sum()), int(counts["lost"].sum())
    overall = (lost + _PRIOR_RENEWALS * PRIOR_CHURN) / (renewals + _PRIOR_RENEWALS)
    years = float(counts["days"].sum()) / TERM_DAYS
    gone = int(counts["between"].sum()) + _PRIOR_ACCOUNT_YEARS * PRIOR_BETWEEN_A_YEAR
    between = gone / (years + _PRIOR_ACCOUNT_YEARS) if years else 0.0
    by_segment = {
        segment: Seen(n, gone, (gone + _SEGMENT_PRIOR_RENEWALS * overall) / (n + _SEGMENT_PRIOR_RENEWALS))
        for segment, n, gone in counts.select("segment", "renewals", "lost").iter_rows()
    }
    return Churn(by_segment, Seen(renewals, lost, overall), -math.log1p(-min(between, _MOST)) / TERM_DAYS)
