"""Thresholds that are tried on the same nights, and which of them is proposed."""

from __future__ import annotations

from decimal import Decimal

from cssync.model.backtest import Proposal
from tests.backtest.companies import arriving, loaded, recorded, replayed, sizes_by_day
from tests.backtest.test_replay import CALM, ago

ACCOUNTS, FIRE_AT = "limits.accounts", "rules.trending_to_ceiling.fire_at"


def of_setting(proposals: tuple[Proposal, ...], setting: str) -> Proposal:
    return next(proposal for proposal in proposals if proposal.setting == setting)


def tried(proposal: Proposal) -> dict[str, int]:
    return {f"{trial.value:f}": len(trial.figures.firings) for trial in proposal.trials}


def test_a_limit_that_would_have_spoken_bearably_often_is_left() -> None:
    found = of_setting(replayed(recorded(sizes_by_day([49, 52, 52])), base=CALM, at_most=20).proposals, ACCOUNTS)
    assert tried(found) == {"40": 1, "45": 1, "50": 1, "55": 0, "60": 0, "75": 0}
    assert (found.changes, found.why) == (False, "Leave it: 10.1 alerts a month.")


def test_the_nearest_value_that_keeps_it_bearable_is_proposed() -> None:
    """Three alerts in nine days at 50, one at 55, none at 60."""
    sizes = [49, 53, 46, 46, 46, 57, 46, 46, 46, 52]
    found = of_setting(replayed(recorded(sizes_by_day(sizes)), base=CALM, at_most=4).proposals, ACCOUNTS)
    assert tried(found) == {"40": 1, "45": 1, "50": 3, "55": 1, "60": 0, "75": 0}
    assert found.chosen is not None
    assert (found.chosen.value, found.why) == (Decimal(55), "3.0 alerts a month instead of 9.1.")


def test_where_no_value_that_is_tried_is_bearable_none_is_proposed() -> None:
    sizes = [49, *[90, 20, 20, 20] * 3]
    found = of_setting(replayed(recorded(sizes_by_day(sizes)), base=CALM, at_most=1).proposals, ACCOUNTS)
    assert (found.chosen, found.changes) == (None, False)
    assert found.why == "No value tried opens at most 1 alert a month."


def test_a_limit_of_a_segment_is_tuned_by_itself() -> None:
    base = (*CALM, "limits.segments.SMB.accounts=100")
    record = recorded(sizes_by_day([49, 52]), loaded(*base))
    settings = [proposal.setting for proposal in replayed(record, base=base).proposals]
    assert [one for one in settings if one.startswith("limits.")] == [
        "limits.accounts", "limits.segments.SMB.accounts", "limits.arr",
    ]  # fmt: skip


def test_a_warning_is_never_made_rarer_at_the_price_of_its_lead() -> None:
    """One breach, warned of by some chances and not by higher ones: those that miss it are not proposed."""
    found = of_setting(replayed(recorded(arriving(14, then=[77, 77])), since=ago(70)).proposals, FIRE_AT)
    present = next(trial for trial in found.trials if trial.present)
    assert found.chosen is not None
    assert len(found.chosen.figures.missed) <= len(present.figures.missed)
    assert (found.chosen.figures.typical_lead or 0) >= (present.figures.typical_lead or 0) - 14
    assert [trial.value for trial in found.trials] == [Decimal(n) / 10 for n in (4, 5, 6, 7, 8)]


def test_what_is_switched_off_is_not_tuned() -> None:
    found = replayed(recorded(sizes_by_day([49, 52])), base=CALM).proposals
    assert FIRE_AT not in {proposal.setting for proposal in found}
