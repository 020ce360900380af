"""Reads what is to be supposed for a plan, from a file of its own or from the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Annotated

from pydantic import BeforeValidator, Field, TypeAdapter, ValidationError, field_validator

from cssync.errors import ConfigError
from cssync.settings import explain, yaml
from cssync.settings.base import PositiveDecimal, Section
from cssync.settings.fields import Shape
from cssync.settings.hiring import Attrition, Quantile, Requisition
from cssync.settings.limits import LimitSet, Stage
from cssync.settings.problems import refuse
from cssync.settings.yaml import Key

# What growth is said of that names no segment.
EVERYWHERE = "*"
WHERE = "what is supposed"
_REMEDY = "correct each line, and ask again; docs/plan.md shows a whole file"


def rate(text: object) -> object:
    """40%, or 0.4, as Decimal("0.4")."""
    if not isinstance(text, str):
        return text
    number, percent, rest = text.strip().partition("%")
    try:
        value = Decimal(number)
    except InvalidOperation:
        value = Decimal("NaN")
    if rest or not value.is_finite():
        raise ValueError("expected a rate a year such as 40% or 0.4")
    return value / 100 if percent else value


Growth = Annotated[Decimal, BeforeValidator(rate), Field(gt=-1)]


class Leaver(Section):
    csm: str = Field(description="name, e-mail address or owner id")
    on: date = Field(description="first day on which they are no longer there")


class OtherLimits(Section):
    """null: as in the settings."""

    arr: PositiveDecimal | None = Field(None, description="ARR of one book")
    accounts: PositiveDecimal | None = Field(None, description="accounts of one book")
    stage: Stage | None = Field(None, description="of the company: early, growth, sliding or steady")
    segments: dict[str, LimitSet] = Field(default_factory=dict, description="by segment of the book")


class WhatIf(Section):
    """All that may be supposed; what is left out is as in the settings and in the forecast."""

    hires: tuple[Requisition, ...] = Field((), description="beside the requisitions of the settings")
    growth: dict[str, Growth] = Field(
        default_factory=dict,
        description="of customers, ARR and hours in a year, in place of the forecast; or by segment",
    )
    leavers: tuple[Leaver, ...] = Field((), description="who leaves, and when")
    attrition: Attrition | None = Field(None, description="share of the CSMs who leave in a year")
    quantile: Quantile | None = Field(None, description="how sure to be")
    limits: OtherLimits = Field(OtherLimits(), description="what a CSM can carry")

    @field_validator("growth", mode="before")
    @classmethod
    def _one_rate_is_everywhere(cls, value: object) -> object:
        return value if isinstance(value, dict) else {EVERYWHERE: value}


@dataclass(frozen=True, slots=True)
class Supposition:
    """*places*: where each of it was said, "what-if.yaml:12" or the option."""

    what_if: WhatIf = field(default_factory=WhatIf)
    places: Mapping[Key, str] = field(default_factory=dict)

    def place(self, *key: str | int) -> str:
        return next((self.places[key[:end]] for end in range(len(key), 0, -1) if key[:end] in self.places), "what-if")

    def with_hire(self, hire: Requisition, place: str) -> Supposition:
        key = ("hires", len(self.what_if.hires))
        what_if = self.what_if.model_copy(update={"hires": (*self.what_if.hires, hire)})
        return replace(self, what_if=what_if, places={**self.places, key: place})

    def with_growth(self, growth: Decimal, place: str) -> Supposition:
        what_if = self.what_if.model_copy(update={"growth": {EVERYWHERE: growth}})
        return replace(self, what_if=what_if, places={**self.places, ("growth",): place})


def read(file: Path) -> Supposition:
    """Raises ConfigError, with every problem of one kind at once, each with its line."""
    name = str(file)
    try:
        text = file.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConfigError(
            f"{name} cannot be read: {why}", remedy="name a YAML file such as docs/plan.md shows"
        ) from error
    document = yaml.parse(text, name)
    try:
        what_if = WhatIf.model_validate(document.values)
    except ValidationError as error:
        problems = explain.problems(error, document.values, document.places, name, Shape(((WhatIf, ()),)))
        refuse(problems, _REMEDY, WHERE)
        raise
    return Supposition(what_if, document.places)


def hire_said(said: str, segment: str | None) -> Requisition:
    """``2@2027-02-01`` for *segment*, or ``SMB:2@2027-02-01``."""
    named, colon, rest = said.rpartition(":")
    number, at, on = rest.partition("@")
    try:
        starts_on = date.fromisoformat(on.strip()) if at else None
        return Requisition(segment=named.strip() if colon else segment, count=int(number), starts_on=starts_on)
    except ValueError as error:
        raise ConfigError(
            f"--hire {said}: expected how many, and their first day", remedy="write it like SMB:2@2027-02-01"
        ) from error


def growth_said(said: str) -> Decimal:
    """``40%`` or ``0.4``."""
    try:
        return TypeAdapter(Growth).validate_python(said)
    except ValidationError as error:
        raise ConfigError(
            f"--growth {said}: expected a rate a year, above -100%", remedy="write it like 40% or 0.4"
        ) from error
