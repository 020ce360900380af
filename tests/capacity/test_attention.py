"""Which customers need attention and why: seeds 25 and 26, at the edges of each reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from cssync.capacity.attention import Attention
from tests.nights import TODAY, Nights, account, many, pull_of, settings

USED = {"attention": {"low_usage": "usage < 30"}}


def reasons(*rows: dict[str, Any], **with_: Any) -> dict[str, tuple[str, ...]]:
    night = Nights(settings(**with_)).walk(pull_of(rows))
    return {one.account_id: one.reasons for one in Attention(night.context().company).of("U1")}


def one(**more: Any) -> dict[str, Any]:
    return dict(account("a", **more))


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"health": "Red"}, ("at risk (health Red)",)),
        ({"lifecycle": "at_risk"}, ("at risk (lifecycle at_risk)",)),
        ({"health": "poor", "lifecycle": "live"}, ("at risk (health poor, lifecycle live)",)),
        ({"usage": 29.5}, ("usage 29.5",)),
        ({"decision_maker_changed_on": TODAY}, ("new decision maker since 22 Nov 2026",)),
        ({"decision_maker_changed_on": TODAY - timedelta(days=90)}, ("new decision maker since 24 Aug 2026",)),
        ({"renewal_on": TODAY}, ("renews on 22 Nov 2026",)),
        ({"renewal_on": TODAY + timedelta(days=90)}, ("renews on 20 Feb 2027",)),
        (
            {"health": "red", "usage": 3.0, "decision_maker_changed_on": TODAY, "renewal_on": TODAY},
            ("at risk (health red)", "usage 3", "new decision maker since 22 Nov 2026", "renews on 22 Nov 2026"),
        ),
    ],
)
def test_seed_25_a_customer_needs_attention_for_what_is_said(fields: dict[str, Any], told: tuple[str, ...]) -> None:
    assert reasons(one(**fields), **USED) == {"a": told}


@pytest.mark.parametrize(
    "fields",
    [
        {"health": "green", "lifecycle": "live"},
        {"usage": 30.0},
        {"usage": None},
        {"decision_maker_changed_on": TODAY - timedelta(days=91)},
        {"decision_maker_changed_on": TODAY + timedelta(days=1)},
        {"renewal_on": TODAY - timedelta(days=1)},
        {"renewal_on": TODAY + timedelta(days=91)},
        {},
    ],
)
def test_whoever_has_no_such_sign_is_left_alone(fields: dict[str, Any]) -> None:
    assert reasons(one(**fields), **USED) == {}


def test_seed_26_low_usage_is_what_your_settings_say_and_nothing_without_them() -> None:
    assert reasons(one(usage=0.0)) == {}
    logins = {"attention": {"low_usage": "usage < 5 and segment = 'SMB'"}}
    assert reasons(one(usage=4.0, segment="SMB"), **logins) == {"a": ("usage 4",)}
    assert reasons(one(usage=4.0, segment="Enterprise"), **logins) == {}


def test_the_most_pressing_come_first_and_who_only_renews_last() -> None:
    soon = TODAY + timedelta(days=5)
    rows = [
        account("renews", amount=900, renewal_on=soon),
        account("small", amount=100, health="red"),
        account("large", amount=800, health="red"),
        account("both", amount=1, health="red", renewal_on=soon),
        account("calm"),
        *many(3, "U2", health="red"),
    ]
    night = Nights().walk(pull_of(rows))
    found = Attention(night.context().company).of("U1")
    assert [(one.account_id, one.only_renews) for one in found] == [
        ("both", False),
        ("large", False),
        ("small", False),
        ("renews", True),
    ]
