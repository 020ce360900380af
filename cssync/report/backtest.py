"""A backtest for people: what would have fired, how long ahead, how much would have been said, what to set instead."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from cssync.model.backtest import Backtest, Firing, Missed, Proposal, Replayed, RuleFigures, Span, Trial
from cssync.model.text import line, name
from cssync.model.wording import count, day, listed

_MOST_NAMED = 4
_MOST_FIRINGS = 30


def backtest_report(found: Backtest, *, details: bool) -> RenderableType:
    """*details*: with each opening of each alert, and what came of every value that was tried."""
    parts: list[RenderableType] = [_by_rule(found), Text(_messages(found.present, found.span))]
    if found.changed:
        parts.append(Text(f"With {found.changed.name}: {_messages(found.changed, found.span)}"))
    if details:
        parts += [Text(), _firings(found)]
    if found.proposals:
        parts += [Text(), _proposals(found, details=details)]
    parts += [Text(), *(Text(f"- {note}") for note in found.notes)]
    return Group(*parts)


def _by_rule(found: Backtest) -> Table:
    table = _table(_title(found.span), "Rule", "Fired", "On whom", "Flips", "Told", "How long ahead")
    changed = {one.rule: one for one in found.changed.rules} if found.changed else {}
    for figures in found.present.rules:
        now = _row(figures)
        table.add_row(line(figures.title), *now)
        other = changed.get(figures.rule)
        if other is not None and (then := _row(other)) != now:
            table.add_row("  changed", *then, style="bold")
        elif found.changed and other is None:
            table.add_row("  changed", "switched off", style="bold")
    for rule, figures in changed.items():
        if rule not in {one.rule for one in found.present.rules}:
            table.add_row(f"{line(figures.title)}, changed", *_row(figures), style="bold")
    return table


def _title(span: Span) -> str:
    how = "every night" if span.every == 1 else f"every {span.every} days"
    return f"{count(span.days, 'night')} replayed, {day(span.since)} to {day(span.until)}, books worked out {how}"


def _row(figures: RuleFigures) -> tuple[str, ...]:
    if figures.since is None:
        return "not replayed", "", "", "", ""
    stood = len(figures.firings) - len(figures.opened)
    fired = str(len(figures.opened)) + (f" + {stood} from the first day on" if stood else "")
    told = sum(firing.told for firing in figures.firings)
    return fired, _whom(figures.firings), str(figures.flips), str(told), _ahead(figures)


def _whom(firings: Sequence[Firing]) -> str:
    return line(listed(list(dict.fromkeys(name(firing.subject.name) for firing in firings)), _MOST_NAMED))


def _ahead(figures: RuleFigures) -> str:
    """28 days (14 to 60), 2 for nothing, without a warning: Dana Roy on 6 Nov 2026"""
    if not figures.warns:
        return ""
    parts = []
    if figures.leads:
        several = f" ({min(figures.leads)} to {max(figures.leads)})" if len(figures.leads) > 1 else ""
        parts.append(f"{count(figures.typical_lead or 0, 'day')}{several}")
    if figures.for_nothing:
        parts.append(f"{figures.for_nothing} for nothing")
    if figures.missed:
        missed = listed([_missed(one) for one in figures.missed], _MOST_NAMED)
        parts.append(f"without a warning: {missed}")
    return line("; ".join(parts)) or "nothing came of it yet"


def _missed(missed: Missed) -> str:
    moved = f" ({missed.handed_over} handed over at once)" if missed.handed_over else ""
    return f"{name(missed.subject.name)} on {day(missed.on)}{moved}"


def _messages(replayed: Replayed, span: Span) -> str:
    """62 messages to leadership, 1.2 a week, 54 of them reminders alone; 238 lines about a book."""
    number = len(replayed.digests)
    a_week = f"{number / span.weeks:.1f} a week"
    reminders = f", {replayed.reminders} of them nothing but reminders" if replayed.reminders else ""
    lines = f"{replayed.entries:,} lines about a book in all" if number else ""
    return "; ".join(filter(None, (f"{count(number, 'message')} to leadership, {a_week}{reminders}", lines))) + "."


def _firings(found: Backtest) -> Table:
    table = _table("What would have fired", "Rule", "Who", "From", "To", "How it ended", "Ahead")
    for replayed in filter(None, (found.present, found.changed)):
        rows = [firing for figures in replayed.rules for firing in figures.firings]
        if found.changed:
            table.add_row(f"{f'with {replayed.name}' if replayed.name else 'as it is set'}:", style="bold")
        for firing in rows[:_MOST_FIRINGS]:
            lead = firing.lead_days
            table.add_row(
                firing.rule,
                line(name(firing.subject.name)),
                f"{firing.opened}" + (" or before" if firing.stood else ""),
                str(firing.ended or "still so"),
                line(firing.how),
                count(lead, "day") if lead is not None else "",
            )
        if len(rows) > _MOST_FIRINGS:
            table.add_row(f"and {len(rows) - _MOST_FIRINGS:,} more: --json")
    return table


def _proposals(found: Backtest, *, details: bool) -> Table:
    table = _table("Thresholds", "Setting", "Now", "Proposed", "Why", "Alerts by value")
    for proposal in found.proposals:
        present = next(trial for trial in proposal.trials if trial.present)
        chosen = f"{proposal.chosen.value:f}" if proposal.changes and proposal.chosen else ""
        table.add_row(
            line(proposal.setting), f"{present.value:f}", chosen, line(proposal.why), ", ".join(_numbers(proposal))
        )
        if details:
            for trial in proposal.trials:
                table.add_row("", "", f"{trial.value:f}", _trial(trial), "")
    return table


def _numbers(proposal: Proposal) -> Iterator[str]:
    yield from (f"{trial.value:f}: {len(trial.figures.firings)}" for trial in proposal.trials)


def _trial(trial: Trial) -> str:
    figures = trial.figures
    parts = [count(len(figures.firings), "alert"), count(figures.flips, "flip")]
    if figures.warns:
        parts += filter(None, [_ahead(figures)])
    return ", ".join(parts)


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    return table
