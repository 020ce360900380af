"""What a night hands over to be compared with the remembered alerts."""

from __future__ import annotations

from cssync.alerts.workdays import Workdays
from cssync.model.alert import AlertState
from rules.subjects import COMPANY, segment_subject, subject_ids
from rules.tonight import context_of, tonight
from tests.builders import an_alert
from tests.nights import Nights, account, many, pull_of, settings


def test_an_alert_may_be_about_a_book_an_owner_without_one_a_segment_or_the_company() -> None:
    rows = [*many(2, segment="SMB"), account("x", "U2", segment="Enterprise"), account("nobody", None)]
    there = subject_ids(Nights().walk(pull_of(rows)).context())
    assert there == {
        "U1",
        "U2",
        "U3",
        "U4",
        "U9",
        "unassigned",
        "segment:",
        "segment:smb",
        "segment:enterprise",
        "company",
    }
    assert (COMPANY.id, segment_subject("SMB").id) == ("company", "segment:smb")


def test_a_segment_that_only_the_settings_name_is_there_too() -> None:
    team = {"members": {"dana@acme.test": {"segment": "Strategic"}}}
    context = Nights(settings(team=team)).walk(pull_of(many(2, segment="SMB"))).context()
    assert {"segment:strategic", "segment:smb"} <= subject_ids(context)


def test_the_rules_know_which_alerts_are_open_and_what_those_are_held_to() -> None:
    firing = an_alert(subject_id="U1", state=AlertState.RECOVERING)
    over = an_alert(subject_id="U2", state=AlertState.RESOLVED)
    context = context_of(Nights().walk(pull_of([*many(2), *many(2, "U2")])).company(), (firing, over))
    assert context.firing == {("accounts_over_limit", "U1")}
    found = tonight(context, (), (firing, over), workdays=Workdays(), first=False)
    assert {about: limit.setting for about, limit in found.limits.items()} == {
        ("accounts_over_limit", "U1"): "limits.accounts"
    }
    assert (found.rules["accounts_over_limit"], found.rules["trending_to_ceiling"]) == (1, 2)
