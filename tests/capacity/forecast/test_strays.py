"""Past quarters tell whether customers come in bunches, and how far the market swings."""

from __future__ import annotations

import numpy as np
import pytest

from cssync.capacity.forecast.strays import Misses, Strays, learned
from tests.capacity.forecast.building import a_night, days_ago, held, ledger, newcomer, weekly
from tests.nights import Row

_SEGMENTS, _CSMS, _QUARTERS = 4, 5, 4
_RNG_SEED = 20


def quarters(*, mean: float, sisters: int = 0, swing: float = 0.0) -> list[Misses]:
    """What came to twenty CSMs of four segments: every win brings so many *sisters*; the rate of a segment's quarter
    strays by so much, as a share.
    """
    rng = np.random.default_rng(_RNG_SEED)
    segment = np.repeat(np.arange(_SEGMENTS), _CSMS)
    found = []
    for _ in range(_QUARTERS):
        level = np.exp(swing * rng.standard_normal(_SEGMENTS) - swing**2 / 2)[segment]
        came = rng.poisson(mean * level / (1 + sisters)) * (1 + sisters)
        expected = np.full(len(segment), mean)
        found.append(Misses(came - expected, expected, np.full(len(segment), 1e6), segment))
    return found


def test_without_a_past_they_are_the_usual() -> None:
    usual = learned(())
    assert usual.bunches == pytest.approx(0.5, abs=0.1)
    assert 0.05 < usual.swings < 0.5


def test_wins_that_come_one_by_one_at_a_steady_rate_stray_less_than_usual() -> None:
    steady, usual = learned(quarters(mean=12.0)), learned(())
    assert steady.bunches < usual.bunches / 2
    assert steady.swings < usual.swings / 4


def test_sisters_are_bunches_and_no_swing() -> None:
    """Each win brings another: the variance is twice the mean."""
    bunched, steady = learned(quarters(mean=12.0, sisters=1)), learned(quarters(mean=12.0))
    assert bunched.bunches == pytest.approx(1.0, abs=0.3)
    assert bunched.swings < learned(()).swings / 2
    assert bunched.bunches > steady.bunches


def test_a_segment_that_rises_and_falls_as_one_is_a_swing_and_no_bunch() -> None:
    """A market that strays by 40%: a variance of 0.16 of the squared mean, and further for quarters to come."""
    swinging = learned(quarters(mean=12.0, swing=0.4))
    assert 0.16 < swinging.swings < 0.8
    assert swinging.bunches < learned(()).bunches


def test_one_book_that_was_given_a_hundred_customers_makes_no_market() -> None:
    plain = quarters(mean=12.0)
    off = plain[0].off.copy()
    off[3] += 100.0
    handed = [Misses(off, plain[0].mean, plain[0].arrivals, plain[0].segment), *plain[1:]]
    assert learned(handed).swings < 1.5 * learned(plain).swings
    assert learned(handed).bunches < 1.0


def test_who_came_a_month_ago_says_nothing_of_how_far_quarters_stray() -> None:
    """Dana wins a customer a week; Sam came a month ago, and has been given one a day since."""
    dana = weekly("U1", "SMB")
    alone, beside = (strays_of(rows) for rows in (dana, [*dana, *newcomer("SMB")]))
    assert beside.bunches == pytest.approx(alone.bunches, abs=0.1)
    assert beside.swings == pytest.approx(alone.swings, rel=0.3)


def strays_of(rows: list[Row]) -> Strays:
    return ledger(a_night(rows, owned=held(rows), since=days_ago(720))).unseen.strays


def test_the_exact_distribution_strays_as_the_paths_say() -> None:
    """Mean, variance and third cumulant of wins that no deal announces, to the same digits both ways."""
    unseen = ledger(a_night(weekly("U1", "SMB"))).unseen
    book = unseen.roster.rows["U1"]
    one = np.ones(len(unseen.roster))
    paths = unseen.paths(one, one, unseen.roster.each, np.array([120]))
    chances = unseen.distribution(book, 120)
    counts = np.arange(len(chances))
    mean = float(chances @ counts)
    assert paths.mean[book, 0] == pytest.approx(mean, rel=1e-6)
    assert paths.variance[book, 0] == pytest.approx(float(chances @ (counts - mean) ** 2), rel=1e-6)
    assert paths.third[book, 0] == pytest.approx(float(chances @ (counts - mean) ** 3), rel=1e-6)


@pytest.mark.parametrize(("other", "together"), [("SMB", True), ("Enterprise", False)])
def test_the_books_of_one_segment_rise_and_fall_together(other: str, *, together: bool) -> None:
    rows = [*weekly("U1", "SMB"), *weekly("U2", other)]
    night = a_night(rows, team={"members": {"U1": {"segment": "SMB"}, "U2": {"segment": other}}})
    told, days = ledger(night), 120
    one, two, both = (
        outlook[days].accounts
        for outlook in (
            *(told.outlook_of(night.book(csm), days + 1) for csm in ("U1", "U2")),
            told.outlook_of_all(days + 1),
        )
    )
    assert both.mean == pytest.approx(one.mean + two.mean)
    u, m = (told.unseen.mean(told.roster.rows[csm], days) for csm in ("U1", "U2"))
    shared = 2 * told.unseen.strays.swings * u * m if together else 0.0
    assert both.sd**2 == pytest.approx(one.sd**2 + two.sd**2 + shared)
    assert shared > 0.5 or not together
