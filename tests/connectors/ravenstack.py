"""Turns the RavenStack data set into exports, with owners of our own: the data has none.

RavenStack is a synthetic SaaS company by River @ Rivalytics. It is messy on purpose: accounts flagged as churned
still have open subscriptions, so the flags are ignored and ARR is what the subscriptions in force add up to.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from cssync.settings.source import AccountFields, FileSource, OpportunityFields

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "ravenstack"
CSMS = 10  # the last one has left

SETTINGS = FileSource(
    accounts=AccountFields(
        arr=None,
        currency=None,
        segment=None,
        lifecycle=None,
        language=None,
        health=None,
        parent=None,
        customer_since=None,
        churned_on=None,
        renewal=None,
    ),
    opportunities=OpportunityFields(owner=None, name=None, stage=None, currency=None, probability=None, created=None),
)


def write_exports(folder: Path, data: Path = DATA) -> None:
    """accounts, owners and opportunities: account number n (from 0) belongs to csm-(n modulo 10 + 1).

    A subscription is a won opportunity of kind "subscription" ("trial": worth nothing) with its ARR as amount; its end
    date is the first day no longer in force.
    """
    accounts = _rows(data / "ravenstack_accounts.csv")
    _write(
        folder / "accounts.csv",
        ("account_id", "name", "csm", "product", "region", "created_on"),
        (
            (a["account_id"], a["account_name"], csm_id(number), a["plan_tier"], a["country"], a["signup_date"])
            for number, a in enumerate(accounts)
        ),
    )
    _write(
        folder / "owners.csv",
        ("id", "name", "email", "active"),
        (
            (csm_id(number), f"CSM {number + 1}", f"csm{number + 1}@ravenstack.example", number != CSMS - 1)
            for number in range(CSMS)
        ),
    )
    _write(
        folder / "opportunities.csv",
        ("opportunity_id", "account_id", "kind", "is_closed", "is_won", "amount", "close_on", "starts_on", "ends_on"),
        (
            (
                s["subscription_id"],
                s["account_id"],
                "trial" if s["is_trial"] == "TRUE" else "subscription",
                True,
                True,
                s["arr_amount"],
                s["start_date"],
                s["start_date"],
                s["end_date"],
            )
            for s in _rows(data / "ravenstack_subscriptions.csv")
        ),
    )


def csm_id(number: int) -> str:
    return f"csm-{number % CSMS + 1}"


def _rows(path: Path) -> Sequence[Mapping[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def _write(path: Path, header: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows(rows)
