"""Which alerts are not told, because a worse one of the same book is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from cssync.model.alert import Alert
from cssync.model.finding import Severity
from cssync.settings.alerts import AlertPolicy


@dataclass(frozen=True, slots=True)
class Voices:
    """*open*: tonight's open alerts by subject and rule. *excepted*: fingerprints of those that tell nothing."""

    open: Mapping[str, Mapping[str, Alert]]
    excepted: Collection[str]
    policy: AlertPolicy

    @classmethod
    def of(cls, alerts: Iterable[Alert], excepted: Collection[str], policy: AlertPolicy) -> Voices:
        found: dict[str, dict[str, Alert]] = {}
        for alert in alerts:
            if alert.state.is_open:
                found.setdefault(alert.subject_id, {})[alert.rule] = alert
        return cls(found, excepted, policy)

    def speaking_for(self, alert: Alert) -> str | None:
        """The rule whose alert about the same book is told in place of *alert*.

        Neither one that is silent by an exception, nor one for which yet another speaks: something must be told.
        """
        inhibition = self.policy.inhibit.get(alert.rule)
        if inhibition is None:
            return None
        severe = Severity(inhibition.from_).rank
        others = self.open.get(alert.subject_id, {})
        for rule in inhibition.by:
            other = others.get(rule)
            if (
                other is not None
                and other.severity.rank >= severe
                and other.fingerprint not in self.excepted
                and self.speaking_for(other) is None
            ):
                return rule
        return None

    def others_of(self, alert: Alert) -> bool:
        """Whether anything else about the same book can be told."""
        others = self.open.get(alert.subject_id, {}).values()
        return any(other.rule != alert.rule and other.fingerprint not in self.excepted for other in others)
