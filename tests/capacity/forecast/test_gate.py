"""How far the pipeline is believed is learned of those who were there to win what it announced."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.capacity.forecast.building import a_night, days_ago, deal, held, ledger, newcomer
from tests.nights import Row, account


def winner() -> tuple[list[Row], list[Row]]:
    """Dana wins four customers a month for two years, each by a deal that was opened forty days before."""
    rows: list[Row] = []
    deals: list[Row] = []
    for n in range(100):
        starts, name = days_ago(7 * n + 3), f"d{n:03}"
        rows.append(account(name, "U1", segment="SMB", customer_since=starts, renewal_on=date(2029, 1, 1)))
        won = {"is_closed": True, "is_won": True, "close_on": starts, "starts_on": starts}
        deals.append({**deal(f"o{name}", name), **won, "created_on": starts - timedelta(days=40)})
    return rows, deals


def test_who_was_not_there_yet_says_nothing_against_the_pipeline() -> None:
    rows, deals = winner()
    alone = ledger(a_night(rows, deals, owned=held(rows), since=days_ago(720))).gate
    both = [*rows, *newcomer("Enterprise")]
    beside = ledger(a_night(both, deals, owned=held(both), since=days_ago(720))).gate
    assert beside.trust == pytest.approx(alone.trust, abs=0.05)
