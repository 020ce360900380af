"""What others would do with the daily number of customers of one book: lines through points, and last values."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping

import numpy as np
import polars as pl

from cssync.books.history import History
from cssync.capacity.forecast.distribution import Distribution, Floats
from cssync.capacity.forecast.seasons import number_of
from tests.benchmarks.forecast.scores import normal

KNOWN_DAYS = 365
_FITTED_DAYS = 90
_WEEK = 7
_SHORTEST_DAYS = 28
_SHORTEST_WEEKS = 10  # AutoETS refuses six, and divides by zero on a few more


def counts(past: History, book_id: str) -> Floats:
    """Customers of the book at the close of each day of the last year up to today, as far back as it has had any."""
    today = number_of(past.timeline.as_of)
    first = max(today - KNOWN_DAYS, number_of(past.timeline.history_since))
    spells = past.timeline.spells.filter((pl.col("book_id") == book_id) & pl.col("is_customer"))
    ends = spells["valid_to"].to_physical().fill_null(today + 1).to_numpy() - first
    begins = np.maximum(spells["valid_from"].to_physical().to_numpy() - first, 0)[ends > 0]
    ends = ends[ends > 0]
    size = today - first + 1
    steps = np.bincount(begins, minlength=size + 1) - np.bincount(np.minimum(ends, size), minlength=size + 1)
    series = np.cumsum(steps)[:size].astype(np.float64)
    return series[np.argmax(series > 0) :]


def last_value(series: Floats, ahead: int) -> Distribution:
    """As many as today; as uncertain as its daily steps add up to."""
    return normal(series[-1], max(np.diff(series).std() if len(series) > 2 else 0.0, 0.05) * ahead**0.5)


def drift(series: Floats, ahead: int) -> Distribution:
    """The mean step of the year goes on."""
    if len(series) < _SHORTEST_DAYS:
        return last_value(series, ahead)
    steps = np.diff(series)
    sd = max(steps.std(ddof=1), 0.05) * (ahead * (1 + ahead / len(steps))) ** 0.5
    return normal(max(0.0, series[-1] + steps.mean() * ahead), sd)


def least_squares(series: Floats, ahead: int) -> Distribution:
    """A line through the last 90 days, with the interval of the textbook."""
    if len(series) < _SHORTEST_DAYS:
        return last_value(series, ahead)
    series = series[-_FITTED_DAYS - 1 :]
    x = np.arange(len(series)) - (len(series) - 1) / 2
    slope = float((x * series).sum() / (x * x).sum())
    off = series - series.mean() - slope * x
    at = x[-1] + ahead
    sd = (off @ off / (len(x) - 2) * (1 + 1 / len(x) + at * at / (x * x).sum())) ** 0.5
    return normal(max(0.0, series.mean() + slope * at), sd)


def theil_sen(series: Floats, ahead: int) -> Distribution:
    """The median of all slopes of the last 90 days, with as wide an interval as its residuals have been."""
    if len(series) < _SHORTEST_DAYS:
        return last_value(series, ahead)
    series = series[-_FITTED_DAYS - 1 :]
    x = np.arange(len(series), dtype=np.float64)
    later, earlier = np.triu_indices(len(x), 1)[::-1]
    slopes = (series[later] - series[earlier]) / (x[later] - x[earlier])
    slope = float(np.median(slopes))
    off = series - slope * x
    sd = 1.4826 * float(np.median(np.abs(off - np.median(off))))
    return normal(max(0.0, float(np.median(off)) + slope * (x[-1] + ahead)), max(sd, 0.5))


def auto_ets(series: Floats, ahead: int) -> Distribution:
    """The AutoETS of statsforecast on the week's last counts."""
    from statsforecast.models import AutoETS

    weekly = np.ascontiguousarray(series[::-_WEEK][::-1])
    if len(weekly) < _SHORTEST_WEEKS:
        return last_value(series, ahead)
    steps = max(1, round(ahead / _WEEK))
    told = AutoETS(season_length=1).forecast(weekly, h=steps, level=[80])
    sd = (told["hi-80"][-1] - told["mean"][-1]) / 1.2816
    return normal(max(0.0, float(told["mean"][-1])), float(sd))


AUTO_ETS = "AutoETS"
# Of the customers at the close of each day, the last of them today, the distribution so many days later.
PEERS: Mapping[str, Callable[[Floats, int], Distribution]] = {
    "last value": last_value,
    "drift": drift,
    "least squares": least_squares,
    "Theil-Sen": theil_sen,
    AUTO_ETS: auto_ets,
}


def available() -> tuple[str, ...]:
    """The names of those that can be had; AutoETS is a package of its own: ``uv sync --group bench``."""
    here = importlib.util.find_spec("statsforecast") is not None
    return tuple(name for name in PEERS if here or name != AUTO_ETS)
