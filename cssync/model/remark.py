"""What has become of an incident since a message told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple, Self, TypeAlias

from cssync.model.alert import Incident
from cssync.model.wording import day


class Telling(NamedTuple):
    """When people were told of an incident, and how severe it was then, in words."""

    on: date
    severity: str


@dataclass(frozen=True, slots=True)
class Remark:
    """*text*: a few plain words ("resolved 27 Nov 2026 after 12 days"), or "". *ended*: what the message says is over.

    *told*: the last time that people were told of it, which is what messages of earlier days lead to.
    """

    text: str
    ended: bool = False
    told: Telling | None = None

    def beside(self, as_of: date | None) -> Self | None:
        """As it stands beside a message of the date *as_of*; None where there is nothing to say."""
        again = ""
        if self.told is not None and as_of is not None and as_of < self.told.on:
            again = f"told again {day(self.told.on)}: {self.told.severity.upper()}"
        text = "; ".join(filter(None, (again, self.text)))
        return replace(self, text=text, told=None) if text else None


Remarks: TypeAlias = Mapping[Incident, Remark]
