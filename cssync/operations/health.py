"""Whether a schedule that serves is in health: for the checks of containers and load balancers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from cssync.errors import StoreError
from cssync.operations.standing import State
from cssync.operations.status import Status
from cssync.schedule.pulse import Pulse
from cssync.schedule.timetable import due


@dataclass(frozen=True, slots=True)
class Health:
    """*reason*: why it is not well, "" where it is. *night*, *state*: see ``Standing``; "" where the store is shut."""

    reason: str = ""
    night: str = ""
    state: str = ""

    @property
    def is_well(self) -> bool:
        return not self.reason


def liveness(pulse: Pulse) -> Health:
    """Whether the scheduler still does what it is there for, whatever becomes of the nights."""
    return Health() if pulse.is_felt else Health("the scheduler has not been heard of for a while: start it again")


def health(read: Callable[[], Status], pulse: Pulse, since: datetime) -> Health:
    """*since*: when the schedule was started. It answers for no night that was past catching up by then."""
    alive = liveness(pulse)
    if not alive.is_well:
        return alive
    try:
        status = read()
    except StoreError as error:
        return Health(error.message)
    standing = status.standing
    night, state = str(standing.night), str(standing.state)
    if standing.state.is_well or (standing.state is State.MISSING and _is_excused(status, since)):
        return Health("", night, state)
    return Health(f"the night of {night} is {state}: {standing.reason}", night, state)


def _is_excused(status: Status, since: datetime) -> bool:
    """Whether a missing night is one that this schedule can do nothing about, or is just about to catch up."""
    if status.timetable.begins(status.standing.night) >= since:
        return False
    runs = status.overview.runs if status.overview else ()
    return due(status.now, runs, status.timetable) is None or status.now - since < status.late_after
