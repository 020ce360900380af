"""Tells an alert that comes and goes from one that comes, and when it has settled again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from cssync.model.alert import Alert
from cssync.settings.alerts import AlertPolicy


def with_opening(openings: Iterable[date], on: date, policy: AlertPolicy) -> tuple[date, ...]:
    """*openings* and one more, as far back as they count."""
    horizon = on - timedelta(days=policy.flapping_days)
    return (*(day for day in openings if day > horizon), on)


def comes_and_goes(alert: Alert, policy: AlertPolicy) -> bool:
    return alert.flapping or len(alert.openings) >= policy.flapping_openings


def counted(alert: Alert, on: date) -> Alert:
    """*alert* with the night of *on* counted, once whatever the number of its runs."""
    return alert if alert.counted_on == on else replace(alert, streak=alert.streak + 1, counted_on=on)


def has_settled(alert: Alert, policy: AlertPolicy) -> bool:
    return alert.flapping and alert.streak >= policy.settled_nights
