"""A proposal to rebalance: for people, for programs, and for the CRM's import."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from cssync.capacity.rebalance.proposal import Customer, Effect, Holding, Move, Proposal
from cssync.capacity.rebalance.words import goodness, left_over, summary, why
from cssync.model.book import Book, Books
from cssync.model.text import isolated, line, name
from cssync.model.wording import money
from cssync.report.csv import cell

Json = dict[str, Any]
_HEADER = (
    "account_id", "new_owner_id", "account", "arr", "currency", "old_owner_id", "old_owner", "new_owner",
    "new_owner_email", "why",
)  # fmt: skip


def rebalance_report(found: Proposal, books: Books) -> RenderableType:
    parts: list[RenderableType] = []
    if found.placements:
        parts += [_moves("Customers without a CSM", found.placements, books), Text()]
    if found.moves:
        parts += [_moves("From colleague to colleague", found.moves, books), Text()]
    if found.effects:
        parts += [_effects(found.effects, books), Text()]
    said = (*summary(found, books.currency), *left_over(found, books.currency), *goodness(found))
    parts += [Text(f"- {line(sentence)}") for sentence in said]
    return Group(*parts)


def rebalance_csv(found: Proposal, books: Books) -> str:
    """One line an account, ready for the CRM's import: the first two columns are all that it needs."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(_HEADER)
    for move in (*found.placements, *found.moves):
        writer.writerows(_lines(move, books))
    return out.getvalue()


def rebalance_as_json(found: Proposal, books: Books) -> Json:
    quality = found.quality
    return {
        "as_of": str(books.as_of),
        "currency": books.currency,
        "budget": {"moves": found.budget, "used": found.used},
        "placements": [_move(move) for move in found.placements],
        "moves": [_move(move) for move in found.moves],
        "books": [_effect(effect) for effect in found.effects],
        "homeless": [_without(book, customer) for book, customer in found.homeless],
        "waiting": [_without(book, customer) for book, customer in found.waiting],
        "stuck": [_without(book, customer) for book, customer in found.stuck],
        "strangers": [_move(move) for move in found.strangers],
        "kept": [_book(book) for book in found.kept],
        "quality": {
            "before": round(quality.before, 4),
            "after": round(quality.price, 4),
            "bound": None if quality.bound is None else round(quality.bound, 4),
            "best": quality.best,
            "missed_at_most": None if quality.short is None else round(quality.short, 6),
        },
        "notes": [*summary(found, books.currency), *left_over(found, books.currency), *goodness(found)],
    }


def _moves(title: str, moves: Sequence[Move], books: Books) -> Table:
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for column in ("Customer", "ARR", "From", "To", "Why this one"):
        table.add_column(column, overflow="fold", justify="right" if column == "ARR" else "left")
    for move in moves:
        arr = move.customer.known_arr
        table.add_row(
            isolated(name(move.customer.name)),
            "unknown" if arr is None else money(arr, books.currency),
            isolated(name(move.giver.name)),
            isolated(name(move.receiver.name)),
            line(why(move)),
        )
    return table


def _effects(effects: Sequence[Effect], books: Books) -> Table:
    title = "Books before and after, beside their limits"
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    table.add_column("Book", overflow="fold")
    for column in ("Customers", "ARR", "Load"):
        table.add_column(column, justify="right")
    for effect in effects:
        before, after = effect.before, effect.after
        table.add_row(
            isolated(name(effect.book.name)),
            f"{_arrow(f'{before.accounts:,}', f'{after.accounts:,}')} of {after.most_accounts:,f}",
            f"{_arrow(*(money(one.arr, books.currency) for one in (before, after)))} of "
            f"{money(after.most_arr, books.currency)}",
            _arrow(_share(before.utilisation), _share(after.utilisation)),
        )
    return table


def _arrow(before: str, after: str) -> str:
    return after if before == after else f"{before} \u2192 {after}"


def _share(utilisation: Decimal | None) -> str:
    return "" if utilisation is None else f"{utilisation:.0%}"


def _lines(move: Move, books: Books) -> Iterator[tuple[object, ...]]:
    """The ARR of a customer that is several accounts stands beside the first."""
    known = move.customer.known_arr
    arr = "" if known is None else f"{known:f}"
    for place, account_id in enumerate(move.customer.account_ids):
        yield (
            cell(account_id), cell(move.receiver.id), cell(move.customer.name), "" if place else arr, books.currency,
            cell(move.giver.id), cell(move.giver.name), cell(move.receiver.name), cell(move.receiver.email),
            cell(why(move)),
        )  # fmt: skip


def _move(move: Move) -> Json:
    return {
        **_customer(move.customer),
        "from": _book(move.giver),
        "to": _book(move.receiver),
        "cost": round(move.cost, 4),
        "why": why(move),
    }


def _without(book: Book, customer: Customer) -> Json:
    return {**_customer(customer), "from": _book(book)}


def _customer(customer: Customer) -> Json:
    return {
        "id": customer.account_id,
        "accounts": list(customer.account_ids),
        "name": customer.name,
        "arr": None if customer.known_arr is None else f"{customer.known_arr:.2f}",
        "renews_on": None if customer.renews_on is None else str(customer.renews_on),
    }


def _book(book: Book) -> Json:
    return {"id": book.id, "name": book.name, "email": book.email}


def _effect(effect: Effect) -> Json:
    return {**_book(effect.book), "before": _holding(effect.before), "after": _holding(effect.after)}


def _holding(holding: Holding) -> Json:
    used = holding.utilisation
    return {
        "accounts": holding.accounts,
        "most_accounts": f"{holding.most_accounts:f}",
        "arr": f"{holding.arr:.2f}",
        "most_arr": f"{holding.most_arr:.2f}",
        "hours": f"{holding.hours:f}",
        "has_hours": None if holding.has_hours is None else f"{holding.has_hours:f}",
        "utilisation": None if used is None else f"{used:.4f}",
    }
