"""A simulated company through the years: who was won, by whom, who left when, and who was handed to whom."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from functools import cache

import numpy as np

from cssync.capacity.forecast.seasons import number_of
from tests.benchmarks.forecast import sales
from tests.benchmarks.forecast.sales import Flags, Floats, Ints
from tests.benchmarks.forecast.scenarios import SEGMENTS, Scenario

FIRST_DAY = number_of(date(2019, 1, 1))
DAYS = 5 * 365
NEVER = 10**7
SEATS_A_SEGMENT = 4
SEATS = SEATS_A_SEGMENT * len(SEGMENTS)
YEAR = 365
BETWEEN_A_YEAR = 0.02  # customers lost on any other day than their renewal
_CSMS_APART = 0.25  # coefficient of variation of what CSMs of one segment win
_CONCENTRATION = 40.0  # of the Beta that a segment's churn is drawn from
SEGMENT_OF = np.repeat(np.arange(len(SEGMENTS)), SEATS_A_SEGMENT)


@dataclass(frozen=True)
class World:
    """One entry a deal: *account_of_deal*, *said_seat* (-1: it names no CSM). One entry an account: *starts* and *ends*
    as a customer (NEVER: not yet, still there), the *seat* that won it, the *deal* that brought it (-1: none),
    *logged*: a deal was written down on the day that it was won.

    *levels*: by segment and day, the factor on its usual rate; *growth*: a year, of that. *weights*: by seat.
    *churn*: by segment. *holdings*: account, seat, from, to. *successions*: by seat, the days on which its CSM changed.
    """

    scenario: Scenario
    deals: sales.Deals
    account_of_deal: Ints
    said_seat: Ints
    segment: Ints
    starts: Ints
    ends: Ints
    seat: Ints
    arr: Floats
    deal: Ints
    logged: Flags
    levels: Floats
    growth: Floats
    weights: Floats
    churn: Floats
    holdings: Ints
    successions: tuple[Ints, ...]
    memo: dict[object, object] = field(default_factory=dict)

    def csm(self, seat: int, day: int) -> str:
        return f"csm-{seat:02}-{int((self.successions[seat] <= day).sum())}"

    def customers(self, day: int) -> Flags:
        return (self.starts <= day) & (self.ends > day)

    def held(self, day: int) -> tuple[Ints, Ints]:
        """(accounts, the seat of each) at the close of *day*."""
        account, seat, begins, ends = self.holdings
        at = (begins <= day) & (ends > day)
        return account[at], seat[at]

    def truth(self, day: int, days: int) -> Ints:
        """By seat: customers *days* later, had nothing been handed over since *day*."""
        account, seat = self.held(day)
        stay = self.ends[account] > day + days
        came = (self.starts > day) & (self.starts <= day + days) & (self.ends > day + days)
        return np.bincount(seat[stay], minlength=SEATS) + np.bincount(self.seat[came], minlength=SEATS)

    def rate(self, segment: int) -> float:
        """Wins a day of a CSM of usual weight at level 1."""
        return SEGMENTS[segment].wins / YEAR


def simulated(scenario: Scenario, seed: int) -> World:
    rng = np.random.default_rng([seed, sum(map(ord, scenario.name))])
    weights = rng.gamma(1 / _CSMS_APART**2, _CSMS_APART**2, SEATS)
    means = np.array([segment.churn for segment in SEGMENTS])
    churn = rng.beta(means * _CONCENTRATION, (1 - means) * _CONCENTRATION)
    growth = rng.uniform(*scenario.growth, len(SEGMENTS))
    levels = np.array([_level(rng, scenario, each) for each in growth])
    opened, seats = _openings(rng, scenario, levels, weights)
    deals = sales.deals(rng, opened, SEGMENT_OF[seats], scenario)
    said = np.where(rng.random(len(seats)) < scenario.named, seats, -1)
    walk_ins = _walk_ins(rng, scenario, levels, weights)
    # Won deals, wins that nobody announced, and those that were customers before the first day.
    old = np.repeat(np.arange(SEATS), [SEGMENTS[s].customers for s in SEGMENT_OF])
    old_starts = FIRST_DAY - rng.integers(1, 5 * YEAR, len(old))
    elsewhere = rng.random(len(seats)) < 0.05
    final = np.where(
        elsewhere, SEGMENT_OF[seats] * SEATS_A_SEGMENT + rng.integers(0, SEATS_A_SEGMENT, len(seats)), seats
    )
    seat = np.concatenate([final, walk_ins[1], old])
    starts = np.concatenate([deals.starts, walk_ins[0], old_starts])
    deal = np.concatenate([np.arange(len(seats)), np.full(len(walk_ins[0]) + len(old), -1)])
    logged = np.zeros(len(seat), dtype=bool)
    logged[len(seats) : len(seats) + len(walk_ins[0])] = scenario.announced > 0
    parents, sisters = _sisters(rng, scenario, starts)
    seat, deal = np.concatenate([seat, seat[parents]]), np.concatenate([deal, np.full(len(parents), -1)])
    starts, logged = np.concatenate([starts, sisters]), np.concatenate([logged, np.zeros(len(parents), dtype=bool)])
    segment = SEGMENT_OF[seat]
    ends = _ends(rng, starts, churn[segment])
    median = np.array([each.arr for each in SEGMENTS])[segment]
    holdings, successions = _holdings(rng, scenario, seat, starts, ends)
    return World(
        scenario=scenario, deals=deals, account_of_deal=np.arange(len(seats)), said_seat=said, segment=segment,
        starts=starts, ends=ends, seat=seat, arr=np.round(median * np.exp(0.5 * rng.standard_normal(len(seat))), 2),
        deal=deal, logged=logged, levels=levels, growth=growth, weights=weights, churn=churn, holdings=holdings,
        successions=successions,
    )  # fmt: skip


# What is asked for one forecast after the other.
remembered = cache(simulated)


def _level(rng: np.random.Generator, scenario: Scenario, yearly: float) -> Floats:
    """By day: growth through the years, with 1 in their middle, times a weekly AR(1)."""
    growth = np.log1p(yearly) * (np.arange(DAYS) - DAYS / 2) / YEAR
    weeks = DAYS // 7 + 1
    noise = np.empty(weeks)
    noise[0] = scenario.noise * rng.standard_normal()
    for week in range(1, weeks):
        fresh = scenario.noise * np.sqrt(1 - scenario.memory**2) * rng.standard_normal()
        noise[week] = scenario.memory * noise[week - 1] + fresh
    found: Floats = np.exp(growth + np.repeat(noise, 7)[:DAYS])
    return found


def _arrivals(rng: np.random.Generator, factor: float, levels: Floats, weights: Floats) -> tuple[Ints, Ints]:
    """(days, seats) of a Poisson stream of *factor* times the rate of wins."""
    days, seats = [], []
    for seat in range(SEATS):
        segment = SEGMENT_OF[seat]
        mean = factor * SEGMENTS[segment].wins / YEAR * weights[seat] * levels[segment]
        on = np.repeat(np.arange(DAYS), rng.poisson(mean))
        days.append(FIRST_DAY + on)
        seats.append(np.full(len(on), seat))
    return np.concatenate(days), np.concatenate(seats)


def openings_a_win(scenario: Scenario) -> float:
    """Deals opened for each win, of any kind."""
    share = 0.85 if scenario.junk else scenario.announced
    return share / (sales.WIN_SHARE * (1 - scenario.zombies))


def unannounced(scenario: Scenario) -> float:
    """The share of wins that no deal announces."""
    return 1.0 if scenario.junk else 1 - scenario.announced


def _openings(rng: np.random.Generator, scenario: Scenario, levels: Floats, weights: Floats) -> tuple[Ints, Ints]:
    return _arrivals(rng, openings_a_win(scenario), levels, weights)


def _walk_ins(rng: np.random.Generator, scenario: Scenario, levels: Floats, weights: Floats) -> tuple[Ints, Ints]:
    days, seats = _arrivals(rng, unannounced(scenario), levels, weights)
    return sales.pulled(rng, days), seats


def _sisters(rng: np.random.Generator, scenario: Scenario, starts: Ints) -> tuple[Ints, Ints]:
    """(the account that each comes after, the day): one to three within two months."""
    brings = np.flatnonzero((starts < NEVER) & (starts >= FIRST_DAY) & (rng.random(len(starts)) < scenario.families))
    parents = np.repeat(brings, rng.integers(1, 4, len(brings)))
    return parents, starts[parents] + rng.integers(0, 61, len(parents))


def _ends(rng: np.random.Generator, starts: Ints, churn: Floats) -> Ints:
    """The day on which each is lost: at one of its renewals, or in between."""
    terms = rng.geometric(np.clip(churn, 1e-6, 1))
    between = rng.exponential(YEAR / BETWEEN_A_YEAR, len(starts)).astype(np.int64) + 1
    ends = np.minimum(starts + terms * YEAR, starts + between)
    # Who was a customer on the first day is one that had stayed until then; what comes after knows nothing of before.
    early = (starts < FIRST_DAY) & (ends <= FIRST_DAY)
    years = (FIRST_DAY - starts) // YEAR + rng.geometric(np.clip(churn, 1e-6, 1))
    ends = np.where(early, starts + years * YEAR, ends)
    found: Ints = np.where(starts >= NEVER, NEVER, np.where(ends > FIRST_DAY + DAYS, NEVER, ends))
    return found


def _holdings(
    rng: np.random.Generator, scenario: Scenario, seat: Ints, starts: Ints, ends: Ints
) -> tuple[Ints, tuple[Ints, ...]]:
    """Every account's stretches with one seat: accounts, seats, from, to; and the days on which seats changed hands."""
    holder, since = seat.copy(), starts.copy()
    rows = []
    for day in sorted((FIRST_DAY + rng.integers(0, DAYS, rng.poisson(scenario.shocks * DAYS / YEAR))).tolist()):
        giver = int(rng.integers(0, SEATS))
        held = np.flatnonzero((since < day) & (ends > day) & (holder == giver))
        moved = held[rng.random(len(held)) < rng.uniform(0.1, 0.33)]
        others = [s for s in range(SEATS) if SEGMENT_OF[s] == SEGMENT_OF[giver] and s != giver]
        rows.append(np.stack([moved, holder[moved], since[moved], np.full(len(moved), day)]))
        holder[moved], since[moved] = rng.choice(others, len(moved)), day
    customers = np.flatnonzero(starts < NEVER)
    rows.append(np.stack([customers, holder[customers], since[customers], ends[customers]]))
    leavings = [
        np.sort(FIRST_DAY + rng.integers(1, DAYS, rng.poisson(scenario.turnover * DAYS / YEAR))) for _ in range(SEATS)
    ]
    return np.concatenate(rows, axis=1), tuple(leavings)
