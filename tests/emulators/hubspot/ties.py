"""Which deal belongs to which company, and what becomes of that when either comes, goes or is merged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from tests.emulators.hubspot.records import Associations, State, Stored
from tests.emulators.hubspot.shelf import Shelf

PRIMARY, PLAIN = "deal_to_company", "deal_to_company_unlabeled"
_OF_PRIMARY = "hs_primary_associated_company"


class Ties:
    """Only a change of the primary company is a change of the deal, because a property of the deal follows it."""

    def __init__(self, companies: Shelf, deals: Shelf) -> None:
        self._companies = companies
        self._deals = deals
        self._deals_of: dict[str, set[str]] = {}

    def first(self, deal: str, state: State) -> State:
        """The state in which a deal is stored, with what follows from its associations."""
        for company, _ in state.companies:
            self._deals_of.setdefault(company, set()).add(deal)
        if state.companies and _OF_PRIMARY not in state.properties:
            state.properties[_OF_PRIMARY] = _primary(state.companies)
        return state

    def of(self, deal: Stored) -> Associations:
        """Associations with what is there; those of an archived company come back with it."""
        return tuple(each for each in deal.companies if not self._companies.is_hidden(each[0]))

    def associate(self, deal: str, company: str, now: datetime, *, primary: bool) -> None:
        kept = [each for each in self._deals.records[int(deal)].companies if each != (company, PLAIN)]
        if primary:
            kept = [*(each for each in kept if each[1] != PRIMARY), (company, PRIMARY)]
        self._deals_of.setdefault(company, set()).add(deal)
        self._become(deal, [*kept, (company, PLAIN)], now)

    def dissociate(self, deal: str, company: str, now: datetime) -> None:
        self._become(deal, [each for each in self._deals.records[int(deal)].companies if each[0] != company], now)

    def follow(self, kind: str, identifier: str, now: datetime) -> None:
        """What the coming or going of a company means for its deals, or of a deal for itself."""
        for deal in sorted(self._deals_of.get(identifier, ())) if kind == "companies" else [identifier]:
            self._recall_primary(deal, now)

    def repoint(self, kind: str, old: str, new: str, now: datetime) -> None:
        """Let the associations of a record that was merged away be those of the result."""
        if kind == "deals":
            for company, _ in self._deals.records[int(new)].companies:
                self._deals_of.setdefault(company, set()).add(new)
            return
        for deal in sorted(self._deals_of.pop(old, ())):
            if int(deal) in self._deals.records:
                self._deals_of.setdefault(new, set()).add(deal)
                kept = self._deals.records[int(deal)].companies
                self._become(deal, dict.fromkeys((new if each == old else each, type_) for each, type_ in kept), now)

    def _become(self, deal: str, companies: Iterable[tuple[str, str]], now: datetime) -> None:
        state = self._deals.records[int(deal)].now
        self._deals.become(deal, replace(state, since=now, companies=tuple(companies)))
        self._recall_primary(deal, now)

    def _recall_primary(self, deal: str, now: datetime) -> None:
        stored = self._deals.records.get(int(deal))
        if stored is None or stored.archived:
            return
        primary = _primary(self.of(stored))
        if primary != stored.properties.get(_OF_PRIMARY):
            self._deals.become(deal, stored.now.changed(now, {_OF_PRIMARY: primary}, "CALCULATED"))


def _primary(companies: Associations) -> str | None:
    return next((each for each, type_ in companies if type_ == PRIMARY), None)
