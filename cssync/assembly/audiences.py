"""Who is told, as the settings name them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from cssync.alerts.quiet import Quiet
from cssync.run import Route, selected
from cssync.settings.model import Settings
from cssync.settings.routes import QuietHours

if TYPE_CHECKING:
    from collections.abc import Callable

CONSOLE, SLACK = "console", "slack"
_WEEKEND = (5, 6)  # Monday is 0

ON_SCREEN = Route(CONSOLE, ("",))


def slack_routes(settings: Settings, *, edits: bool) -> tuple[Route, ...]:
    """The channel that hears of everything first, so that nothing depends on how the others are narrowed."""
    slack = settings.notify.slack
    quiet = {name: _quiet(hours, settings.zone) for name, hours in settings.notify.quiet.items()}
    channel = Route(
        SLACK,
        (slack.channel or "",),
        edits=edits,
        mention=slack.mention,
        quiet=quiet[slack.quiet] if slack.quiet else None,
    )
    others = (
        Route(
            SLACK,
            route.to,
            edits=edits,
            escalate_to=route.escalate_to,
            mention=route.mention,
            wants=selected(route.when),
            quiet=quiet[route.quiet] if route.quiet else None,
        )
        for route in slack.routes
    )
    return (channel, *others)


def _quiet(hours: QuietHours, here: ZoneInfo) -> Quiet:
    zone = ZoneInfo(hours.timezone) if hours.timezone else here
    return Quiet(zone, hours.begins, hours.ends, _working_days(hours), hold_critical=hours.hold_critical)


def _working_days(hours: QuietHours) -> Callable[[date], bool]:
    public = _public_holidays(hours.holidays) if hours.holidays else {}

    def is_working(day: date) -> bool:
        return not (hours.weekend and day.weekday() in _WEEKEND) and day not in public

    return is_working


def _public_holidays(region: str) -> dict[date, str]:
    # A second to import, for those alone who want it.
    from holidays import country_holidays

    country, _, part = region.partition("-")
    return country_holidays(country, subdiv=part or None)  # a dict that fills itself with each year that is asked for
