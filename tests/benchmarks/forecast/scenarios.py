"""The six companies that forecasts are tried on: one as companies are, and five that make it easier or harder."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Segment:
    """*wins*: customers won a year by one CSM. *customers*: of one book at the start. *cycle_days*: median age of a
    deal when it is decided. *churn*: mean share of renewals lost. *arr*: median of a customer.
    """

    name: str
    wins: float
    customers: int
    cycle_days: float
    churn: float
    arr: float


SEGMENTS = (
    Segment("SMB", 32.0, 45, 45.0, 0.18, 8_000.0),
    Segment("Mid-Market", 20.0, 35, 75.0, 0.12, 40_000.0),
    Segment("Enterprise", 9.0, 18, 120.0, 0.08, 150_000.0),
)


@dataclass(frozen=True, slots=True)
class Scenario:
    """*noise*: standard deviation of the logarithm of a segment's weekly arrivals, AR(1) with *memory*. *growth*: range
    of a segment's yearly growth. *shocks*: reassignments of a tenth to a third of a book, a year and company.
    *turnover*: chance of a CSM to leave within a year. *announced*: share of wins with a deal opened beforehand.
    *zombies*: of all deals. *junk*: deals have nothing to do with wins. *stale*: nobody keeps deals up to date.
    *named*: share of deals that name their CSM. *families*: share of wins that bring sister accounts.
    """

    name: str
    noise: float = 0.20
    memory: float = 0.92
    growth: tuple[float, float] = (-0.10, 0.30)
    shocks: float = 2.0
    turnover: float = 0.15
    announced: float = 0.85
    zombies: float = 0.15
    junk: bool = False
    stale: bool = False
    named: float = 0.6
    families: float = 0.10


BASE = Scenario("base")
SCENARIOS = (
    BASE,
    replace(BASE, name="calm", noise=0.05, growth=(0.0, 0.0), shocks=0.0, turnover=0.0),
    replace(BASE, name="turbulent", noise=0.45, growth=(-0.40, 0.60), shocks=6.0, turnover=0.35),
    replace(BASE, name="junk pipeline", junk=True),
    replace(BASE, name="stale pipeline", stale=True),
    replace(BASE, name="no opportunities", announced=0.0),
)
