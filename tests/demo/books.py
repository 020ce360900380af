"""Adds the raw exports of a made-up company up by hand, without any code of the product."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache

from cssync.demo import Company, build

AS_OF = date(2026, 11, 22)

# Round numbers that the exports hold on purpose to be refused.
_BELIEVABLE = Decimal(1_000_000_000)


@dataclass(frozen=True)
class Customer:
    account_id: str
    name: str
    csm: str | None
    segment: str
    dollars: Decimal
    since: date
    lifecycle: str


@cache
def company(accounts: int = 420, seed: int = 20, as_of: date = AS_OF) -> Company:
    return build(as_of, accounts, seed)


def customers(company: Company) -> list[Customer]:
    """The accounts that have not churned and whose ARR can be read and converted; the first of each id."""
    rates = {row["currency"]: Decimal(row["rate"]) for row in company.rates.iter_rows(named=True)}
    found: dict[str, Customer] = {}
    for row in company.accounts.iter_rows(named=True):
        amount = _number(row["arr"])
        if row["churned_on"] is not None or amount is None or row["currency"] not in rates:
            continue
        found.setdefault(
            row["account_id"],
            Customer(
                row["account_id"],
                row["name"],
                row["csm"],
                row["segment"],
                amount * rates[row["currency"]],
                row["customer_since"],
                row["lifecycle"],
            ),
        )
    return list(found.values())


def book(company: Company, owner: str | None) -> list[Customer]:
    """The customers of the owner of that name; None: of nobody."""
    ids = {row["name"]: row["id"] for row in company.owners.iter_rows(named=True)}
    wanted = None if owner is None else ids[owner]
    return [customer for customer in customers(company) if customer.csm == wanted]


def arr(book: list[Customer]) -> Decimal:
    return sum((customer.dollars for customer in book), Decimal(0))


def _number(text: str | None) -> Decimal | None:
    try:
        amount = Decimal(text or "")
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 < amount < _BELIEVABLE else None
