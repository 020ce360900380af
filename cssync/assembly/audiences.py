"""Who is told, as the settings name them."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from cssync.alerts.quiet import Quiet
from cssync.assembly.calendars import workdays
from cssync.run import Route, selected
from cssync.settings.model import Settings
from cssync.settings.routes import QuietHours

CONSOLE, SLACK = "console", "slack"

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
    return Quiet(
        zone,
        hours.begins,
        hours.ends,
        workdays(hours.holidays, weekend=hours.weekend).is_working,
        hold_critical=hours.hold_critical,
    )
