"""Who is to hear of what, and that nothing is heard by nobody."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cssync.model.alert import Alert
from cssync.model.delivery import Address
from cssync.model.finding import Severity, Subject
from cssync.run import Route, selected
from cssync.run.routing import readers
from cssync.settings.routes import Selection
from tests.builders import a_finding, an_alert

EVERYTHING = Route("slack", ("C0DEFAULT",), edits=True)


def about(fingerprint: str = "dana", team: str = "EMEA", **changes: Any) -> Alert:
    subject = Subject("U1", "Dana Roy", "dana@acme.test", team, "Vera Holt", "Enterprise", "vera@acme.test")
    return an_alert(fingerprint=fingerprint, **{"finding": a_finding(subject=subject), **changes})


def told(*routes: Route, alerts: tuple[Alert, ...]) -> dict[str, list[str]]:
    """Place -> the fingerprints of what is for it."""
    found = readers((EVERYTHING, *routes), alerts)
    return {those.address.place: sorted(key.fingerprint for key in those.incidents) for those in found}


def test_a_route_hears_of_what_it_wants_and_the_channel_of_everything() -> None:
    emea = Route("slack", ("#cs-emea",), wants=selected(Selection(teams=("emea",))))
    alerts = (about("dana"), about("sam", team="AMER"))
    assert told(emea, alerts=alerts) == {"C0DEFAULT": ["dana", "sam"], "#cs-emea": ["dana"]}


def test_all_kinds_of_a_selection_must_fit_and_one_name_of_each_is_enough() -> None:
    wants = selected(
        Selection(
            rules=("accounts_over_limit", "arr_over_limit"),
            severities=("critical", "warning"),
            segments=("Enterprise",),
            managers=("VERA@acme.test",),
        )
    )
    assert wants(about())
    assert not wants(about(severity=Severity.WATCH))
    assert not wants(about(rule="trending_to_ceiling"))
    assert not wants(an_alert())  # neither segment nor manager is known


def test_the_manager_of_each_csm_hears_of_their_own() -> None:
    managers = Route("slack", ("manager",))
    assert told(managers, alerts=(about("dana"), an_alert(fingerprint="orphan"))) == {
        "C0DEFAULT": ["dana", "orphan"],
        "vera@acme.test": ["dana"],
    }


def test_each_escalation_reaches_one_more() -> None:
    chain = Route("slack", ("#cs",), escalate_to=("lead@acme.test", "vp@acme.test"))
    critical = {"severity": Severity.CRITICAL}
    for reminders, places in (
        (0, {"#cs"}),
        (1, {"#cs"}),
        (2, {"#cs", "lead@acme.test"}),
        (3, {"#cs", "lead@acme.test", "vp@acme.test"}),
        (9, {"#cs", "lead@acme.test", "vp@acme.test"}),
    ):
        assert set(told(chain, alerts=(about(reminders=reminders, **critical),))) == {"C0DEFAULT", *places}
    assert set(told(chain, alerts=(about(reminders=9),))) == {"C0DEFAULT", "#cs"}  # a warning is never escalated


def test_an_address_of_two_routes_gets_one_message_with_what_either_wants() -> None:
    emea = Route("slack", ("#cs",), wants=selected(Selection(teams=("EMEA",))), mention=("a@acme.test",))
    amer = Route("slack", ("#cs",), wants=selected(Selection(teams=("AMER",))), mention=("b@acme.test", "a@acme.test"))
    (_, those) = readers((EVERYTHING, emea, amer), (about("dana"), about("sam", team="AMER")))
    assert those.address == Address("slack", "#cs")
    assert sorted(key.fingerprint for key in those.incidents) == ["dana", "sam"]
    assert list(those.mention) == ["a@acme.test", "b@acme.test"]


_TEAMS = st.sampled_from(["EMEA", "AMER", "APAC"])
_ROUTES = st.lists(
    st.builds(
        lambda to, teams: Route("slack", tuple(to), wants=selected(Selection(teams=tuple(teams)))),
        st.lists(st.sampled_from(["#a", "#b", "manager", "x@acme.test"]), min_size=1),
        st.lists(_TEAMS),
    ),
    max_size=4,
)


@given(_ROUTES, st.lists(_TEAMS, max_size=6))
def test_whatever_the_routes_every_alert_reaches_the_channel(routes: list[Route], teams: list[str]) -> None:
    alerts = tuple(about(str(number), team) for number, team in enumerate(teams))
    assert told(*routes, alerts=alerts)["C0DEFAULT"] == sorted(alert.fingerprint for alert in alerts)
