"""What was seen of every customer: when it was watched, which renewals came up, and whether it was lost."""

from __future__ import annotations

import math
from datetime import date

import polars as pl
import pytest

from cssync.capacity.forecast.churn import calibrated
from cssync.capacity.forecast.lifetimes import lifetimes
from tests.capacity.forecast.building import a_night, days_ago
from tests.nights import TODAY, Night, Row, account

_LONG_AGO = days_ago(600)


def _owned(account_id: str, begins: date, ends: date | None, csm: str = "U1") -> Row:
    return {"account_id": account_id, "csm_ref": csm, "is_customer": True, "valid_from": begins, "valid_to": ends}


def _back() -> Night:
    """Lost 300 days ago, back 200 days ago and handed on since; another has always been there."""
    rows = [account("back", "U2", customer_since=days_ago(500)), account("stays", "U1", customer_since=days_ago(500))]
    owned = [
        _owned("back", days_ago(500), days_ago(300)),
        _owned("back", days_ago(200), days_ago(100)),
        _owned("back", days_ago(100), None, "U2"),
        _owned("stays", days_ago(500), None),
    ]
    return a_night(rows, owned=owned, since=_LONG_AGO)


def test_a_customer_that_came_back_was_lost_before() -> None:
    found = lifetimes(_back().history).filter(pl.col("account_id") == "back").sort("watched_from")
    told = found.select("watched_from", "ends", "renewals", "lost_at_renewal", "lost_between").rows()
    assert told == [
        (days_ago(500), days_ago(300), 0, False, True),
        (days_ago(200), TODAY, 1, False, False),
    ]


def test_the_rate_of_losses_between_renewals_knows_of_who_left_and_came_back() -> None:
    """One of them in 900 days of customers, beside the prior of 0.4 in 20 years."""
    a_year = 1.4 / (900 / 365 + 20)
    assert calibrated(_back().history).a_day == pytest.approx(-math.log1p(-a_year) / 365)


def test_a_customer_who_is_handed_on_was_never_lost() -> None:
    owned = [_owned("a", days_ago(500), days_ago(100)), _owned("a", days_ago(100), None, "U2")]
    night = a_night([account("a", "U2", customer_since=days_ago(500))], owned=owned, since=_LONG_AGO)
    (only,) = lifetimes(night.history).iter_rows(named=True)
    assert (only["watched_from"], only["ends"], only["lost_between"]) == (days_ago(500), TODAY, False)
