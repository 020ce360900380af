"""Tells the whole story of one book, for the thread under a digest: why it is flagged, then all that was found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from cssync.model.finding import Finding, Unit
from cssync.model.story import Chapter, Sentence, joined
from cssync.model.wording import count, day, hours, money


def story(
    findings: Sequence[Finding], titles: Mapping[str, str], currency: str, said_first: Sequence[str] = ()
) -> tuple[Chapter, ...]:
    """*findings*: all about one book, the one whose action counts first. *titles*: of rules by id."""
    why = (*((sentence,) for sentence in said_first), *_why(findings, titles, currency))
    return joined([(Chapter("Why", why),), *(finding.story for finding in findings)])


def _why(findings: Sequence[Finding], titles: Mapping[str, str], currency: str) -> Iterator[Sentence]:
    for finding in findings:
        yield (finding.reason,)
        limit = finding.limit
        source = f"{limit.seed}, {limit.origin}" if limit.seed else limit.origin
        if limit.value or finding.unit is Unit.HOURS:
            held = _figure(finding.unit, limit.value, currency)
            yield (f"The limit of {held} is {limit.setting} ({source}), {limit.why}.",)
        if finding.since:
            yield (f"{titles[finding.rule]} since {day(finding.since)}.",)


def _figure(unit: Unit, value: Decimal, currency: str) -> str:
    match unit:
        case Unit.MONEY:
            return money(value, currency)
        case Unit.HOURS:
            return f"{hours(value)} a month"
        case Unit.CSMS:
            return count(int(value), "CSM")
        case Unit.ACCOUNTS:
            return count(int(value), "account")
