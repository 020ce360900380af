"""Replays the rules over the nights that are known, backfilled ones included, before anyone is told anything.

``record`` rebuilds the company of each past day, ``scenario`` says under which settings, ``replay`` carries the alerts
from night to night through the very rules and reconciliation of the line, ``figures`` sums up what came of them,
``proposals`` tries thresholds, and ``notes`` says what could not be known. Nothing is written, and nobody is told.
"""

from cssync.backtest.record import Record
from cssync.backtest.scenario import Scenario, changed, present
from cssync.backtest.work import backtest, span_of

__all__ = ["Record", "Scenario", "backtest", "changed", "present", "span_of"]
