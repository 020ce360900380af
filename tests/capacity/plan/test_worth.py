"""What each hire brings, beside what it costs, to the cent."""

from __future__ import annotations

from decimal import Decimal

from cssync.capacity.plan.worth import Terms, Worth, worth
from cssync.settings.hiring import HireValue


def terms(**value: object) -> Terms:
    """Full books of $1.2M in a company of $10M."""
    return Terms(Decimal(1_200_000), Decimal(10_000_000), Decimal(100_000), HireValue.model_validate(value))


def test_seed_23_and_35_a_full_book_is_worth_its_churn_avoided_over_the_life_of_its_customers() -> None:
    """2 points of $1.2M are $24,000 a year and six times that over a lifetime; $100k / $7.2M is 1.39%."""
    first, _ = worth(1, 1.0, terms())
    assert first == Worth(
        number=1,
        cost_per_year=Decimal(100_000),
        busy=1.0,
        arr=Decimal("1200000.00"),
        kept=Decimal("24000.00"),
        added=Decimal("0.00"),
        lifetime=Decimal("144000.00"),
        pays_from=Decimal("0.0139"),
        valuation=None,
    )
    assert first.pays


def test_expansion_counts_beside_churn() -> None:
    """3 points more: $36,000."""
    first, _ = worth(1, 1.0, terms(expansion="0.03"))
    assert (first.added, first.lifetime) == (Decimal("36000.00"), Decimal("360000.00"))


def test_seed_16_the_last_hire_is_worth_only_what_is_left_for_it() -> None:
    """1.4 lacking: the second looks after 0.4 of a book, $480k, worth $57,600 over a lifetime: less than it costs."""
    one, two, three = worth(2, 1.4, terms())
    assert (one.busy, round(two.busy, 6), three.busy) == (1.0, 0.4, 0.0)
    assert (two.arr, two.lifetime, two.pays) == (Decimal("480000.00"), Decimal("57600.00"), False)
    assert (three.arr, three.pays_from) == (Decimal("0.00"), None)


def test_seed_35_two_points_of_churn_are_20_million_at_a_valuation_of_100_million() -> None:
    """One book that is all of the company's ARR: 2% of it avoided is 2 points of churn."""
    whole = Terms(Decimal(1_000_000), Decimal(1_000_000), Decimal(100_000), HireValue(valuation=Decimal(100_000_000)))
    first, _ = worth(1, 1.0, whole)
    assert first.valuation == Decimal("20000000.00")
