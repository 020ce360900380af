"""The verdicts of the articles for people, for programs and for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rich.table import Table
from rich.text import Text

from cssync.capacity.company import Company
from cssync.capacity.portfolio import Part
from cssync.capacity.touch import Cover, covers
from cssync.capacity.verdicts import COLUMNS, InForce, Verdict, Word, by_article, disagreement, in_force, verdicts
from cssync.model.book import Book
from cssync.model.text import isolated, line, name
from cssync.model.wording import listed, money
from cssync.report.csv import cell
from cssync.report.json import Json

# Short enough for a table of all articles on one screen, and their colour.
_CELLS = {
    Word.OVER: ("over", "red"),
    Word.UNCOVERED: ("short", "red"),
    Word.WORKABLE: ("tight", "yellow"),
    Word.WITHIN: ("ok", "green"),
    Word.ROOM: ("room", "cyan"),
    Word.OPEN: ("?", ""),
}
# Seed 29.
_GROWN = Decimal(10_000_000)
# The others hold a book to no figure.
_IN_THE_TABLE = frozenset(COLUMNS) - {"pool", "survey"}
# What the words of the table mean; a caption of Rich's would lose its last letters on a narrow screen.
LEGEND = (
    "ok: within what the article says; room: below its range; tight: past its ideal; short: brings in less than it "
    "costs; ?: cannot tell. More with --csm, --json and --csv."
)
_PRECEDENCE = (
    "The CSM's own limit holds before the segment's, that before complexity, that before the stage of the company, "
    "that before the general one."
)


@dataclass(frozen=True, slots=True)
class Judged:
    """One book, and all that is said of it."""

    book: Book
    told: tuple[Verdict, ...]
    mix: tuple[Part, ...]
    touch: tuple[Cover, ...]
    in_force: tuple[InForce, ...]

    @property
    def disagreement(self) -> str:
        return disagreement(self.told)


def judged(company: Company, books: Sequence[Book]) -> tuple[Judged, ...]:
    return tuple(
        Judged(
            book=book,
            told=tuple(verdicts(company, book)),
            mix=company.portfolio.mix(book.id),
            touch=tuple(covers(company.history.customers(book.id)["arr"].to_list())),
            in_force=tuple(in_force(company, book)),
        )
        for book in books
    )


def verdicts_table(company: Company, books: Sequence[Judged]) -> Table:
    """A line a book, a column a figure."""
    table = Table(
        title=f"What the articles say of the books of {company.as_of} in {company.currency}",
        title_justify="left",
        box=None,
        pad_edge=False,
    )
    table.add_column("Book", overflow="fold")
    for heading in ("Accounts", "ARR"):
        table.add_column(heading, justify="right", no_wrap=True)
    shown = [key for key in COLUMNS if key in _IN_THE_TABLE and any(_verdict(each, key).says for each in books)]
    for key in shown:
        heading, _ = COLUMNS[key]
        table.add_column(heading, min_width=max(map(len, heading.split())))
    for each in books:
        book = each.book
        cells = (_cell(_verdict(each, key)) for key in shown)
        table.add_row(isolated(name(book.name)), f"{book.accounts:,}", money(book.arr, company.currency), *cells)
    return table


def conclusions(company: Company, books: Sequence[Judged]) -> Iterator[str]:
    """Yield for each book where the articles disagree and what it is held to; the others in one sentence."""
    for each in books:
        if told := each.disagreement:
            yield line(each.book.name)
            yield f"  {told}"
            yield f"  In force: {held_to(each.in_force)}."
    agreed = [each for each in books if not each.disagreement]
    fine = [line(each.book.name) for each in agreed if not _faulted(each)]
    if fine:
        yield f"No article finds fault with {listed(fine, len(fine))}."
    if wrong := [line(each.book.name) for each in agreed if _faulted(each)]:
        yield f"Every article that can tell finds fault with {listed(wrong, len(wrong))}."
    if books:
        yield from _said_of_all(company)


def whole(company: Company, each: Judged) -> Iterator[str]:
    """Yield all that is said of one book: article by article, how to look after its customers, what it is held to."""
    yield line(each.book.name)
    for said in by_article(each.told):
        yield f"  {said}"
    if told := each.disagreement:
        yield f"  They disagree. {told}"
    for cover in each.touch:
        yield f"  {cover.words(company.currency)}."
    for force in each.in_force:
        yield f"  In force: {force.words}."
    yield from _said_of_all(company)


def _said_of_all(company: Company) -> Iterator[str]:
    """Yield which limit holds, and by what a company of this size goes (seed 29)."""
    yield _PRECEDENCE
    total, until = company.books.totals.arr, money(_GROWN, company.currency)
    by = "each customer by itself" if total <= _GROWN else "the potential of a whole book and segment"
    where = "up to" if total <= _GROWN else "past"
    yield f"With {money(total, company.currency)} of ARR in all, {where} {until}, go by {by} (seed 29)."


def held_to(forces: Sequence[InForce]) -> str:
    """$2M of ARR, 50 accounts and 75 accounts ahead, the general limits; or each with where it comes from."""
    if all(force.is_general for force in forces):
        amounts = listed([force.amount for force in forces], len(forces))
        return f"{amounts}, the general limits, as nothing narrower is set for it"
    return "; ".join(force.words for force in forces)


def verdicts_as_json(company: Company, books: Sequence[Judged]) -> Json:
    return {
        "as_of": str(company.as_of),
        "currency": company.currency,
        "growth_since": str(company.portfolio.since),
        "cuts": {
            "profit": f"{company.portfolio.profit_cut:.2f}",
            "growth": f"{company.portfolio.growth_cut:f}",
        },
        "books": [_as_json(each) for each in books],
    }


def verdicts_csv(company: Company, books: Sequence[Judged]) -> str:
    """One line a book; texts of the CRM as in ``books_csv``."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("as_of", "id", "name", "team", "segment", "accounts", "arr", "currency", *COLUMNS, "disagreement"))
    for each in books:
        book = each.book
        foreign = (cell(text) for text in (book.id, book.name, book.team, book.segment))
        said = (str(verdict.word or verdict.brief) for verdict in each.told)
        writer.writerow(
            (company.as_of, *foreign, book.accounts, f"{book.arr:f}", cell(company.currency), *said, each.disagreement)
        )
    return out.getvalue()


