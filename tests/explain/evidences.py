"""Evidence of companies written down by hand, and ways to read what was made of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from cssync.explain.evidence import Evidence
from cssync.explain.trace import Explanation, Trace
from cssync.model.alert import Alert
from cssync.model.money import ExchangeRates
from cssync.model.owner import Owner
from tests.nights import TEAM, Nights, Row, pull_of, settings

RECORD = "https://crm.test/{id}"


def evidence(
    rows: Iterable[Row],
    owners: Iterable[Owner] = TEAM,
    *,
    rates: ExchangeRates | None = None,
    opportunities: Sequence[Row] = (),
    alerts: tuple[Alert, ...] = (),
    record_url: str | None = RECORD,
    **sections: Any,
) -> Evidence:
    """Of one night; *sections* of the settings."""
    pull = pull_of(rows, owners, rates=rates, opportunities=opportunities)
    night = Nights(settings(**sections)).walk(pull)
    return Evidence(night.context(record_url=record_url).company, alerts)


def lines(trace: Trace) -> list[tuple[Any, ...]]:
    """(title, value, customers, words) of each of its parts."""
    return [(part.title, _value(part), part.count, "; ".join(part.says)) for part in trace.parts]


def said(explanation: Explanation, key: str) -> str:
    return " ".join(explanation.trace(key).says)


def _value(trace: Trace) -> str | None:
    return None if trace.value is None else f"{trace.value:f}"
