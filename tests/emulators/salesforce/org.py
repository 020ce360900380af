"""The emulated org: its records, who may see what, who may log in, and how much of the day's API is used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count, filterfalse
from operator import itemgetter

from tests.emulators.salesforce import edits, history, permissions
from tests.emulators.salesforce.credentials import SESSION_CANARY, Credentials, signing_key
from tests.emulators.salesforce.currencies import add_currencies, add_dated_rates
from tests.emulators.salesforce.ids import in_full, record_id_of
from tests.emulators.salesforce.objects import standard_objects
from tests.emulators.salesforce.permissions import Access
from tests.emulators.salesforce.schema import Field, SObject
from tests.emulators.salesforce.values import Row, moment, stored

__all__ = ["SESSION_CANARY", "Access", "Credentials", "Org", "Row", "signing_key"]

_BIN = timedelta(days=15)
_is_deleted = itemgetter("IsDeleted")
_STAMPS = ("CreatedDate", "LastModifiedDate", "SystemModstamp")


@dataclass(slots=True)
class Org:
    """Records by object and id, ready to be queried. Times are kept as Salesforce writes them.

    *rates*: as in CurrencyType, units of the currency for one corporate unit; given: a multi-currency org.
    *dated_rates*: the same, by the day from which each holds; given: advanced currency management is on.
    *late*: what is written while it is set shows in queries only so long after; until then they show what was before.
    """

    corporate_currency: str = "USD"
    rates: Mapping[str, Decimal] | None = None
    dated_rates: Mapping[str, Mapping[date, Decimal]] | None = None
    person_accounts: bool = False
    my_domain: str = "acme.my"
    is_sandbox: bool = False
    soap_login: bool = True
    calls_a_day: int = 15_000
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    late: timedelta = timedelta(0)
    credentials: Credentials = field(default_factory=Credentials)
    objects: dict[str, SObject] = field(default_factory=dict)
    records: dict[str, dict[str, Row]] = field(default_factory=dict)
    permissions: dict[str, Access] = field(default_factory=dict)
    tracked: set[str] = field(default_factory=set)
    calls_used: int = 0
    user_id: str = record_id_of("005", 1)
    organization_id: str = ""
    permission_set: str = ""
    followed: dict[str, Sequence[str]] = field(default_factory=dict)
    pending: dict[str, list[_Write]] = field(default_factory=dict)
    deal_changes: count[int] = field(default_factory=lambda: count(1))
    _unshared: set[str] = field(default_factory=set)
    _hidden_fields: set[tuple[str, str]] = field(default_factory=set)
    _hidden_objects: set[str] = field(default_factory=set)
    _sessions: set[str] = field(default_factory=set)
    _blanks: dict[str, _Blank] = field(default_factory=dict)
    _serial: count[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        for each in standard_objects(
            multi_currency=self.rates is not None,
            dated_rates=self.dated_rates is not None,
            person_accounts=self.person_accounts,
        ):
            self.objects[each.name] = each
            self.records[each.name] = {}
        self.organization_id = self.add(
            "Organization",
            Name="Acme",
            DefaultCurrencyIsoCode=self.corporate_currency,
            IsSandbox=self.is_sandbox,
        )
        permissions.install(self)
        if self.rates is not None:
            add_currencies(self, self.rates)
        if self.dated_rates is not None:
            add_dated_rates(self, self.dated_rates)

    # -- building -----------------------------------------------------------------------------------------------

    def define(self, object_name: str, *fields: Field) -> None:
        """Add custom fields, as an admin would."""
        known = self.objects[object_name]
        self.objects[object_name] = replace(known, fields=(*known.fields, *fields))

    def rename(self, object_name: str, before: str, after: str) -> None:
        """Rename a field under everybody's feet."""
        known = self.objects[object_name]
        self.objects[object_name] = replace(
            known, fields=tuple(replace(f, name=after) if f.name == before else f for f in known.fields)
        )
        for row in self.records[object_name].values():
            row[after] = row.pop(before, None)

    def hide(self, object_name: str, field_name: str | None = None) -> None:
        """Take a field, or the whole object, away from the integration user."""
        if field_name is None:
            self._hidden_objects.add(object_name)
        else:
            self._hidden_fields.add((object_name, field_name))

    def unshare(self, record_id: str) -> None:
        """Sharing rules hide the record, its opportunities not; nothing else about it moves."""
        self._unshared.add(record_id)

    def share(self, record_id: str) -> None:
        self._unshared.discard(record_id)

    def grant(self, object_name: str, access: Access) -> None:
        """What the integration user may do with an object: in describes and in ObjectPermissions."""
        permissions.grant(self, object_name, access)

    def add(self, object_name: str, **values: object) -> str:
        """Insert a record and return its id; unknown fields are a mistake of the test."""
        described = self.objects[object_name]
        blank = self._blanks.get(object_name)
        if blank is None or blank.described is not described:
            blank = self._blanks[object_name] = _Blank.of(described)
        kinds = blank.kinds
        if unknown := values.keys() - kinds.keys():
            raise ValueError(f"{object_name} has no field {', '.join(sorted(unknown))}; define it first")
        given = values.get("Id")
        record_id = given if isinstance(given, str) else record_id_of(described.prefix, next(self._serial))
        if record_id in self.records[object_name]:
            raise ValueError(f"{object_name} {record_id} exists")
        row = Row(Id=record_id)
        row |= blank.booleans
        row |= dict.fromkeys(blank.stamps, moment(self.now()))
        if blank.has_currency:
            row["CurrencyIsoCode"] = self.corporate_currency
        row |= {name: kept for name, value in values.items() if (kept := stored(kinds[name], value)) is not None}
        self.put(object_name, row)
        if object_name == "Account":
            history.created(self, record_id)
        if object_name == "Opportunity":
            history.staged(self, row, None, row["CreatedDate"])
        return record_id

    def put(self, object_name: str, row: Row) -> None:
        """Replace, or begin, a record as it stands: no stamp moves, no history is written."""
        record_id = str(row["Id"])
        if self.late:
            visible_from = datetime.fromisoformat(str(row["SystemModstamp"] or moment(self.now()))) + self.late
            writes = self.pending.setdefault(record_id, [])
            earlier = writes[-1].visible_from if writes else visible_from
            writes.append(_Write(max(earlier, visible_from), self.records[object_name].get(record_id)))
        self.records[object_name][record_id] = row

    # -- changing -----------------------------------------------------------------------------------------------

    def edit(self, record_id: str, *, silently: bool = False, **values: object) -> None:
        """Change fields; SystemModstamp moves unless *silently*, or unless all of them are formulas."""
        edits.edit(self, record_id, values, silently=silently)

    def delete(self, record_id: str) -> None:
        edits.delete(self, record_id)

    def undelete(self, record_id: str) -> None:
        edits.undelete(self, record_id)

    def merge(self, loser_id: str, winner_id: str) -> None:
        edits.merge(self, loser_id, winner_id)

    def purge(self, record_id: str) -> None:
        edits.purge(self, record_id)

    def empty_bin(self) -> None:
        """Purge all that was deleted. By itself it goes from the bin 15 days after it was."""
        edits.empty_bin(self)

    def track(self, object_name: str, field_name: str) -> None:
        history.track(self, object_name, field_name)

    def add_history(self, account_id: str, field_name: str, old: object, new: object, *, at: datetime) -> None:
        """What AccountHistory holds of a change made *at* a time; a lookup's old and new are ids."""
        history.add(self, account_id, field_name, (old, new), at)

    # -- seeing -------------------------------------------------------------------------------------------------

    def visible(self, object_name: str) -> SObject | None:
        """The object by its name in any case, as the integration user sees it; None if it does not exist for them."""
        wanted = object_name.lower()
        for name, described in self.objects.items():
            if name.lower() == wanted and name not in self._hidden_objects:
                hidden = self.hidden_fields(name)
                return replace(described, fields=tuple(f for f in described.fields if f.name not in hidden))
        return None

    def visible_objects(self) -> Iterable[SObject]:
        return (each for name, each in self.objects.items() if name not in self._hidden_objects)

    def hidden_fields(self, object_name: str) -> frozenset[str]:
        return frozenset(name for owner, name in self._hidden_fields if owner == object_name)

    def has_field(self, object_name: str, field_name: str) -> bool:
        return any(each.name == field_name for each in self.objects[object_name].fields)

    def access(self, object_name: str) -> Access:
        return self.permissions.get(object_name, Access())

    def rows(self, object_name: str, ids: Iterable[str] | None = None) -> Iterator[Row]:
        """What the integration user may see just now, less the bin, in the order of *ids* or of arrival."""
        return filterfalse(_is_deleted, self._shown(object_name, ids))

    def rows_and_bin(self, object_name: str, ids: Iterable[str] | None = None) -> Iterator[Row]:
        """The same with what is in the bin still."""
        emptied = moment(self.now() - _BIN)
        shown = self._shown(object_name, ids)
        return (row for row in shown if not row["IsDeleted"] or str(row["SystemModstamp"] or emptied) >= emptied)

    def _shown(self, object_name: str, ids: Iterable[str] | None) -> Iterable[Row]:
        known = self.records[object_name]
        shown: Iterable[Row] = list(known.values()) if ids is None else filter(None, map(known.get, ids))
        if self._unshared:
            owner = "AccountId" if object_name == history.OBJECT else "Id"
            shown = (row for row in shown if row[owner] not in self._unshared)
        if self.pending:
            shown = (seen for row in shown if (seen := self._as_seen(row)) is not None)
        return shown

    def record(self, record_id: object) -> tuple[str, Row] | None:
        """The object's name and the row behind an id of 15 or 18 characters."""
        if not isinstance(record_id, str):
            return None
        wanted = in_full(record_id)
        for name, rows in self.records.items():
            if (row := rows.get(wanted)) is not None:
                seen = self._as_seen(row) if self.pending else row
                return (name, seen) if seen is not None else None
        return None

    def _as_seen(self, row: Row) -> Row | None:
        writes = self.pending.get(str(row["Id"]))
        if writes is None:
            return row
        now = self.now()
        return next((write.before for write in writes if write.visible_from > now), row)

    @property
    def today(self) -> date:
        return self.now().date()

    # -- sessions and limits ------------------------------------------------------------------------------------

    def open_session(self) -> str:
        """A new session id, the kind that a login returns."""
        token = f"00D000000000001!{SESSION_CANARY}.{next(self._serial)}"
        self._sessions.add(token)
        return token

    def expire_sessions(self) -> None:
        self._sessions.clear()

    def is_open(self, token: str) -> bool:
        return token in self._sessions

    @property
    def calls_left(self) -> int:
        return max(0, self.calls_a_day - self.calls_used)


@dataclass(frozen=True, slots=True)
class _Write:
    """A change that does not show yet. *before*: what shows until then, None for nothing."""

    visible_from: datetime
    before: Row | None


@dataclass(frozen=True, slots=True)
class _Blank:
    """What is the same in all new records of an object."""

    described: SObject
    kinds: Mapping[str, str]
    booleans: Mapping[str, object]
    stamps: Sequence[str]
    has_currency: bool

    @classmethod
    def of(cls, described: SObject) -> _Blank:
        kinds = {f.name: f.kind for f in described.fields}
        booleans = {name: False for name, kind in kinds.items() if kind == "boolean"}
        stamps = [name for name in _STAMPS if name in kinds]
        has_currency = described.name in {"Account", "Opportunity"} and "CurrencyIsoCode" in kinds
        return cls(described, kinds, booleans, stamps, has_currency)
