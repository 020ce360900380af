"""The emulated org: its records, who may see what, who may log in, and how much of the day's API is used."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from itertools import count

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.emulators.salesforce.schema import Field, SObject, standard_objects

Row = dict[str, object]

OLDEST_VERSION, NEWEST_VERSION = 31, 66
_SALESFORCE_ID = re.compile(r"[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?")
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@cache
def signing_key() -> tuple[str, str]:
    """A connected app's certificate pair for tests: (private, public), both PEM; made once a process."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


@dataclass(frozen=True, slots=True)
class Credentials:
    """What opens the org. The values are canaries: none may ever be seen in an error, a log or a repr."""

    username: str = "integration@acme.test"
    password: str = "canary-password"
    security_token: str = "canaryTOKEN"
    client_id: str = "canary-consumer-key"
    client_secret: str = "canary-consumer-secret"

    def secrets(self) -> tuple[str, ...]:
        return (
            self.password,
            self.security_token,
            self.client_id,
            self.client_secret,
            SESSION_CANARY,
            signing_key()[0][64:128],
        )


SESSION_CANARY = "canary!session"


@dataclass(slots=True)
class Org:
    """Records by object and id, ready to be queried. Times are kept as Salesforce writes them.

    *rates*: as in CurrencyType, units of the currency for one corporate unit; given: a multi-currency org.
    """

    corporate_currency: str = "USD"
    rates: Mapping[str, Decimal] | None = None
    person_accounts: bool = False
    my_domain: str = "acme.my"
    is_sandbox: bool = False
    soap_login: bool = True
    calls_a_day: int = 15_000
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    credentials: Credentials = field(default_factory=Credentials)
    objects: dict[str, SObject] = field(default_factory=dict)
    records: dict[str, dict[str, Row]] = field(default_factory=dict)
    calls_used: int = 0
    _hidden_fields: set[tuple[str, str]] = field(default_factory=set)
    _hidden_objects: set[str] = field(default_factory=set)
    _sessions: set[str] = field(default_factory=set)
    _serial: count[int] = field(default_factory=lambda: count(1))

    def __post_init__(self) -> None:
        for each in standard_objects(multi_currency=self.rates is not None, person_accounts=self.person_accounts):
            self.objects[each.name] = each
            self.records[each.name] = {}
        self.add(
            "Organization",
            Name="Acme",
            DefaultCurrencyIsoCode=self.corporate_currency,
            IsSandbox=self.is_sandbox,
        )
        for code, rate in {self.corporate_currency: Decimal(1), **(self.rates or {})}.items():
            if self.rates is not None:
                self.add(
                    "CurrencyType",
                    IsoCode=code,
                    ConversionRate=float(rate),
                    DecimalPlaces=2,
                    IsActive=True,
                    IsCorporate=code == self.corporate_currency,
                )

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

    def add(self, object_name: str, **values: object) -> str:
        """Insert a record and return its id; unknown fields are a mistake of the test."""
        described = self.objects[object_name]
        kinds = {f.name: f.kind for f in described.fields}
        if unknown := values.keys() - kinds.keys():
            raise ValueError(f"{object_name} has no field {', '.join(sorted(unknown))}; define it first")
        given = values.get("Id")
        record_id = given if isinstance(given, str) else record_id_of(described.prefix, next(self._serial))
        if record_id in self.records[object_name]:
            raise ValueError(f"{object_name} {record_id} exists")
        stamp = stored("datetime", self.now())
        row: Row = dict.fromkeys(kinds)
        row |= {name: False for name, kind in kinds.items() if kind == "boolean"}
        row |= dict.fromkeys(("CreatedDate", "LastModifiedDate", "SystemModstamp"), stamp)
        row |= {name: stored(kinds[name], value) for name, value in values.items()}
        if described.name in {"Account", "Opportunity"} and "CurrencyIsoCode" in kinds:
            row["CurrencyIsoCode"] = row["CurrencyIsoCode"] or self.corporate_currency
        row["Id"] = record_id
        self.records[object_name][record_id] = row
        return record_id

    def remove(self, record_id: str) -> None:
        for rows in self.records.values():
            rows.pop(record_id, None)

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

    def record(self, record_id: object) -> tuple[str, Row] | None:
        """The object's name and the row behind an id of 15 or 18 characters."""
        for name, rows in self.records.items():
            if isinstance(record_id, str) and record_id in rows:
                return name, rows[record_id]
        return None

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


def record_id_of(prefix: str, number: int) -> str:
    """An id of 18 characters that sorts by *number*; the last three spell the case of the first fifteen."""
    digits = ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return with_checksum(f"{prefix}{digits.rjust(12, '0')}")


def with_checksum(short: str) -> str:
    """The 18 characters form of an id of 15: one more character for each five, by which of them are capitals."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"
    chunks = (short[start : start + 5] for start in (0, 5, 10))
    return short + "".join(alphabet[sum(1 << at for at, c in enumerate(chunk) if c.isupper())] for chunk in chunks)


def looks_like_id(text: str, prefix: str) -> bool:
    return text.startswith(prefix) and _SALESFORCE_ID.fullmatch(text) is not None


def stored(kind: str, value: object) -> object:
    """*value* as Salesforce's JSON would hold it; what does not fit the type is kept for the dirt it is."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    if isinstance(value, date):
        return f"{value.isoformat()}T00:00:00.000+0000" if kind == "datetime" else value.isoformat()
    if isinstance(value, str):
        return value.strip() or None  # Salesforce trims texts and keeps no empty ones
    if isinstance(value, Decimal) or (isinstance(value, int) and kind in {"currency", "double", "percent"}):
        return float(value)
    return value
