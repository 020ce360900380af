"""What ``cssync doctor`` shows of HubSpot: token, scopes, each mapped property with samples, rates, budget."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeVar

from pydantic import SecretStr

from connectors.hubspot import deals, mapping, portal, privileges
from connectors.hubspot.client import PAGE, HubspotClient, Record
from connectors.hubspot.endpoints import COMPANIES, DEALS, OWNERS, PIPELINES, RecordType
from connectors.hubspot.mapping import CUSTOMERS_REVENUE, SALES_OWNER, FieldMapping, Property
from cssync.errors import CssyncError
from cssync.model.check import Check, CheckStatus
from cssync.model.text import line
from cssync.settings.source import AccountFields, HubspotSource, OpportunityFields

_SAMPLES = 3
_SAMPLE_CHARACTERS = 30
_REQUESTS_BESIDE_PAGES = 10
_UNWISE = {
    CUSTOMERS_REVENUE: "this is what the customer itself earns, not ARR: map the property that holds ARR",
    SALES_OWNER: "make sure that CSMs, not salespeople, own the companies; else map the property that names the CSM",
}
_EMPTY = "map the property that is filled in, or null if none is"

_Found = TypeVar("_Found")


def run(
    client: HubspotClient, settings: HubspotSource, *, token: SecretStr | None, arr_from_field: bool
) -> Iterator[Check]:
    """Yield one Check a line. Nothing that HubSpot does raises; what depends on a failed check is left out."""
    name = "HubSpot token"
    account = _tried(lambda: portal.read(client, settings.portal_id))
    if isinstance(account, CssyncError):
        yield _failed(name, account)
        return
    in_words = f"account {account.id}, company currency {account.currency}, time zone {account.time_zone}"
    yield Check(name, CheckStatus.OK, in_words)
    yield from privileges.checks(client, token)
    people = _tried(lambda: client.get(OWNERS, {"limit": 1}, holds="results"))
    yield _readable(f"HubSpot owners ({OWNERS.scope})", people, "readable")
    fields = _tried(lambda: mapping.settled(settings, arr_from_field=arr_from_field))
    if isinstance(fields, CssyncError):
        yield _failed("HubSpot mapping", fields)
        fields = FieldMapping(settings.accounts, settings.opportunities, ())
    companies = _tried(lambda: client.count(COMPANIES))
    in_all = _tried(lambda: client.count(DEALS))
    yield from _records(client, COMPANIES, fields.accounts, companies)
    yield from _records(client, DEALS, fields.opportunities, in_all)
    stages = _tried(lambda: deals.stages(client))
    count = 0 if isinstance(stages, CssyncError) else len(stages)
    yield _readable(f"HubSpot deal pipelines ({PIPELINES.scope})", stages, f"{count} stages")
    yield _rates(client, account)
    yield _budget(client, sum(each for each in (companies, in_all) if isinstance(each, int)))


def _records(
    client: HubspotClient,
    record_type: RecordType,
    fields: AccountFields | OpportunityFields,
    total: int | CssyncError,
) -> Iterator[Check]:
    known = _tried(lambda: mapping.properties(client, record_type))
    count = 0 if isinstance(known, CssyncError) else len(known)
    name = f"HubSpot properties of {record_type.plural} ({record_type.properties.scope})"
    yield _readable(name, known, f"{count} readable")
    if isinstance(known, CssyncError):
        return
    present = [each for each in mapping.wanted(fields) if each in known]
    page = _tried(lambda: client.first(record_type, present))
    name = f"HubSpot {record_type.plural} ({record_type.list.scope})"
    yield _readable(name, page if isinstance(page, CssyncError) else total, f"{total} in all")
    if not isinstance(page, CssyncError):
        yield from _mapped(record_type, fields, known, page)


def _mapped(
    record_type: RecordType,
    fields: AccountFields | OpportunityFields,
    known: Mapping[str, Property],
    page: Sequence[Record],
) -> Iterator[Check]:
    """One line a mapped property. A missing one fails; one that is empty throughout, or unwise, is a warning."""
    missing = {fault.setting: fault for fault in mapping.missing(record_type, fields, known)}
    for setting, name in mapping.mapped(fields):
        about = f"{record_type.setting}.{setting}"
        if fault := missing.get(about):
            remedy = f"map {fault.suggestion}" if fault.suggestion else "map a property that exists"
            yield Check(about, CheckStatus.FAILED, fault.message, remedy)
        else:
            unwise = _UNWISE.get(name, "") if record_type is COMPANIES else ""
            yield _sampled(about, name, page, unwise, _EMPTY if setting in fields.model_fields_set else "")


def _sampled(about: str, name: str, page: Sequence[Record], unwise: str, when_empty: str) -> Check:
    """*unwise* and *when_empty*: remedies; a default mapping that finds nothing needs none."""
    if not page:
        return Check(about, CheckStatus.WARNING if unwise else CheckStatus.OK, f"{name}: no records to sample", unwise)
    values = [(record.get("properties") or {}).get(name) for record in page]
    filled = [str(value) for value in values if value not in (None, "")]
    samples = ", ".join(line(value[:_SAMPLE_CHARACTERS]) for value in list(dict.fromkeys(filled))[:_SAMPLES])
    empty = round(100 * (1 - len(filled) / len(values)))
    found = f"{name}: {samples or 'no values'} ({empty}% of the first {len(values)} are empty)"
    remedy = unwise or ("" if filled else when_empty)
    return Check(about, CheckStatus.WARNING if remedy else CheckStatus.OK, found, remedy)


def _rates(client: HubspotClient, account: portal.Portal) -> Check:
    name = "HubSpot exchange rates"
    found = _tried(lambda: portal.rates(client, account))
    if isinstance(found, CssyncError):
        return _failed(name, found)
    if found.note:
        return Check(name, CheckStatus.WARNING, found.note, "needed only where amounts are in several currencies")
    return Check(name, CheckStatus.OK, f"{account.currency} and {len(found.rates.rates)} other currencies")


def _budget(client: HubspotClient, records: int) -> Check:
    name = "HubSpot API budget"
    needed = _REQUESTS_BESIDE_PAGES + records // PAGE
    budget = client.daily_budget
    if budget is None:
        return Check(name, CheckStatus.OK, f"not announced to this kind of token; a full pull takes about {needed:,}")
    found = f"{budget.left:,} of {budget.limit:,} requests left today; a full pull takes about {needed:,}"
    if budget.left < needed:
        return Check(name, CheckStatus.WARNING, found, "find out what else uses up the limit; it resets at midnight")
    return Check(name, CheckStatus.OK, found)


def _tried(read: Callable[[], _Found]) -> _Found | CssyncError:
    try:
        return read()
    except CssyncError as error:
        return error


def _readable(name: str, found: object, in_words: str) -> Check:
    return _failed(name, found) if isinstance(found, CssyncError) else Check(name, CheckStatus.OK, in_words)


def _failed(name: str, error: CssyncError) -> Check:
    return Check(name, CheckStatus.FAILED, error.message, error.remedy)
