"""What a forecast rests on, in words, and the deals and customers that it is the sum of."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from cssync.capacity.forecast.churn import PRIOR_CHURN
from cssync.capacity.forecast.told import Components, LikelyLoss, OpenDeal, UnseenWins
from cssync.model.book import Book, BookKind
from cssync.model.wording import count, day

if TYPE_CHECKING:
    from cssync.capacity.forecast.ledger import Ledger

_LEAST = 0.005


def basis(ledger: Ledger, book: Book) -> str:
    """Where the rates come from, to follow "It rests on"."""
    events, rates, row = ledger.events, ledger.rates, ledger.roster.rows[book.id]
    won, lost = int(rates.arrivals[row]), int(ledger.lost_by_book[row])
    looked = count(int(rates.days[row]), "day")
    source = f"in the recorded history of {looked}"
    if not events.observed:
        source = f"by the dates on today's records, over {looked} (history is real from {day(events.real_since)})"
    segment = f" of {book.segment}" if book.segment and book.kind is BookKind.CSM else ""
    rate = f"{won} won and {lost} lost {source}, drawn towards the mean{segment}"
    return f"{rate}; {_pipeline(ledger)}; {_churn(ledger, book)}"


def _pipeline(ledger: Ledger) -> str:
    deals = len(ledger.deals.ids)
    if not deals:
        return "no open deal is known"
    trust = f", believed to {ledger.gate.trust:.0%}" if ledger.gate.trust < 1 else ""
    if ledger.deals_seen is None:
        return f"open deals at the CRM's own probability less a third{trust}"
    return f"open deals by what became of {count(ledger.deals_seen, 'deal')} like them{trust}"


def _churn(ledger: Ledger, book: Book) -> str:
    seen = ledger.churn.of(book.segment)
    if not seen.renewals:
        return f"losses at the usual {PRIOR_CHURN:.0%} a renewal, as none was seen yet"
    return f"losses by {count(seen.renewals, 'past renewal')}, {seen.lost} of them lost"


def traced(ledger: Ledger, row: int, days: int, least: float) -> Components:
    """Every open deal and every customer with a chance of *least* or more, the likeliest first."""
    return Components(_deals(ledger, row, days, least), _unseen(ledger, row, days), _losses(ledger, row, days, least))


def _deals(ledger: Ledger, row: int, days: int, least: float) -> tuple[OpenDeal, ...]:
    deals, rates = ledger.deals, ledger.rates
    own = deals.of_book(row)
    places, share = own, np.ones(len(own))
    if ledger.roster.is_csm[row]:
        spread = deals.spread_over(int(ledger.roster.group_of[row]))
        of_spread = np.where(deals.group[spread] < 0, rates.share_of_all[row], rates.share[row])
        places, share = np.concatenate([own, spread]), np.concatenate([share, of_spread])
    chance = deals.by(days, ledger.gate.trust, places) * share
    likely = np.flatnonzero(chance >= least)
    order = likely[np.lexsort((places[likely], -chance[likely]))]
    return tuple(
        OpenDeal(
            opportunity_id=deals.ids[at],
            account_id=deals.account_ids[at],
            name=deals.names[at],
            probability=float(chance[n]),
            share=float(share[n]),
            adds_account=bool(deals.adds[at]),
            amount=deals.amounts[at],
            basis=deals.words[deals.curve[at]],
        )
        for n, at in zip(order.tolist(), places[order].tolist(), strict=True)
    )


def _unseen(ledger: Ledger, row: int, days: int) -> UnseenWins:
    rates = ledger.rates
    hidden, strays = ledger.unseen.hidden(row, days), ledger.unseen.strays
    words = (
        f"{int(rates.arrivals[row])} won in {count(int(rates.days[row]), 'day')}, "
        f"{rates.a_day[row] * 365:.1f} a year once drawn towards its segment{_growth(ledger)}; "
        f"{hidden:.0%} of wins this far ahead have no deal yet; the interval reckons with wins that stray as if "
        f"{1 + strays.bunches:.1f} came at a time, and with a market that swings by {strays.swings**0.5:.0%}"
    )
    return UnseenWins(ledger.unseen.mean(row, days), float(rates.a_day[row]), words)


def _growth(ledger: Ledger) -> str:
    share = ledger.growth.a_year
    return f", {share:+.0%} a year by the growth of the last four quarters" if abs(share) >= _LEAST else ""


def _losses(ledger: Ledger, row: int, days: int, least: float) -> tuple[LikelyLoss, ...]:
    losses = ledger.losses
    rows = losses.rows_of(row)
    chance = losses.by(days, rows)
    today = ledger.history.timeline.as_of
    found = []
    for n in np.lexsort((np.arange(len(chance)), -chance)):
        if chance[n] < least:
            break
        at = rows.start + int(n)
        due = int(losses.renews_in[at])
        comes_on = today + timedelta(days=due) if due else None
        renews_on = None if losses.announced[at] else comes_on
        if comes_on is None:
            when = "no renewal known"
        elif losses.announced[at]:
            when = f"leaves on {day(comes_on)}, as the CRM says"
        else:
            when = f"renews on {day(comes_on)}, lost then with {losses.chance[at]:.0%}"
        found.append(LikelyLoss(losses.account_ids[at], float(chance[n]), losses.amounts[at], renews_on, when))
    return tuple(found)
