"""Tells the whole story of one book, for the thread under a digest: why it is flagged, then all that was found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from cssync.model.finding import Finding, Unit
from cssync.model.story import Chapter, Sentence, joined
from cssync.model.wording import count, day, money


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
        if finding.unit is Unit.MONEY:
            yield (f"The limit of {money(limit.value, currency)} is {limit.setting} ({source}), {limit.why}.",)
        elif limit.value:
            yield (f"The limit of {count(int(limit.value), 'account')} is {limit.setting} ({source}), {limit.why}.",)
        if finding.since:
            yield (f"{titles[finding.rule]} since {day(finding.since)}.",)