def _verdict(each: Judged, key: str) -> Verdict:
    return next(verdict for verdict in each.told if verdict.key == key)


def _cell(verdict: Verdict) -> Text:
    return Text(*_CELLS[verdict.word]) if verdict.word else Text(verdict.brief)


def _faulted(each: Judged) -> bool:
    return any(verdict.word in (Word.OVER, Word.UNCOVERED) for verdict in each.told)


def _as_json(each: Judged) -> Json:
    book = each.book
    return {
        "csm": {"id": book.id, "name": book.name, "email": book.email},
        "team": book.team,
        "segment": book.segment,
        "accounts": book.accounts,
        "arr": f"{book.arr:.2f}",
        "verdicts": [
            {
                "key": verdict.key,
                "article": verdict.article,
                "by": verdict.by,
                "word": str(verdict.word) if verdict.word else None,
                "why": verdict.why,
                "seeds": list(verdict.seeds),
            }
            for verdict in each.told
        ],
        "quadrants": [
            {
                "quadrant": str(part.quadrant),
                "accounts": part.accounts,
                "arr": f"{part.arr:.2f}",
                "advice": part.quadrant.advice,
            }
            for part in each.mix
        ],
        "touch": [
            {
                "deal_size": cover.touch.label,
                "accounts": cover.accounts,
                "arr": f"{cover.arr:.2f}",
                "approach": str(cover.touch.approach),
                "most": cover.most or None,
                "what": cover.touch.words,
            }
            for cover in each.touch
        ],
        "disagreement": each.disagreement,
        "in_force": [
            {
                "measure": force.measure,
                "value": f"{force.limit.value:f}",
                "setting": force.limit.setting,
                "origin": force.limit.origin,
                "seed": force.limit.seed,
                "why": force.limit.why,
                "wins_over": [limit.setting for limit in force.over],
            }
            for force in each.in_force
        ],
    }
