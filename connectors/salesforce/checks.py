"""What ``cssync doctor`` shows of Salesforce: login, version, permissions, each mapped field, currencies, budget."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from connectors.salesforce import currencies, mapping, owners, privileges
from connectors.salesforce.bulk import PAGE_ROWS
from connectors.salesforce.client import Client
from connectors.salesforce.schema import Described, Fault, Schema
from connectors.salesforce.soql import Selection
from cssync.errors import ConnectorError, CssyncError, QuotaError
from cssync.model.check import Check, CheckStatus
from cssync.model.text import line
from cssync.settings.source import AccountFields, OpportunityFields, SalesforceSource

_SAMPLED = 2_000  # records: one page
_SAMPLES = 3
_SAMPLE_CHARACTERS = 30
_CALLS_BESIDE_PAGES, _CALLS_OF_A_JOB = 15, 5
_ACCOUNTS, _OPPORTUNITIES = "source.accounts", "source.opportunities"

_Found = TypeVar("_Found")


def run(client: Client, settings: SalesforceSource, *, arr_from_field: bool) -> Iterator[Check]:
    """Yield one Check a line. Nothing that Salesforce does raises; what depends on a failed check is left out."""
    schema = Schema(client)
    versions = _tried(schema.versions)
    speaks = isinstance(versions, CssyncError) or settings.api_version in versions
    welcome = _tried(lambda: client.get(f"/services/data/v{settings.api_version}/")) if speaks else None
    for failure in (versions, welcome):
        if isinstance(failure, CssyncError):
            yield _failed("Salesforce login", failure)
            return
    yield Check("Salesforce login", CheckStatus.OK, f"{client.host} (auth: {settings.auth})")
    yield _version(settings, versions)
    if not speaks:
        return
    counts = {each: _tried(lambda each=each: _count(client, each)) for each in ("Account", "Opportunity")}  # type: ignore[misc] # a default binds the loop's value
    yield from (_readable(sobject, count) for sobject, count in counts.items())
    yield _readable("User", _tried(lambda: _count(client, "User")))
    yield _readable("Group", _tried(lambda: _count(client, "Group", "Type = 'Queue'")), what="queues")
    yield from privileges.checks(client, schema, settings)
    yield _team(schema, settings)
    yield from _fields(client, schema, settings, arr_from_field=arr_from_field)
    yield _currencies(client, schema)
    yield _budget(client, settings.bulk_from_rows, counts.values())


def _version(settings: SalesforceSource, versions: Any) -> Check:
    name = "Salesforce API version"
    if settings.api_version in versions:
        return Check(name, CheckStatus.OK, settings.api_version)
    found = f"the org speaks {versions[0]} to {versions[-1]}, not {settings.api_version}"
    return Check(name, CheckStatus.FAILED, found, f'set source.api_version to "{versions[-1]}"')


def _count(client: Client, sobject: str, where: str = "") -> int:
    page = client.query(Selection(sobject, {}, where).count())
    return int(page["totalSize"])


def _readable(sobject: str, count: int | CssyncError, what: str = "records") -> Check:
    name = f"Salesforce {sobject}"
    if isinstance(count, CssyncError):
        return _failed(name, count)
    if sobject in {"Account", "User"} and not count:
        return Check(name, CheckStatus.WARNING, "none is visible", f"give the integration user View All on {sobject}")
    return Check(name, CheckStatus.OK, f"{count:,} {what} visible")


def _team(schema: Schema, settings: SalesforceSource) -> Check:
    planned = _tried(lambda: owners.planned(schema, settings.team))
    if isinstance(planned, CssyncError):
        return _failed("source.team", planned)
    return Check("source.team", CheckStatus.OK, f"User.{settings.team}" if settings.team else "not read")


def _fields(client: Client, schema: Schema, settings: SalesforceSource, *, arr_from_field: bool) -> Iterator[Check]:
    plan = _tried(lambda: mapping.settled(schema, settings, arr_from_field=arr_from_field))
    accounts: AccountFields = settings.accounts
    opportunities: OpportunityFields = settings.opportunities
    if isinstance(plan, mapping.Plan):
        accounts, opportunities = plan.accounts, plan.opportunities
        for note in plan.notes:
            status = CheckStatus.WARNING if note.remedy else CheckStatus.OK
            yield Check("Salesforce mapping", status, note.text, note.remedy)
    before = 0
    for check in (
        *_mapped(client, schema, "Account", _ACCOUNTS, accounts),
        *_mapped(client, schema, "Opportunity", _OPPORTUNITIES, opportunities),
    ):
        before += check.status is CheckStatus.FAILED
        yield check
    if isinstance(plan, CssyncError) and not before:
        # Every field is there, but one cannot be what it is mapped to, or one that is needed is not mapped.
        yield _failed("Salesforce mapping", plan)


def _mapped(
    client: Client, schema: Schema, sobject: str, section: str, fields: AccountFields | OpportunityFields
) -> Iterator[Check]:
    """One line a mapped field. A missing one fails; one that is empty throughout is a warning."""
    resolved = {
        (setting, path): _tried(lambda setting=setting, path=path: schema.resolve(sobject, path, setting))  # type: ignore[misc] # a default binds the loop's value
        for setting, path in mapping.mapped(section, fields)
    }
    present = tuple(dict.fromkeys(path for (_, path), found in resolved.items() if isinstance(found, Described)))
    page = _tried(lambda: _sample(client, sobject, present))
    for (setting, path), found in resolved.items():
        if isinstance(found, Fault):
            yield Check(setting, CheckStatus.FAILED, found.message, found.remedy)
        elif isinstance(found, CssyncError):
            yield _failed(setting, found)
        elif isinstance(page, CssyncError):
            yield _failed(setting, page)
        else:
            yield _sampled(setting, path, page)


def _sample(client: Client, sobject: str, paths: Sequence[str]) -> Sequence[Mapping[str, Any]]:
    """The newest records."""
    if not paths:
        return ()
    page = client.query(Selection(sobject, dict.fromkeys(paths, "")).newest(_SAMPLED))
    records: Sequence[Mapping[str, Any]] = page["records"]
    return records


def _sampled(setting: str, path: str, page: Sequence[Mapping[str, Any]]) -> Check:
    if not page:
        return Check(setting, CheckStatus.OK, f"{path}: no records to sample")
    cells = [_cell(record, path) for record in page]
    filled = [str(cell) for cell in cells if cell is not None]
    samples = ", ".join(line(value[:_SAMPLE_CHARACTERS]) for value in list(dict.fromkeys(filled))[:_SAMPLES])
    empty = 1 - len(filled) / len(cells)
    found = f"{path}: {samples or 'no values'} ({empty:.0%} of the newest {len(cells):,} are empty)"
    if filled:
        return Check(setting, CheckStatus.OK, found)
    return Check(setting, CheckStatus.WARNING, found, f"map the field that is filled in, or set {setting} to null")


def _cell(record: Mapping[str, Any], path: str) -> Any:
    cell: Any = record
    for name in path.split("."):
        cell = None if cell is None else cell.get(name)
    return cell


def _currencies(client: Client, schema: Schema) -> Check:
    name = "Salesforce currencies"
    found = _tried(lambda: currencies.rates(client, multi_currency=mapping.CURRENCY in schema.fields("Account")))
    if isinstance(found, CssyncError):
        return _failed(name, found)
    others = f" and {len(found.rates)} others with rates" if found.rates else ", the only one"
    others += f", {len(found.dated)} of them by day" if found.dated else ""
    return Check(name, CheckStatus.OK, f"{found.corporate}{others}")


def _budget(client: Client, bulk_from: int, counts: Iterable[int | CssyncError]) -> Check:
    name = "Salesforce API budget"
    limits = _tried(lambda: client.get("limits/")["DailyApiRequests"])
    if isinstance(limits, QuotaError):
        return _failed(name, limits)
    if not isinstance(limits, CssyncError):
        left, total = int(limits["Remaining"]), int(limits["Max"])
    elif client.usage is not None:  # the list of limits takes a permission; the header of every answer does not
        left, total = client.usage[1] - client.usage[0], client.usage[1]
    else:
        return _failed(name, limits)
    needed = _CALLS_BESIDE_PAGES + sum(_pages(each, bulk_from) for each in counts if isinstance(each, int))
    found = f"{left:,} of {total:,} calls of the day left; a full pull takes about {needed:,}"
    usable = left - total * client.reserve
    if usable < needed:
        return Check(name, CheckStatus.WARNING, found, "find out what uses them: Setup > System Overview > API Usage")
    return Check(name, CheckStatus.OK, found)


def _pages(rows: int, bulk_from: int) -> int:
    """In how many calls so many rows come."""
    if rows < bulk_from:
        return -(-rows // _SAMPLED)
    return _CALLS_OF_A_JOB + -(-rows // PAGE_ROWS)


def _tried(ask: Callable[[], _Found]) -> _Found | CssyncError:
    try:
        return ask()
    except CssyncError as error:
        return error
    except (KeyError, TypeError, ValueError) as malformed:
        return ConnectorError(f"Salesforce answered in a form that is not understood ({type(malformed).__name__})")


def _failed(name: str, error: CssyncError) -> Check:
    return Check(name, CheckStatus.FAILED, error.message, error.remedy or "run again later")
