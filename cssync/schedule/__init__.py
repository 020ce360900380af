"""Runs one night a day for as long as the process lives, where no timer of the host does it.

The store's runs decide what is left to do, never the memory of this process: a restart, a missed night or a day on
which the clocks change ends in the same state. ``timetable`` says which night is due, ``daemon`` carries it out.
"""

from cssync.schedule.daemon import Stop, serve
from cssync.schedule.pulse import Pulse
from cssync.schedule.timetable import Timetable, due

__all__ = ["Pulse", "Stop", "Timetable", "due", "serve"]
