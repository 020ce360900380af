"""The week in one message, once a week and place, from the first good night on; 16 November 2026 is a Monday."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.e2e.companies import ANA, LEADERSHIP, customers, tell_slack, tell_webhook, three_csms, write_files
from tests.e2e.desk import Desk, texts
from tests.emulators.slack.server import SlackServer


def weeks(slack: SlackServer) -> list[str]:
    """The summaries that leadership was sent: what each says in its blocks."""
    return [said for said in map(texts, slack.messages(LEADERSHIP)) if said.startswith("CS capacity: the week to ")]


def sum_up(desk: Desk, day: str = "monday") -> None:
    desk.set("notify", weekly={"enabled": True, "day": day})


@pytest.mark.parametrize("tell", [tell_slack, tell_webhook])
def test_a_week_is_summed_up_once_and_so_is_the_next(
    desk: Desk, slack: SlackServer, tell: Callable[[Desk, SlackServer], None]
) -> None:
    tell(desk, slack)
    sum_up(desk)
    write_files(desk, three_csms())
    for as_of in ("2026-11-16", "2026-11-17", "2026-11-17", "2026-11-22"):
        assert desk.night(as_of).code == 0
    assert [said.splitlines()[0] for said in weeks(slack)] == ["CS capacity: the week to 16 Nov 2026"]

    write_files(desk, [*three_csms(), *customers(2, ANA, "new")])
    assert desk.night("2026-11-24").code == 0
    (_, second) = weeks(slack)
    assert second.startswith("CS capacity: the week to 24 Nov 2026\n")
    assert "Since 17 Nov 2026: +2 customers, +$2k of ARR, CSMs 3 as before" in second
    assert "Customers since 17 Nov 2026: 2 won ($2k), 0 churned, 0 reassigned." in second


def test_the_week_begins_on_the_day_that_is_set(desk: Desk, slack: SlackServer) -> None:
    tell_slack(desk, slack)
    sum_up(desk, "friday")
    write_files(desk, three_csms())
    for as_of in ("2026-11-19", "2026-11-20", "2026-11-26"):
        assert desk.night(as_of).code == 0
    assert [said.splitlines()[0] for said in weeks(slack)] == [
        "CS capacity: the week to 19 Nov 2026",
        "CS capacity: the week to 20 Nov 2026",
    ]


def test_a_refused_night_sums_up_nothing_and_the_next_good_one_does(desk: Desk, slack: SlackServer) -> None:
    tell_slack(desk, slack)
    sum_up(desk)
    write_files(desk, three_csms())
    assert desk.night("2026-11-22").code == 0
    write_files(desk, three_csms()[:3])
    assert desk.night("2026-11-23").code == 4
    assert len(weeks(slack)) == 1
    write_files(desk, three_csms())
    assert desk.night("2026-11-24").code == 0
    assert len(weeks(slack)) == 2


def test_unless_it_is_asked_for_no_week_is_summed_up(desk: Desk, slack: SlackServer) -> None:
    tell_slack(desk, slack)
    write_files(desk, three_csms())
    assert desk.night("2026-11-23").code == 0
    assert weeks(slack) == []


def test_a_route_that_hears_of_some_alerts_is_not_told_of_the_whole_team(desk: Desk, slack: SlackServer) -> None:
    tell_slack(desk, slack)
    sum_up(desk)
    east = {"when": {"teams": ["East"]}, "to": ["#east"]}
    desk.set("notify", slack={**desk.settings["notify"]["slack"], "routes": [east]})
    write_files(desk, three_csms())
    desk.night("2026-11-23")  # nobody has made #east yet; its digest waits
    addresses = "SELECT DISTINCT address FROM outbox WHERE payload LIKE :said"
    assert desk.rows(addresses, said="%the week to%") == [LEADERSHIP]
    assert desk.rows(addresses, said="%data_as_of%") == ["#east", LEADERSHIP]


def test_a_rehearsal_shows_the_week_until_it_was_told(desk: Desk) -> None:
    sum_up(desk)
    desk.set("notify", console=True)
    write_files(desk, three_csms())
    first = desk.night("2026-11-23", "--dry")
    assert "CS capacity: the week to 23 Nov 2026" in first.out
    assert "the week to" in desk.night("2026-11-23").out
    assert "the week to" not in desk.night("2026-11-24", "--dry").out
