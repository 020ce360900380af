"""Requests stay under the limits of HubSpot; a clock of our own shows it without waiting."""

from __future__ import annotations

import pytest

from connectors.hubspot.endpoints import ACCOUNT, COMPANIES
from connectors.hubspot.pace import DailyBudget, Pace
from tests.connectors.hubspot.building import AS_OF, Clock, connector, portal_with_cs_fields
from tests.emulators.hubspot.limits import Limits
from tests.emulators.hubspot.portal import Portal
from tests.emulators.hubspot.server import HubspotEmulator


def _announced(most: int, remaining: int, *, daily: tuple[int, int] = (250_000, 249_000)) -> dict[str, str]:
    return {
        "x-hubspot-ratelimit-max": str(most),
        "x-hubspot-ratelimit-remaining": str(remaining),
        "x-hubspot-ratelimit-interval-milliseconds": "10000",
        "x-hubspot-ratelimit-daily": str(daily[0]),
        "x-hubspot-ratelimit-daily-remaining": str(daily[1]),
    }


def _company_of(companies: int) -> Portal:
    portal = portal_with_cs_fields()
    for number in range(1, companies + 1):
        portal.add("companies", number, {"name": f"C{number}"})
    return portal


def test_nearly_the_whole_window_goes_out_at_once_and_the_rest_waits_for_it_to_move() -> None:
    clock = Clock()
    pace = Pace(clock, clock.sleep)
    for _ in range(96):
        pace.wait(ACCOUNT)
        pace.count(ACCOUNT, _announced(100, 50))
    assert clock.slept == []

    pace.wait(ACCOUNT)

    assert clock.slept == [10.0]


@pytest.mark.parametrize("latency", [0.001, 0.05, 0.4, 3.0])
def test_no_window_of_ten_seconds_ever_sees_more_than_the_limit_however_long_replies_take(latency: float) -> None:
    """HubSpot may count a request the moment it is sent, or just before it answers."""
    clock = Clock()
    pace = Pace(clock, clock.sleep)
    sent: list[float] = []
    arrived: list[float] = []
    for number in range(500):
        pace.wait(ACCOUNT)
        sent.append(clock.now)
        clock.now += latency * (number % 7)
        arrived.append(clock.now)
        pace.count(ACCOUNT, _announced(100, 50))

    for counted in (
        sent,
        arrived,
        [early if at % 2 else late for at, (early, late) in enumerate(zip(sent, arrived, strict=True))],
    ):
        assert max(sum(1 for other in counted if start <= other < start + 10) for start in counted) <= 100


def test_a_window_that_others_have_used_up_is_waited_for() -> None:
    clock = Clock()
    pace = Pace(clock, clock.sleep)
    pace.wait(ACCOUNT)
    pace.count(ACCOUNT, _announced(100, 0))

    pace.wait(ACCOUNT)

    assert clock.slept == [10.0]


def test_without_headers_nothing_waits_and_no_budget_is_known() -> None:
    clock = Clock()
    pace = Pace(clock, clock.sleep)
    for _ in range(1000):
        pace.wait(ACCOUNT)
        pace.count(ACCOUNT, {"x-hubspot-ratelimit-max": "a lot"})

    assert clock.slept == []
    assert pace.daily is None


def test_replies_without_headers_leave_the_daily_budget_as_last_told() -> None:
    pace = Pace(Clock(), lambda _: None)
    pace.count(ACCOUNT, _announced(100, 99, daily=(250_000, 249_983)))
    pace.count(ACCOUNT, {})

    assert pace.daily == DailyBudget(250_000, 249_983)


def test_case_37_searches_go_out_four_a_second_whatever_else_is_allowed() -> None:
    clock = Clock()
    pace = Pace(clock, clock.sleep)
    sent: list[float] = []
    for _ in range(21):
        pace.wait(COMPANIES.search)
        sent.append(clock.now)
        pace.count(COMPANIES.search, {})
        pace.wait(ACCOUNT)
        pace.count(ACCOUNT, _announced(250, 200))

    assert max(sum(1 for other in sent if start <= other < start + 1) for start in sent) == 4
    assert clock.now == 5.0


def test_case_35_a_pull_of_a_small_account_makes_nine_tenths_of_what_the_limit_allows_without_a_single_429() -> None:
    clock = Clock(tick=0.01)
    limits = Limits(in_window=20, clock=clock)
    with HubspotEmulator(_company_of(20_000), limits=limits) as hubspot:
        pull = connector(hubspot, sleep=clock.sleep, clock=clock).pull(AS_OF)

        assert pull.accounts.height == 20_000
        # Not one was refused: a refused one counts as a call, but not as used.
        assert len(hubspot.requests) == pull.calls == limits.used_today == 209
    # The limit allows 20 at once, and 20 more every ten seconds.
    allowed = 20 + 2 * clock.now
    assert pull.calls >= 0.9 * allowed
