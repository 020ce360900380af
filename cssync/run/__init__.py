"""The line, walked once a night.

``cssync run`` and ``cssync run --dry`` walk the same line with other objects; nothing here knows which. ``line`` holds
those objects, ``pulling`` brings the CRM home and through the gate, ``recalling`` asks once for the time before the
first night, ``night`` does the rest, ``messages`` says who is told what, and ``weekly`` sums up each week.
"""

from cssync.run.line import Audience, Line, Outcome, accept, refuse
from cssync.run.night import deliver_due, look, run_night
from cssync.run.recalling import Backfilled, backfill
from cssync.run.redriving import deliver_again, is_news
from cssync.run.routing import Route, selected

__all__ = [
    "Audience",
    "Backfilled",
    "Line",
    "Outcome",
    "Route",
    "accept",
    "backfill",
    "deliver_again",
    "deliver_due",
    "is_news",
    "look",
    "refuse",
    "run_night",
    "selected",
]
