"""In which order alerts are told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cssync.model.alert import Alert, AlertState


def in_order(alerts: Iterable[Alert], preference: Sequence[str]) -> tuple[Alert, ...]:
    """Firing before resolved, books by their worst alert, and within a book the alert whose action counts first.

    *preference*: rule ids; of equally severe alerts of one book the first one's action is the book's.
    """
    listed = tuple(alerts)
    worst = {
        subject: max(alert.severity.rank for alert in listed if alert.subject_id == subject)
        for subject in {alert.subject_id for alert in listed}
    }
    return tuple(
        sorted(
            listed,
            key=lambda alert: (
                alert.state is AlertState.RESOLVED,
                -worst[alert.subject_id],
                alert.subject_name,
                alert.subject_id,
                -alert.severity.rank,
                preference.index(alert.rule) if alert.rule in preference else len(preference),
            ),
        )
    )
