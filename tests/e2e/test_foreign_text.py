"""What people type into the CRM or at the command line is shown as it is: no terminal and nobody else acts upon it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from cssync.model.owner import Owner
from tests.e2e.companies import (
    DANA,
    LEADERSHIP,
    customers,
    hubspot_company,
    salesforce_company,
    tell_slack,
    write_files,
)
from tests.e2e.desk import NEXT_NIGHT, NIGHT, Desk, Ran
from tests.emulators.hubspot.server import HubspotEmulator
from tests.emulators.salesforce.faults import Alter
from tests.emulators.salesforce.server import SalesforceEmulator
from tests.emulators.slack.mentions import links, pings
from tests.emulators.slack.server import SlackServer
from tests.hostile import NAMES, acted_upon

# Slack takes a message a second, and each book is one: so all of it goes into the names of two people.
HARD = "".join(NAMES[which] for which in ("title", "link of a terminal", "sequence in one character", "override"))
EVIL = Owner("U1", f"{NAMES['formula']} {HARD} {NAMES['channel']} {NAMES['link']}", "evil@acme.test", team=HARD)
LONG = Owner("U2", f"{NAMES['address']} {NAMES['here']} {NAMES['person']} {NAMES['long']}", "long@acme.test", team="+1")


@pytest.fixture
def company(desk: Desk, slack: SlackServer) -> Desk:
    """Both books are over their limit, and every text in them is hostile."""
    rows = [
        {**row, "name": f"{HARD}{number}", "segment": HARD, "lifecycle": HARD, "product": HARD}
        for owner in (EVIL, LONG)
        for number, row in enumerate(customers(6, owner, f"{owner.id}-"))
    ]
    write_files(desk, rows, (EVIL, LONG))
    tell_slack(desk, slack)
    desk.set("notify", console=True, weekly={"enabled": True, "day": "friday"})
    return desk


def everything(desk: Desk, *commands: tuple[str, ...]) -> dict[str, Ran]:
    return {" ".join(arguments): desk.run(*arguments) for arguments in commands}


def test_nobody_acts_upon_what_is_shown(company: Desk, slack: SlackServer) -> None:
    shown = everything(company, ("run", "--dry", "--as-of", NIGHT), ("run", "--as-of", NIGHT))
    (alert, *_) = (told["alert"] for told in company.run("alerts", "--json").json["alerts"])
    shown |= everything(
        company,
        ("doctor",),
        ("doctor", "--json"),
        ("books",),
        ("books", "--json"),
        ("books", "--csv"),
        ("books", "--csm", HARD),
        ("books", "--team", HARD),
        ("alerts", "ack", alert, "--reason", HARD, "--by", HARD),
        ("alerts", "except", alert, "--reason", HARD, "--by", HARD, "--owner", HARD, "--until", "2027-01-31"),
        ("alerts", "ack", HARD),
        ("alerts", "--details"),
        ("alerts", "--json"),
        ("alerts", "show", alert),
        ("alerts", "show", alert, "--json"),
        ("explain", alert, "--all"),
        ("explain", "U1", "--json"),
        ("explain", "U1-0"),
        ("explain", HARD),
        ("outbox", "list", "--all"),
        ("outbox", "list", "--all", "--json"),
        ("outbox", "retry", HARD),
        ("status",),
        ("run", "--as-of", NEXT_NIGHT, "--json"),
    )

    assert {name: ran.err for name, ran in shown.items() if ran.code == 1} == {}
    found = {name: acted_upon(ran.out + ran.err) for name, ran in shown.items()}
    assert {name: marks for name, marks in found.items() if marks} == {}
    answers = [answer for one in slack.messages(LEADERSHIP) for answer in slack.answers(one["ts"], LEADERSHIP)]
    told = [*slack.messages(LEADERSHIP), *answers]
    assert len(answers) == 2
    assert [(pings(one), links(one)) for one in told] == [(set(), set())] * len(told)
    assert [acted_upon(one["text"]) for one in told] == [[]] * len(told)


def test_on_a_terminal_the_only_sequences_are_our_own_colours(company: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    for ran in everything(company, ("run", "--dry", "--as-of", NIGHT), ("doctor",)).values():
        assert "\x1b[" in ran.out
        assert acted_upon(re.sub(r"\x1b\[[0-9;]*m", "", ran.out)) == []


def cut_in_hubspot(hubspot: HubspotEmulator) -> None:
    hubspot.faults.always(lambda answer: replace(answer, body=answer.body.replace(b'"Roy"', rb'"\ud83d"')))


def cut_in_salesforce(salesforce: SalesforceEmulator) -> None:
    cut = Alter(lambda reply: replace(reply, body=reply.body.replace(b"Dana Roy", rb"Dana \ud83d"), zipped=None))
    salesforce.faults.add(cut, where="FROM User")


@pytest.mark.parametrize(
    ("company_of", "cut"), [(hubspot_company, cut_in_hubspot), (salesforce_company, cut_in_salesforce)]
)
def test_what_no_text_can_hold_costs_no_night(
    desk: Desk, company_of: Callable[..., Any], cut: Callable[..., None]
) -> None:
    """A NUL, and half of an emoji, in which a name ends that was cut at its longest."""
    sam = Owner("U3", "Sam\x00 Ito", "sam@acme.test")
    with company_of(desk, [*customers(6, DANA), *customers(6, sam)], [DANA, sam]) as crm:
        cut(crm)
        assert desk.night(NIGHT).code == 0
        names = {book["csm"]["name"] for book in desk.run("books", "--json").json["books"]}
    assert names == {"Dana ?", "Sam Ito"}
