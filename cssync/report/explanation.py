"""An explanation for a terminal: each statement, and under it the records and settings that it rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from rich.console import RenderableType
from rich.style import Style
from rich.table import Table
from rich.text import Text

from cssync.explain.trace import Explanation, Measure, Record, Source, SourceKind, Trace, total
from cssync.model.text import isolated, line, name
from cssync.model.wording import count, exact_money

_INDENT = "  "


@dataclass(frozen=True, slots=True)
class Page:
    """How much is shown: *most* parts of a statement, None for all; *links* where the terminal follows them, else the
    addresses are written out.
    """

    currency: str
    most: int | None
    links: bool


def explanation_text(explanation: Explanation, page: Page) -> Iterator[RenderableType]:
    yield Text(line(explanation.headline), style="bold")
    for sentence in explanation.basis:
        yield Text(line(sentence), style="dim")
    for trace in explanation.traces:
        yield Text()
        yield from _chapter(trace, page)


def _chapter(trace: Trace, page: Page) -> Iterator[RenderableType]:
    heading = Text(trace.title, style="bold")
    if figures := _figures(trace, page):
        heading.append(f": {figures}")
    if trace.record is not None:
        heading.append(": " if not figures else ", ")
        heading.append_text(_called(trace.record, page))
    yield heading
    sentences = [*trace.says, *_converted(trace), *_sources(trace.sources)]
    if trace.record is not None and trace.record.url and not page.links:
        sentences.append(trace.record.url)
    yield from (Text(f"{_INDENT}{line(sentence)}") for sentence in sentences)
    if trace.parts:
        yield _table(trace, page)


def _table(trace: Trace, page: Page) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(overflow="fold")
    table.add_column(justify="right", no_wrap=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    for row in _rows(trace, page, depth=1):
        table.add_row(*row)
    if trace.adds_up:
        table.add_row(f"{_INDENT}In all", _count(trace.count), _value(trace, page), "", style="bold")
        if trace.missing is not None:
            value, customers = trace.missing
            short = f"{count(customers, 'customer')}, {exact_money(value, page.currency)}"
            table.add_row(
                "", "", "", f"the lines above are short of it by {short}: a fault in cssync, please report it"
            )
    return table


def _rows(trace: Trace, page: Page, depth: int) -> Iterator[tuple[RenderableType, str, str, RenderableType]]:
    shown, rest = _parted(trace.parts, page.most)
    for part in shown:
        title = Text(_INDENT * depth)
        title.append_text(_title(part, page))
        yield title, _count(part.count), _value(part, page), Text(_how(part, page))
        yield from _rows(part, page, depth + 1)
    if rest:
        value, customers = total(rest)
        known = any(part.value is not None for part in rest)
        worth = _value(replace(rest[0], value=value), page) if known and _alike(rest) else ""
        counted = _count(customers) if any(part.count is not None for part in rest) else ""
        yield Text(f"{_INDENT * depth}{len(rest):,} more"), counted, worth, Text("--all shows them", style="dim")


def _parted(parts: Iterable[Trace], most: int | None) -> tuple[list[Trace], list[Trace]]:
    """(what is shown, what is left out): of records *most*; fields, settings and days are few, and none is missed."""
    shown: list[Trace] = []
    rest: list[Trace] = []
    records = 0
    for part in parts:
        records += part.record is not None
        (rest if part.record is not None and most is not None and records > most else shown).append(part)
    return shown, rest


def _title(trace: Trace, page: Page) -> Text:
    if trace.record is None:
        return Text(isolated(line(trace.title)))
    called = _called(trace.record, page)
    return called if trace.title == trace.record.name else Text.assemble(f"{trace.title}: ", called)


def _called(record: Record, page: Page) -> Text:
    """The name of a record with its id behind it, so that two of one name are told apart."""
    link = Style(link=record.url) if record.url and page.links else Style()
    text = Text(isolated(name(record.name)), style=link)
    if record.id != record.name:
        text.append(f" ({line(record.id)})", style="dim")
    return text


def _how(trace: Trace, page: Page) -> str:
    """A record takes one line, a statement as many as there are things to say about it."""
    words = tuple(_words(trace, page))
    return "\n".join(words) if trace.record is None else "; ".join(words).replace(".; ", ". ")


def _words(trace: Trace, page: Page) -> Iterator[str]:
    yield from map(line, trace.says)
    yield from _converted(trace)
    yield from _sources(trace.sources)
    if trace.record is not None and trace.record.url and not page.links:
        yield trace.record.url


def _converted(trace: Trace) -> Iterator[str]:
    """Yield €50,000.00 at 1.25 (rates.csv), where the value was converted."""
    found = trace.conversion
    if found is not None:
        yield f"{exact_money(found.amount, found.currency)} at {_plain(found.rate)} ({line(found.source)})"


def _sources(sources: Iterable[Source]) -> Iterator[str]:
    listed = tuple(sources)
    if fields := [_source(each) for each in listed if each.kind is SourceKind.FIELD]:
        yield f"read from {', '.join(fields)}"
    if settings := [_source(each) for each in listed if each.kind is SourceKind.SETTING]:
        yield f"set by {', '.join(settings)}"
    yield from (f"{each.name}: {each.says}" for each in listed if each.kind is SourceKind.SEED)


def _source(source: Source) -> str:
    return f"{line(source.name)} ({line(source.where)})" if source.where else line(source.name)


def _figures(trace: Trace, page: Page) -> str:
    """88, $3,120,037.00"""
    customers = "" if trace.count is None else count(trace.count, "customer")
    return ", ".join(filter(None, (customers, _value(trace, page))))


def _count(customers: int | None) -> str:
    return "" if customers is None else f"{customers:,}"


def _value(trace: Trace, page: Page) -> str:
    if trace.value is None:
        return ""
    match trace.measure:
        case Measure.MONEY:
            return exact_money(trace.value, page.currency)
        case Measure.SHARE:
            return f"{trace.value:.0%}"
        case Measure.HOURS:
            return f"{_plain(trace.value)} h"
        case Measure.CSMS:
            return f"{_plain(trace.value)} CSM{'' if trace.value == 1 else 's'}"
        case _:
            return _plain(trace.value)


def _plain(value: Decimal) -> str:
    """Without the zeros that say nothing, and never as 5E+1."""
    return f"{value.quantize(Decimal(1)) if value == value.to_integral_value() else value.normalize():,f}"


def _alike(parts: Sequence[Trace]) -> bool:
    """Whether their values are of one measure, so that they can be added up."""
    return len({part.measure for part in parts}) == 1
