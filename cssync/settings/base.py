"""What all settings have in common: frozen, nothing unknown, inputs kept out of error messages."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from typing import Annotated, Self, get_origin
from zoneinfo import available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator


class Section(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        hide_input_in_errors=True,
        populate_by_name=True,
        validate_default=True,
        allow_inf_nan=False,
    )

    @model_validator(mode="before")
    @classmethod
    def _left_blank_means_default(cls, given: object) -> object:
        """Take ``limits:`` with every line below it commented out as a section without settings, not as null."""
        if given is None:
            return {}
        if isinstance(given, dict):
            blank = {name for name, value in given.items() if value is None and cls._holds_several(name)}
            return {name: value for name, value in given.items() if name not in blank}
        return given

    @classmethod
    def example(cls) -> Self:
        """What the reference shows of a section that has no defaults of its own to show."""
        return cls()

    @classmethod
    def _holds_several(cls, name: str) -> bool:
        return name in cls.model_fields and get_origin(cls.model_fields[name].annotation) in (dict, tuple)


Ratio = Annotated[Decimal, Field(gt=0, le=1)]
PositiveDecimal = Annotated[Decimal, Field(gt=0)]
NotNegative = Annotated[Decimal, Field(ge=0)]
# Of something that others have a share of as well.
Share = Annotated[Decimal, Field(ge=0, lt=1)]


# It walks through a folder of hundreds of files.
_zones = cache(available_timezones)


def _known_zone(name: str) -> str:
    if name not in _zones():
        raise ValueError("not a time zone; use an IANA name such as Europe/Berlin or UTC")
    return name


TimeZone = Annotated[str, AfterValidator(_known_zone)]


# Of an account on one day, for conditions that have no calendar: negative once the renewal is over.
AGES = ("days_to_renewal", "days_as_customer")


def _over_accounts(text: str) -> str:
    return _checked(text, _account_columns())


def _over_dated_accounts(text: str) -> str:
    return _checked(text, _account_columns() | set(AGES))


def _account_columns() -> set[str]:
    from cssync.model.tables import SNAPSHOT

    return {name for name in SNAPSHOT if name not in {"is_customer", "book_id", "unit_id"}}


def _over_opportunities(text: str) -> str:
    from cssync.model.tables import OPPORTUNITIES

    return _checked(text, set(OPPORTUNITIES))


# SQL conditions over the canonical columns: lifecycle in ('live', 'onboarding') and arr > 0
AccountCondition = Annotated[str, AfterValidator(_over_accounts)]
DatedCondition = Annotated[str, AfterValidator(_over_dated_accounts)]
OpportunityCondition = Annotated[str, AfterValidator(_over_opportunities)]


def _checked(text: str, columns: set[str]) -> str:
    # Polars takes a third of a second to import: only a command that reads settings pays for it.
    import polars as pl

    try:
        named = set(pl.sql_expr(text).meta.root_names())
    except pl.exceptions.PolarsError as error:
        raise ValueError(f"not a SQL condition ({error}); texts go in single quotes: lifecycle = 'live'") from error
    if unknown := sorted(named - columns):
        raise ValueError(f"unknown column {', '.join(unknown)}; known are {', '.join(sorted(columns))}")
    return text
