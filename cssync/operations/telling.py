"""Puts a status into a few lines for people, and into JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from cssync.model.delivery import DeliveryState
from cssync.model.finding import Severity
from cssync.model.night import Run, RunStatus
from cssync.model.overview import Overview, Undelivered
from cssync.model.wording import count, day, money
from cssync.operations.standing import State
from cssync.operations.status import Status
from cssync.schedule.timetable import announce

_MEGABYTE = 1_000_000


def lines(status: Status) -> Iterator[tuple[str, str]]:
    """Yield a title and what there is to say; ten lines at most."""
    zone = status.timetable.zone
    yield "Last night", _last_night(status)
    if status.overview and (good := status.overview.accepted):
        title = "It saw" if status.standing.state is State.FINE else "Last good"
        when = "" if title == "It saw" else f"{day(good.as_of)}: "
        yield title, when + _saw(good, status.overview.csms)
    if status.at_work and status.standing.state is not State.RUNNING:
        began = status.at_work.started_at
        yield "At work", f"a run for {day(status.at_work.as_of)}, since {_clock(began, zone)}"
    yield "Next night", announce(status.timetable, status.now)
    if status.overview:
        yield "Firing", _firing(status.overview)
        if status.exceptions:
            yield "Exceptions", _exceptions(status)
        yield "Unsent", _unsent(status.unsent, zone) if status.unsent else "nothing"
        if status.held:
            yield "Held", f"{count(len(status.held), 'message')}: {'; '.join(dict.fromkeys(_held(status)))}"
        yield "Store", _store(status.overview)
    else:
        yield "Store", "none yet: the first `cssync run` makes it"
    yield ("Next", status.next_step) if status.next_step else ("", "All is well.")


def as_json(status: Status) -> dict[str, object]:
    overview, standing = status.overview, status.standing
    oldest = status.unsent[0] if status.unsent else None
    following = status.timetable.following(status.now)
    return {
        "status": str(standing.state),
        "exit_code": int(status.exit_code),
        "night": str(standing.night),
        "reason": standing.reason,
        "last_run": _run_as_json(overview.runs[0] if overview and overview.runs else None),
        "last_good": _run_as_json(overview.accepted if overview else None),
        "at_work_since": status.at_work.started_at.isoformat() if status.at_work else None,
        "next_night": {"date": str(following), "at": status.timetable.begins(following).isoformat()},
        "firing": {str(severity): _number(overview, severity) for severity in reversed(Severity)},
        "exceptions": {
            "in_force": len(status.exceptions),
            "ending_soon": len(status.ending),
            "next_ends_on": str(status.exceptions[0].until) if status.exceptions else None,
        },
        "unsent": {
            "messages": len(status.unsent),
            "since": oldest.since.isoformat() if oldest and oldest.since else None,
            "sink": oldest.sink if oldest else None,
            "address": oldest.address if oldest else None,
            "tries": oldest.attempts if oldest else 0,
            "error": oldest.error if oldest else "",
        },
        "held": len(status.held),
        "store": {
            "where": overview.where if overview else None,
            "revision": overview.revision if overview else None,
            "bytes": overview.size if overview else 0,
        },
        "next": status.next_step,
    }


def took(run: Run) -> timedelta | None:
    """From begin to commit; None while it has not ended, and for one that was killed."""
    return run.finished_at - run.started_at if run.finished_at else None


def _last_night(status: Status) -> str:
    standing, zone = status.standing, status.timetable.zone
    night, run = day(standing.night), standing.run
    if standing.state is State.DUE:
        return f"{night}: due since {_clock(status.timetable.begins(standing.night), zone)}, and not late yet"
    if run is None:
        return f"{night}: {standing.state}; {standing.reason}"
    if standing.state is State.RUNNING:
        return f"{night}: running since {_clock(run.started_at, zone)}"
    if standing.state is not State.FINE:
        ended = f" at {_clock(run.finished_at, zone)}" if run.finished_at else ""
        return f"{night}: {standing.state}{ended}: {standing.reason}"
    ended = f" at {_clock(run.finished_at, zone)}" if run.finished_at else ""
    how = " by hand" if run.accepted_by_hand else ", as an earlier run had found it" if _is_repeated(run) else ""
    lasted = took(run)
    return f"{day(run.as_of)}: accepted{ended}{how}" + (f", in {_lasting(lasted)}" if lasted is not None else "")


def _is_repeated(run: Run) -> bool:
    return run.status is RunStatus.REPEATED


def _saw(run: Run, csms: int) -> str:
    parts = [
        count(run.accounts, "account"),
        count(run.customers, "customer"),
        f"{money(run.arr, run.currency)} of ARR",
        count(csms, "CSM"),
        *((count(run.calls, "API call"),) if run.calls else ()),
    ]
    pulled = "" if run.pull_seconds is None else f", pulled in {_lasting(timedelta(seconds=run.pull_seconds))}"
    return ", ".join(parts) + pulled


def _firing(overview: Overview) -> str:
    found = [f"{number} {severity}" for severity in reversed(Severity) if (number := _number(overview, severity))]
    return ", ".join(found) or "nothing"


def _exceptions(status: Status) -> str:
    """3 in force, 1 to review: the first ends on 3 Jan 2027, owner Vera Holt (cssync alerts)"""
    told = f"{len(status.exceptions)} in force"
    for first in status.ending:
        ends = f" on {day(first.until)}" if first.until else ""
        return f"{told}, {len(status.ending)} to review: the first ends{ends}, owner {first.owner} (cssync alerts)"
    return told


def _number(overview: Overview | None, severity: Severity) -> int:
    if overview is None:
        return 0
    return sum(number for firing, number in overview.firing.items() if firing.severity is severity)


def _unsent(unsent: Sequence[Undelivered], zone: ZoneInfo) -> str:
    oldest = unsent[0]
    since = f" since {_clock(oldest.since, zone)}" if oldest.since else ""
    dead = sum(one.state is DeliveryState.DEAD for one in unsent)
    given_up = f" ({dead} given up)" if dead else ""
    tries = count(oldest.attempts, "try", "tries")
    to = " ".join(filter(None, (oldest.sink, oldest.address)))
    return f"{count(len(unsent), 'message')}{since}{given_up}: {to}, {tries}: {oldest.error or 'never tried'}"


def _held(status: Status) -> Iterator[str]:
    for one in status.held:
        if one.not_before and one.not_before > status.now:
            yield f"{one.sink} from {_clock(one.not_before, status.timetable.zone)} on"
        elif one.since and not one.error and one.attempts:
            yield f"{one.sink}, on its way"
        else:
            yield f"{one.sink}, not tried yet"


def _store(overview: Overview) -> str:
    return f"{overview.where}, revision {overview.revision}, {overview.size / _MEGABYTE:,.1f} MB"


def _run_as_json(run: Run | None) -> dict[str, object] | None:
    if run is None:
        return None
    lasted = took(run)
    return {
        "id": run.id,
        "as_of": str(run.as_of),
        "status": str(run.status),
        "started_at": run.started_at.isoformat(),
        "finished_at": run.finished_at.isoformat() if run.finished_at else None,
        "seconds": None if lasted is None else lasted.total_seconds(),
        "pull_seconds": run.pull_seconds,
        "accounts": run.accounts,
        "customers": run.customers,
        "owners": run.owners,
        "arr": str(run.arr),
        "currency": run.currency,
        "calls": run.calls,
        "reason": run.reason,
    }


def _clock(moment: datetime, zone: ZoneInfo) -> str:
    return f"{moment.astimezone(zone):%d %b, %H:%M %Z}"


def _lasting(span: timedelta) -> str:
    """4.2 s, 3 min 12 s, 1 h 5 min"""
    seconds = span.total_seconds()
    if seconds < 60:  # noqa: PLR2004  a minute
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"  # noqa: PLR2004
