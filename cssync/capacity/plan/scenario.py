"""What if: the same company with other people, other growth or other limits, to be set beside the plan as it stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from difflib import get_close_matches

from cssync.capacity.company import Company
from cssync.capacity.outlook import Outlook, Quantity
from cssync.capacity.person import Person
from cssync.capacity.plan.spelling import spelled
from cssync.model.wording import count, day, listed, money
from cssync.settings.limits import Limits
from cssync.settings.model import Settings
from cssync.settings.problems import Problem, refuse
from cssync.settings.team import Member
from cssync.settings.what_if import EVERYWHERE, WHERE, Supposition
from cssync.settings.yaml import Key, dotted

_DAYS_A_YEAR = 365
_REMEDY = "correct it, and ask again"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A company as it would be. *growth*: a year, by segment, in place of the forecast; ``EVERYWHERE``: of all that
    are not named. *words*: what is different, each a few words.
    """

    company: Company
    growth: Mapping[str | None, Decimal]
    words: tuple[str, ...]

    def outlook(self, segment: str | None, forecast: tuple[Outlook, ...]) -> tuple[Outlook, ...]:
        """*forecast*; or grown from tonight's load at the rate that is supposed, as sure as the forecast is."""
        rate = self.growth.get(segment, self.growth.get(EVERYWHERE))
        return forecast if rate is None else tuple(_grown(forecast[0], each, float(rate)) for each in forecast)


def as_it_is(company: Company) -> Scenario:
    return Scenario(company, {}, ())


def supposed(company: Company, supposition: Supposition, segments: tuple[str | None, ...]) -> Scenario:
    """*segments*: those of the company. Raises ConfigError for all that names someone or something nobody knows."""
    what_if = supposition.what_if
    refuse(_strangers(company, supposition, segments), _REMEDY, WHERE)
    settings = company.settings
    hires = tuple(hire.model_copy(update={"segment": spelled(hire.segment, segments)}) for hire in what_if.hires)
    changed = {
        "requisitions": (*settings.hiring.requisitions, *hires),
        "attrition": settings.hiring.attrition if what_if.attrition is None else what_if.attrition,
        "quantile": settings.hiring.quantile if what_if.quantile is None else what_if.quantile,
    }
    updated = settings.model_copy(
        update={
            "hiring": settings.hiring.model_copy(update=changed),
            "team": settings.team.model_copy(update={"members": _members(company, supposition)}),
            "limits": _limits(settings, supposition),
        }
    )
    growth = {name if name == EVERYWHERE else spelled(name, segments): rate for name, rate in what_if.growth.items()}
    return Scenario(replace(company, settings=updated), growth, tuple(_words(company, supposition)))


def _strangers(company: Company, supposition: Supposition, segments: tuple[str | None, ...]) -> Iterator[Problem]:
    named: list[tuple[Key, str | None]] = [
        (("hires", number, "segment"), hire.segment) for number, hire in enumerate(supposition.what_if.hires)
    ]
    named += [(("growth", name), name) for name in supposition.what_if.growth if name != EVERYWHERE]
    known = [segment for segment in segments if segment]
    there_are = f"there are {listed(known, len(known))}" if known else "customers have none"
    for key, segment in named:
        if spelled(segment, segments) not in segments:
            said = f"no segment {segment!r}" if segment else "say for which segment"
            yield Problem(supposition.place(*key), f"{said}; {there_are}", dotted(key))
    for number, leaver in enumerate(supposition.what_if.leavers):
        key, person, said = ("leavers", number, "csm"), _person(company, leaver.csm), ""
        if person is None:
            said = f"nobody called {leaver.csm!r} looks after customers{_nearest(company, leaver.csm)}"
        elif person.starts_on and leaver.on <= person.starts_on:
            said = f"{person.name} starts on {day(person.starts_on)}, and cannot leave before"
        if said:
            yield Problem(supposition.place(*key), said, dotted(key))


def _person(company: Company, name: str) -> Person | None:
    wanted = name.casefold()
    return next((one for one in company.staff.people.values() if wanted in _names(one)), None)


def _names(person: Person) -> tuple[str, ...]:
    return tuple(name.casefold() for name in (person.id, person.name, person.known_as))


def _nearest(company: Company, name: str) -> str:
    near = get_close_matches(name, [person.name for person in company.staff.people.values()], n=1)
    return f"; did you mean {near[0]}?" if near else ""


def _members(company: Company, supposition: Supposition) -> dict[str, Member]:
    members = dict(company.settings.team.members)
    for leaver in supposition.what_if.leavers:
        if person := _person(company, leaver.csm):
            members[person.known_as] = person.member.model_copy(update={"leaves_on": leaver.on})
    return members


def _limits(settings: Settings, supposition: Supposition) -> Limits:
    other = supposition.what_if.limits
    given = {name: value for name in ("arr", "accounts", "stage") if (value := getattr(other, name)) is not None}
    segments = {**settings.limits.segments, **other.segments}
    return settings.limits.model_copy(update={**given, "segments": segments})


def _words(company: Company, supposition: Supposition) -> Iterator[str]:
    what_if = supposition.what_if
    for hire in what_if.hires:
        when = f"from {day(hire.starts_on)}" if hire.starts_on else "as if opened today"
        yield f"{count(hire.count, 'more CSM')}{f' for {hire.segment}' if hire.segment else ''} {when}"
    for name, rate in what_if.growth.items():
        where = "" if name == EVERYWHERE else f" in {name}"
        yield f"growth of {_percent(rate)} a year{where} in place of the forecast"
    for leaver in what_if.leavers:
        person = _person(company, leaver.csm)
        yield f"{person.name if person else leaver.csm} leaves on {day(leaver.on)}"
    if what_if.attrition is not None:
        yield f"{_percent(what_if.attrition)} of the CSMs leave in a year"
    if what_if.quantile is not None:
        yield f"{_percent(what_if.quantile)} sure"
    yield from _other_limits(company, supposition)


def _other_limits(company: Company, supposition: Supposition) -> Iterator[str]:
    limits = supposition.what_if.limits
    if limits.stage is not None:
        yield f"limits of the {limits.stage} stage"
    yield from _figures(limits.accounts, limits.arr, "", company.currency)
    for name, each in limits.segments.items():
        yield from _figures(each.accounts, each.arr, f" in {name}", company.currency)


def _percent(share: Decimal) -> str:
    return f"{float(100 * share):.4g}%"


def _figures(accounts: Decimal | None, arr: Decimal | None, where: str, currency: str) -> Iterator[str]:
    if accounts is not None:
        yield f"{accounts:f} accounts a CSM{where}"
    if arr is not None:
        yield f"{money(arr, currency)} of ARR a CSM{where}"


def _grown(tonight: Outlook, then: Outlook, rate: float) -> Outlook:
    by = (1.0 + rate) ** ((then.on - tonight.on).days / _DAYS_A_YEAR)

    def grown(from_: Quantity, forecast: Quantity) -> Quantity:
        mean = from_.mean * by
        return Quantity(mean, mean * (forecast.sd / forecast.mean) if forecast.mean else 0.0)

    return Outlook(
        on=then.on,
        accounts=grown(tonight.accounts, then.accounts),
        arr=grown(tonight.arr, then.arr),
        hours=grown(tonight.hours, then.hours),
    )
