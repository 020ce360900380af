"""Serves the contract suite's company from the Salesforce emulator, to the real connector over TLS."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from connectors.salesforce import SalesforceConnector
from cssync.settings.source import SalesforceAccountFields, SalesforceSecrets, SalesforceSource
from cssync.store.memory_mirror import MemoryMirror
from tests.connectors.contract import GHOST, NOW, Company, Customer, Deal, Fault, Feature, Harness, Person, Serving
from tests.emulators.salesforce import faults
from tests.emulators.salesforce.company import CanonicalRow, load_company
from tests.emulators.salesforce.org import Credentials, Org, signing_key
from tests.emulators.salesforce.server import SalesforceEmulator

_PAGE = 60
_ROWS_OF_ACCOUNTS = "FROM Account "  # with the blank: the query that counts them ends there
_NEXT_PAGES = "/query/0r8"


@dataclass(frozen=True, slots=True)
class SalesforceHarness:
    name: str = "salesforce"
    features: frozenset[Feature] = frozenset(Feature)
    faults: frozenset[Fault] = frozenset(Fault)
    customers_for_two_pages: int = _PAGE + 1

    @contextmanager
    def serve(self, company: Company, folder: Path, fault: Fault | None = None) -> Iterator[Serving]:
        org = Org(
            corporate_currency=company.corporate,
            # Salesforce keeps the inverse: units of the currency for one corporate unit.
            rates={code: 1 / rate for code, rate in company.rates.items()} if company.rates else None,
            now=lambda: NOW,
        )
        loaded = load_company(
            org,
            accounts=map(_account, company.customers),
            owners=map(_owner, company.people),
            opportunities=map(_opportunity, company.deals),
            text_amounts=True,
        )
        ids = {**loaded.accounts, **loaded.owners, **loaded.opportunities}
        ids.setdefault(GHOST, "005999999999999AAA")
        known = org.credentials
        settings = SalesforceSource(
            kind="salesforce",
            auth="jwt",
            username=known.username,
            accounts=SalesforceAccountFields(
                csm="CSM__c",
                arr="ARR__c",
                currency="CurrencyIsoCode" if org.rates else None,
                segment="Segment__c",
                lifecycle="Lifecycle__c",
                created="Created_On__c",
            ),
        )
        with SalesforceEmulator(org, page_size=_PAGE) as emulator:
            _break(emulator, fault)
            yield Serving(
                SalesforceConnector(
                    settings,
                    SalesforceSecrets(client_id=known.client_id, private_key=signing_key()[0]),
                    arr_from_field=True,
                    mirror=MemoryMirror(),
                    now=lambda: NOW,
                    sleep=lambda _: None,
                    session=emulator.session,
                ),
                ids=ids,
                arr_field="ARR__c",
                secrets=known.secrets(),
                records_read=lambda: emulator.rest.served["Account"].records,
                pages_read=lambda: emulator.rest.served["Account"].pages,
            )
            assert emulator.crashes == []


def _break(emulator: SalesforceEmulator, fault: Fault | None) -> None:
    match fault:
        case None:
            return
        case Fault.LOGIN_REFUSED:
            emulator.org.credentials = Credentials(client_id="another")
        case Fault.THROTTLED_ONCE:
            emulator.faults.add(faults.TOO_MANY_REQUESTS, at={1}, where=_ROWS_OF_ACCOUNTS)
        case Fault.THROTTLED:
            emulator.faults.add(faults.TOO_MANY_REQUESTS, where=_ROWS_OF_ACCOUNTS)
        case Fault.QUOTA_USED_UP:
            emulator.org.calls_a_day = 0
        case Fault.PAGE_LOOP:
            # On every page, also of the queries that ask for the rest: else the connector finds a way around it.
            for where in (_ROWS_OF_ACCOUNTS, _NEXT_PAGES):
                emulator.faults.add(faults.LOCATOR_LOOP, where=where)
        case Fault.BROKEN_MIDWAY:
            emulator.faults.add(faults.SERVER_ERROR, where=_NEXT_PAGES)
        case Fault.FIELD_GONE:
            emulator.org.rename("Account", "ARR__c", "Recurring__c")


def _owner(person: Person) -> CanonicalRow:
    return {
        "id": person.key,
        "name": person.name,
        "email": person.email,
        "active": person.active,
        "kind": person.kind.value,
        "manager_id": person.manager,
    }


def _account(customer: Customer) -> CanonicalRow:
    return {
        "account_id": customer.key,
        "name": customer.name,
        "csm_ref": customer.csm,
        "amount": customer.amount,
        "currency": customer.currency,
        "segment": customer.segment,
        "lifecycle": customer.lifecycle,
        "parent_id": customer.parent,
        "created_on": customer.created_on,
    }


def _opportunity(deal: Deal) -> CanonicalRow:
    return {
        "opportunity_id": deal.key,
        "account_id": deal.customer,
        "owner_ref": deal.owner,
        "name": deal.name,
        "amount": Decimal(deal.amount),
        "currency": deal.currency,
        "close_on": deal.close_on,
        "is_closed": deal.closed_won,
        "is_won": deal.closed_won,
        "stage": "Closed Won" if deal.closed_won else "Negotiation",
    }


HARNESS: Harness = SalesforceHarness()
