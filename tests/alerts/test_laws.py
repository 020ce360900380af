"""What holds of every alert through any history of findings, reruns, gaps, limits, departures and decisions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from cssync.alerts.standing import standing
from cssync.alerts.tonight import Reconciled
from cssync.model.alert import Alert, AlertState, Cause, Transition
from cssync.model.decision import DecisionKind
from cssync.model.finding import Finding, Severity
from tests.alerts.lives import ACCOUNTS, ARR, FIFTY, POLICY, SEVENTY_FIVE, TREND, Life, over, trend

ENDINGS = {
    Cause.RECOVERED,
    Cause.LIMIT_CHANGED,
    Cause.SUBJECT_GONE,
    Cause.SUBJECT_LEFT,
    Cause.RULE_OFF,
    Cause.OVERTAKEN,
}
LAW = settings(deadline=None, derandomize=True, max_examples=80)
LEVELS = (None, 46, 49, 51, 54, 60, 74, 76, 90)


@dataclass(frozen=True)
class Night:
    """What one run finds and what is otherwise so; *after*: days to the one before, 0 for another run of its date."""

    after: int
    accounts: int | None
    arr: int | None
    heading: bool
    rules: frozenset[str]
    gone: bool
    left: bool
    limit: int
    decided: tuple[tuple[DecisionKind, str, int], ...]

    def findings(self, life: Life) -> tuple[Finding, ...]:
        """As the rules would speak: they linger only about open alerts, and not about those who are not there."""
        if self.gone or self.left:
            return ()
        limit = replace(FIFTY, value=Decimal(self.limit))
        found = []
        for rule, value in ((ACCOUNTS, self.accounts), (ARR, self.arr)):
            open_ = any(alert.rule == rule and alert.state.is_open for alert in life.known.values())
            if value is None or rule not in self.rules or value <= self.limit - (3 if open_ else 0):
                continue
            severity = Severity.CRITICAL if value >= 75 else Severity.WARNING if value > self.limit else Severity.WATCH
            found.append(over(value, rule=rule, limit=limit, severity=severity, lingers=value <= self.limit))
        if self.heading and TREND in self.rules and (self.accounts or 0) < 75:
            found.append(trend())
        return tuple(found)

    def circumstances(self) -> dict[str, Any]:
        limit = replace(FIFTY, value=Decimal(self.limit))
        return {
            "rules": {rule: 2 if rule == TREND else 1 for rule in self.rules},
            "subjects": {"U2"} if self.gone else {"U1", "U2"},
            "left": {(rule, "U1") for rule in self.rules} if self.left else set(),
            "limits": {(ACCOUNTS, "U1"): limit, (ARR, "U1"): limit, (TREND, "U1"): SEVENTY_FIVE},
            "reached": {(TREND, "U1")} if (self.accounts or 0) >= 75 else set(),
        }


def rarely(usual: Any, *others: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from([usual] * 8 + list(others))


NIGHTS = st.builds(
    Night,
    after=rarely(1, 0, 0, 3, 9),
    accounts=st.sampled_from(LEVELS),
    arr=st.sampled_from((None, None, 51, 80)),
    heading=st.booleans(),
    rules=rarely(frozenset({ACCOUNTS, ARR, TREND}), frozenset({TREND, ARR})),
    gone=rarely(False, True),  # noqa: FBT003 - values to choose from
    left=rarely(False, True),  # noqa: FBT003
    limit=rarely(50, 40, 60),
    decided=st.lists(
        st.tuples(st.sampled_from(DecisionKind), st.sampled_from((ACCOUNTS, ARR, TREND)), st.integers(1, 12)),
        max_size=1,
    ).map(tuple),
)
HISTORIES = st.lists(NIGHTS, min_size=1, max_size=30)


@dataclass
class Told:
    """A history as it was lived: every run with the alerts before it."""

    life: Life = field(default_factory=Life)
    runs: list[tuple[date, dict[str, Alert], Reconciled]] = field(default_factory=list)

    def live(self, nights: Iterable[Night]) -> Told:
        for night in nights:
            self.life.skip(night.after)
            before = dict(self.life.known)
            result = self.life.again(*night.findings(self.life), **night.circumstances())
            self.runs.append((self.life.day, before, result))
            for kind, rule, days in night.decided:
                if any(alert.rule == rule for alert in self.life.known.values()):
                    until = self.life.day + timedelta(days=days)
                    self.life.decide(
                        kind, until if kind in (DecisionKind.SNOOZED, DecisionKind.EXCEPTED) else None, rule
                    )
        return self

    @property
    def transitions(self) -> list[Transition]:
        return [transition for _, _, result in self.runs for transition in result.transitions]


@LAW
@given(HISTORIES)
def test_alert_case_08_the_same_night_again_changes_nothing(nights: list[Night]) -> None:
    told = Told().live(nights)
    last = replace(nights[-1], decided=())
    # What someone decided after it, or what now lingers, may change the first repetition, but no second one.
    told.life.again(*last.findings(told.life), **last.circumstances())
    again = told.life.again(*last.findings(told.life), **last.circumstances())
    assert again.alerts == ()
    assert again.transitions == ()


@LAW
@given(st.lists(NIGHTS.map(lambda night: replace(night, decided=())), min_size=1, max_size=15))
def test_without_decisions_even_the_first_repetition_of_the_same_findings_changes_nothing(nights: list[Night]) -> None:
    life = Life()
    for night in nights:
        life.skip(night.after)
        findings = night.findings(life)
        life.again(*findings, **night.circumstances())
        again = life.again(*findings, **night.circumstances())
        assert (again.alerts, again.transitions) == ((), ())


@LAW
@given(HISTORIES)
def test_nothing_is_announced_while_an_exception_holds(nights: list[Night]) -> None:
    life = Life()
    for night in nights:
        life.skip(night.after)
        decisions = tuple(life.decisions)
        result = life.again(*night.findings(life), **night.circumstances())
        for transition in result.transitions:
            if standing(transition.alert, decisions, life.day).exception is not None:
                assert not transition.announce
        for kind, rule, days in night.decided:
            if any(alert.rule == rule for alert in life.known.values()):
                life.decide(kind, life.day + timedelta(days=days), rule)


@LAW
@given(HISTORIES)
def test_every_end_that_is_told_was_told_to_have_begun(nights: list[Night]) -> None:
    begun: set[str] = set()
    for transition in Told().live(nights).transitions:
        if not transition.announce:
            continue
        if transition.alert.state is AlertState.RESOLVED:
            assert transition.fingerprint in begun
            begun.discard(transition.fingerprint)
        else:
            assert transition.first or transition.fingerprint in begun
            begun.add(transition.fingerprint)


@LAW
@given(HISTORIES)
def test_a_run_announces_an_incident_at_most_once(nights: list[Night]) -> None:
    for _, _, result in Told().live(nights).runs:
        announced = [t.alert.key for t in result.transitions if t.announce]
        assert len(announced) == len(set(announced))


@LAW
@given(HISTORIES)
def test_a_later_run_of_a_date_announces_only_what_is_worse_or_has_begun_or_ended(nights: list[Night]) -> None:
    # Decisions fall between runs as well, and what they end may be told the same day.
    told = Told().live(replace(night, decided=()) for night in nights)
    seen: set[tuple[date, object]] = set()
    for day, _, result in told.runs:
        for transition in result.transitions:
            if transition.announce:
                if (day, transition.alert.key) in seen:
                    assert transition.cause in ENDINGS | {Cause.WORSENED, Cause.SETTLED}
                seen.add((day, transition.alert.key))


@LAW
@given(HISTORIES)
def test_numbers_of_incidents_rise_by_one_with_every_opening(nights: list[Night]) -> None:
    openings: defaultdict[str, list[int]] = defaultdict(list)
    for transition in Told().live(nights).transitions:
        if transition.cause is Cause.OPENED:
            openings[transition.fingerprint].append(transition.incident)
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in openings.values())


@LAW
@given(HISTORIES)
def test_what_is_closed_announces_nothing_but_its_end(nights: list[Night]) -> None:
    for transition in Told().live(nights).transitions:
        if transition.announce and not transition.alert.state.is_open:
            assert transition.alert.state is AlertState.RESOLVED
            assert transition.cause in ENDINGS | {Cause.SETTLED}


@LAW
@given(HISTORIES)
def test_a_rise_that_nothing_but_people_silences_is_announced(nights: list[Night]) -> None:
    """Acknowledging and snoozing never stop one; an exception and a worse alert of the same book do."""
    for _, before, result in Told().live(nights).runs:
        for transition in result.transitions:
            now, was = transition.alert, before.get(transition.fingerprint)
            if was is None or was.told_on is None or was.incident != now.incident or now.state is not AlertState.FIRING:
                continue
            if now.severity.rank > was.notified_severity.rank and now.inhibited_by is None and not now.excepted:
                causes = [t.cause for t in result.transitions if t.alert.key == now.key and t.announce]
                # What was silently worse before a snooze is told when the snooze ends.
                assert causes == [Cause.WORSENED] or now.snoozed


@LAW
@given(HISTORIES)
def test_severity_runs_through_the_transitions_of_an_alert(nights: list[Night]) -> None:
    last: dict[str, Severity | None] = {}
    for transition in Told().live(nights).transitions:
        assert transition.before == last.get(transition.fingerprint)
        assert (transition.after is not None) == transition.alert.state.is_open
        last[transition.fingerprint] = transition.after


@LAW
@given(HISTORIES, st.randoms(use_true_random=False))
def test_the_order_of_findings_and_of_what_is_remembered_is_nothing(nights: list[Night], random: Any) -> None:
    straight, shuffled = Life(), Life()
    for night in nights:
        findings = list(night.findings(straight))
        for life in (straight, shuffled):
            life.skip(night.after)
        one = straight.again(*findings, **night.circumstances())
        random.shuffle(findings)
        known = list(shuffled.known.items())
        random.shuffle(known)
        shuffled.known = dict(known)
        other = shuffled.again(*findings, **night.circumstances())
        assert {(t.fingerprint, t.cause, t.announce) for t in one.transitions} == {
            (t.fingerprint, t.cause, t.announce) for t in other.transitions
        }
        assert straight.known == shuffled.known


@LAW
@given(HISTORIES, st.integers(1, 40))
def test_alert_case_22_a_gap_alone_changes_nothing(nights: list[Night], days: int) -> None:
    """Beside what time itself brings: reminders, and the end of what people had silenced."""
    life = Told(Life(policy=POLICY.model_copy(update={"remind_warning_after_days": None}))).live(nights).life
    last = replace(nights[-1], decided=())
    life.decisions.clear()
    life.again(*last.findings(life), **last.circumstances())
    life.skip(days)
    states = {alert.state for alert in life.known.values()}
    result = life.again(*last.findings(life), **last.circumstances())
    causes = {t.cause for t in result.transitions}
    moved = {Cause.REMINDED, Cause.ESCALATED, Cause.SETTLED}
    # The night after the gap is one more of its kind: it may be the second in a row.
    if AlertState.PENDING in states:
        moved |= {Cause.OPENED, Cause.INHIBITED, Cause.FLAPPING, Cause.RELEASED}
    if AlertState.RECOVERING in states:
        moved |= {Cause.RECOVERED, Cause.RELEASED}
    assert causes <= moved


SWINGS = st.lists(st.tuples(st.booleans(), st.integers(1, 6)), min_size=1, max_size=30)


@LAW
@given(SWINGS)
def test_alert_case_23_however_a_book_swings_it_is_told_at_most_seven_times_in_fourteen_days(
    swings: list[tuple[bool, int]],
) -> None:
    life = Life(policy=POLICY.model_copy(update={"remind_warning_after_days": None}))
    days = [
        life.day - timedelta(days=1)
        for is_over, nights in swings
        for _ in range(nights)
        for transition in life.night(*([over(51)] if is_over else [])).transitions
        if transition.announce
    ]
    for start in days:
        assert sum(start <= day < start + timedelta(days=14) for day in days) <= 7
