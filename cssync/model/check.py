"""One line of ``cssync doctor``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CheckStatus(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Check:
    """*found*: what was seen; *remedy*: what to do, empty when OK."""

    name: str
    status: CheckStatus
    found: str
    remedy: str = ""
