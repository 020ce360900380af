"""The simple life of an alert: opened, worsened, resolved, and silent in between."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from cssync.alerts.reconcile import Reconciled, Tonight, fingerprint, reconcile
from cssync.model.alert import Alert, AlertState, Cause
from cssync.model.finding import Finding, Limit, Severity, Subject, Unit
from cssync.settings.model import AlertPolicy

START = date(2026, 11, 1)
LIMIT = Limit(Decimal(50), "limits.accounts", "default", "seed 2", "for every CSM")


def over(value: int, severity: Severity = Severity.WARNING, who: str = "U1", name: str = "Dana Roy") -> Finding:
    return Finding(
        rule="accounts_over_limit",
        subject=Subject(who, name),
        severity=severity,
        unit=Unit.ACCOUNTS,
        value=Decimal(value),
        limit=LIMIT,
        since=None,
        reason="",
        action="",
    )


@dataclass
class Life:
    """Nights in a row, with what is remembered between them."""

    known: dict[str, Alert] = field(default_factory=dict)
    day: date = START

    def night(
        self,
        *findings: Finding,
        rules: Iterable[str] = ("accounts_over_limit",),
        subjects: Iterable[str] = ("U1", "U2"),
        left: Iterable[tuple[str, str]] = (),
    ) -> Reconciled:
        tonight = Tonight(self.day, "acme", findings, frozenset(rules), frozenset(subjects), frozenset(left))
        result = reconcile(tonight, self.known.values(), AlertPolicy())
        self.known |= {alert.fingerprint: alert for alert in result.alerts}
        self.day += timedelta(days=1)
        return result


def causes(result: Reconciled) -> list[tuple[Cause, bool]]:
    return [(transition.cause, transition.announce) for transition in result.transitions]


def test_a_finding_opens_an_alert_once_and_then_is_silent() -> None:
    life = Life()
    assert causes(life.night(over(51))) == [(Cause.OPENED, True)]
    again = life.night(over(51))
    assert causes(again) == []
    assert len(again.unchanged) == 1


def test_it_worsens_when_the_severity_rises() -> None:
    life = Life()
    life.night(over(74))
    result = life.night(over(75, Severity.CRITICAL))
    assert causes(result) == [(Cause.WORSENED, True)]
    assert (result.transitions[0].before, result.transitions[0].after) == (Severity.WARNING, Severity.CRITICAL)


def test_it_worsens_by_a_tenth_of_the_limit_over_what_was_last_told() -> None:
    life = Life()
    life.night(over(52))
    assert causes(life.night(over(56))) == []
    assert causes(life.night(over(57))) == [(Cause.WORSENED, True)]
    assert causes(life.night(over(61))) == []
    assert causes(life.night(over(62))) == [(Cause.WORSENED, True)]


def test_where_nothing_is_allowed_it_worsens_by_a_tenth_of_what_was_last_told() -> None:
    none = replace(LIMIT, value=Decimal(0))
    life = Life()
    life.night(replace(over(20), limit=none))
    assert causes(life.night(replace(over(21), limit=none))) == []
    assert causes(life.night(replace(over(22), limit=none))) == [(Cause.WORSENED, True)]


def test_easing_is_kept_but_told_to_nobody_and_climbing_back_is_no_news() -> None:
    life = Life()
    life.night(over(80, Severity.CRITICAL))
    eased = life.night(over(60))
    assert causes(eased) == [(Cause.EASED, False)]
    assert len(eased.unchanged) == 1
    assert causes(life.night(over(80, Severity.CRITICAL))) == []


def test_it_resolves_when_nothing_is_found_any_more() -> None:
    life = Life()
    life.night(over(51))
    (transition,) = life.night().transitions
    assert (transition.cause, transition.announce, transition.after) == (Cause.RECOVERED, True, None)
    assert transition.alert.state is AlertState.RESOLVED
    assert transition.alert.resolved_on == START + timedelta(days=1)
    assert causes(life.night()) == []


def test_a_csm_who_left_the_crm_has_not_recovered() -> None:
    life = Life()
    life.night(over(51))
    assert causes(life.night(subjects=["U2"])) == [(Cause.SUBJECT_GONE, True)]


def test_a_csm_who_was_deactivated_has_not_recovered() -> None:
    life = Life()
    life.night(over(51))
    assert causes(life.night(left=[("accounts_over_limit", "U1")])) == [(Cause.SUBJECT_LEFT, True)]


def test_a_rule_that_was_switched_off_says_so() -> None:
    life = Life()
    life.night(over(51))
    assert causes(life.night(rules=[])) == [(Cause.RULE_OFF, True)]


def test_a_second_opening_is_a_new_incident_of_the_same_alert() -> None:
    life = Life()
    life.night(over(51))
    life.night()
    (again,) = life.night(over(51)).transitions
    assert (again.cause, again.incident) == (Cause.OPENED, 2)
    assert again.alert.opened_on == START + timedelta(days=2)


def test_a_new_name_does_not_make_a_new_alert() -> None:
    life = Life()
    life.night(over(51, name="Dana Roy"))
    result = life.night(over(51, name="Dana Roy-Smith"))
    assert causes(result) == []
    assert [alert.subject_name for alert in result.alerts] == ["Dana Roy-Smith"]


def test_companies_rules_and_subjects_each_have_their_own_alerts() -> None:
    assert (
        len(
            {
                fingerprint(tenant, rule, subject)
                for tenant in ("a", "b")
                for rule in ("x", "y")
                for subject in ("1", "2")
            }
        )
        == 8
    )


@given(st.lists(st.sets(st.tuples(st.sampled_from(["U1", "U2"]), st.integers(51, 99)), max_size=3), max_size=8))
def test_the_same_night_again_changes_nothing(nights: list[set[tuple[str, int]]]) -> None:
    life = Life()
    for values in nights:
        findings = tuple({who: over(value, who=who) for who, value in sorted(values)}.values())
        life.night(*findings)
        before = dict(life.known)
        assert causes(life.night(*findings)) == []
        assert {key: alert.state for key, alert in life.known.items()} == {k: a.state for k, a in before.items()}


@given(st.lists(st.booleans(), max_size=12))
def test_openings_and_endings_alternate(nights: list[bool]) -> None:
    life = Life()
    told = [cause for over_it in nights for cause, _ in causes(life.night(*([over(51)] if over_it else [])))]
    assert told == [(Cause.OPENED, Cause.RECOVERED)[n % 2] for n in range(len(told))]
