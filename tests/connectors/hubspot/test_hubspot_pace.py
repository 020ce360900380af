"""Requests stay under the limits that HubSpot announces; a clock of our own shows it without waiting."""

from __future__ import annotations

from dataclasses import dataclass, field

from connectors.hubspot.pace import DailyBudget, Pace
from tests.connectors.hubspot.building import AS_OF, connector, portal_with_cs_fields
from tests.emulators.hubspot.limits import Limits
from tests.emulators.hubspot.server import HubspotEmulator


@dataclass
class Clock:
    """Time passes only while someone sleeps."""

    now: float = 0.0
    slept: list[float] = field(default_factory=list)

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def _announced(most: int, remaining: int, *, daily: tuple[int, int] = (250_000, 249_000)) -> dict[str, str]:
    return {
        "x-hubspot-ratelimit-max": str(most),
        "x-hubspot-ratelimit-remaining": str(remaining),
        "x-hubspot-ratelimit-interval-milliseconds": "10000",
        "x-hubspot-ratelimit-daily": str(daily[0]),
        "x-hubspot-ratelimit-daily-remaining": str(daily[1]),
    }


def test_nine_tenths_of_the_window_go_out_at_once_and_the_rest_waits_for_the_window_to_move() -> None:
    clock = Clock()
    pace = Pace(clock, clock.sleep)
    pace.wait()
    pace.learn(_announced(100, 99))
    for _ in range(89):
        pace.wait()
    assert clock.slept == []

    pace.wait()

    assert clock.slept == [10.0]


def test_no_window_of_ten_seconds_ever_sees_more_than_the_limit() -> None:
    clock = Clock()
    pace = Pace(clock, clock.sleep)
    sent: list[float] = []
    for _ in range(500):
        pace.wait()
        sent.append(clock.now)
        pace.learn(_announced(100, 50))
        clock.now += 0.05

    assert max(sum(1 for other in sent if start <= other < start + 10) for start in sent) == 90


def test_a_window_that_others_have_used_up_is_waited_for() -> None:
    clock = Clock()
    pace = Pace(clock, clock.sleep)
    pace.wait()
    pace.learn(_announced(100, 0))

    pace.wait()

    assert clock.slept == [10.0]


def test_without_headers_nothing_waits_and_no_budget_is_known() -> None:
    clock = Clock()
    pace = Pace(clock, clock.sleep)
    for _ in range(1000):
        pace.wait()
        pace.learn({"x-hubspot-ratelimit-max": "a lot"})

    assert clock.slept == []
    assert pace.daily is None


def test_replies_without_headers_leave_the_daily_budget_as_last_told() -> None:
    pace = Pace(Clock(), lambda _: None)
    pace.learn(_announced(100, 99, daily=(250_000, 249_983)))
    pace.learn({})

    assert pace.daily == DailyBudget(250_000, 249_983)


def test_a_pull_keeps_under_the_limit_of_a_small_account_without_a_single_429() -> None:
    portal = portal_with_cs_fields()
    for number in range(1, 3001):
        portal.add("companies", number, {"name": f"C{number}"})
    clock = Clock()
    limits = Limits(in_window=20, clock=clock)
    with HubspotEmulator(portal, limits=limits) as hubspot:
        pull = connector(hubspot, sleep=clock.sleep, clock=clock).pull(AS_OF)

        assert pull.accounts.height == 3000
        assert len(hubspot.requests) == pull.calls == limits.used_today == 40
    assert clock.slept == [10.0, 10.0]
