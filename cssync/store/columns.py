"""Column types: how money, moments, words of the trade and whole values lie in a database, on every database alike."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter
from sqlalchemy import BigInteger, DateTime, Dialect, Integer, Text
from sqlalchemy.types import TypeDecorator
from typing_extensions import override

T = TypeVar("T")
E = TypeVar("E", bound=Enum)

# SQLite numbers rows by itself only in a column declared INTEGER.
Serial = BigInteger().with_variant(Integer, "sqlite")

MINOR_DIGITS = 2


class Money(TypeDecorator[Decimal]):
    """An exact amount as a whole number of minor units (cents): no float ever sees it, and sums in SQL are exact."""

    impl = BigInteger
    cache_ok = True

    @override
    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        if value is None:
            return None
        minor = value.scaleb(MINOR_DIGITS)
        if minor != minor.to_integral_value():
            raise ValueError(f"{value} has more than {MINOR_DIGITS} decimal places")
        return int(minor)

    @override
    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-MINOR_DIGITS)


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept in UTC; SQLite gets the same fixed-width text for each, so that they compare rightly."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @override
    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment without a time zone cannot be stored")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    @override
    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text as it came from the CRM, save the NUL characters that PostgreSQL cannot hold."""

    impl = Text
    cache_ok = True

    @override
    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else value.replace("\x00", "")

    @override
    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return value


class OneOf(TypeDecorator[E]):
    """A member of *kind*, stored as its value: psycopg by itself would store its name."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[E]) -> None:
        super().__init__()
        self.kind = kind

    @override
    def process_bind_param(self, value: E | None, dialect: Dialect) -> str | None:
        return None if value is None else str(self.kind(value).value)

    @override
    def process_result_value(self, value: str | None, dialect: Dialect) -> E | None:
        return None if value is None else self.kind(value)


class Document(TypeDecorator[T]):
    """A whole frozen value as JSON text. Fields added later must have defaults, so that old documents still read."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: Any) -> None:  # a dataclass, a union of them, or tuple[str, ...]
        super().__init__()
        self.kind = kind

    @override
    def process_bind_param(self, value: T | None, dialect: Dialect) -> str | None:
        return None if value is None else _adapter(self.kind).dump_json(value).decode()

    @override
    def process_result_value(self, value: str | None, dialect: Dialect) -> T | None:
        return None if value is None else _adapter(self.kind).validate_json(value)


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
