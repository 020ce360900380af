"""An explanation for a program: the same tree, with every part of it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from cssync.explain.trace import Conversion, Explanation, Measure, Record, Source, Trace
from cssync.report.json import Json


def explanation_as_json(explanation: Explanation, as_of: date, currency: str) -> Json:
    return {
        "as_of": str(as_of),
        "currency": currency,
        "about": explanation.about,
        "subject": _record(explanation.subject),
        "headline": explanation.headline,
        "basis": list(explanation.basis),
        "traces": [_trace(trace) for trace in explanation.traces],
    }


def _trace(trace: Trace) -> Json:
    return {
        "key": trace.key,
        "title": trace.title,
        "value": _number(trace.value, trace.measure),
        "measure": str(trace.measure) if trace.measure else None,
        "count": trace.count,
        "says": list(trace.says),
        "record": _record(trace.record) if trace.record else None,
        "conversion": _conversion(trace.conversion) if trace.conversion else None,
        "sources": [_source(source) for source in trace.sources],
        "adds_up": trace.adds_up,
        "parts": [_trace(part) for part in trace.parts],
    }


def _record(record: Record) -> Json:
    return {"kind": record.kind, "id": record.id, "name": record.name, "url": record.url}


def _conversion(conversion: Conversion) -> Json:
    return {
        "amount": f"{conversion.amount:.2f}",
        "currency": conversion.currency,
        "rate": f"{conversion.rate:f}",
        "source": conversion.source,
    }


def _source(source: Source) -> Json:
    return {"kind": str(source.kind), "name": source.name, "where": source.where, "says": source.says}


def _number(value: Decimal | None, measure: Measure | None) -> str | None:
    if value is None:
        return None
    return f"{value:.2f}" if measure is Measure.MONEY else f"{value:f}"
