"""Routes and quiet hours that would route nothing are refused when the settings are read, with what would do."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from cssync.settings.model import Settings

BOT = {"enabled": True, "channel": "C0123456789"}


def refusal(slack: dict[str, Any], **notify: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        Settings.model_validate({"notify": {"slack": {**BOT, **slack}, **notify}})
    return str(caught.value)


@pytest.mark.parametrize(
    ("route", "said"),
    [
        ({"to": ["cs-emea"]}, "not a recipient: give a channel (C0123456789 or #name), an e-mail address, or manager"),
        ({"to": ["#cs"], "when": {"rules": ["acounts_over_limit"]}}, "no rule acounts_over_limit; there are"),
        ({"to": ["#cs"], "when": {"severities": ["bad"]}}, "Input should be 'watch', 'warning' or 'critical'"),
        ({"to": ["#cs"], "mention": ["#cs"]}, "not an e-mail address"),
        ({"to": ["#cs"], "quiet": "nights"}, "no quiet hours are called nights: add them under notify.quiet"),
    ],
)
def test_a_route_that_leads_nowhere_is_refused(route: dict[str, Any], said: str) -> None:
    assert said in refusal({"routes": [route]})


@pytest.mark.parametrize(
    ("region", "said"),
    [
        ("Germany", "not a country whose holidays are known"),
        ("DE-XX", "no part of DE whose holidays are known: BB, BE"),
    ],
)
def test_a_region_without_known_holidays_is_refused(region: str, said: str) -> None:
    assert said in refusal({}, quiet={"nights": {"holidays": region}})


def test_a_webhook_routes_nothing() -> None:
    assert "routes and mention need via: bot" in refusal({"via": "webhook", "routes": [{"to": ["#cs"]}]})


def test_all_who_are_named_are_known_for_doctor_to_look_up() -> None:
    routes = [{"to": ["#cs", "manager"], "escalate_to": ["vp@acme.test"], "mention": ["lead@acme.test"]}]
    slack = Settings.model_validate({"notify": {"slack": {**BOT, "operations_channel": "#ops", "routes": routes}}})
    assert slack.notify.slack.channels == ("C0123456789", "#ops", "#cs")
    assert slack.notify.slack.people == ("vp@acme.test", "lead@acme.test")
