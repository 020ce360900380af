"""How much of an object has left the org, by whichever way: tests hold connectors to it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Served:
    records: int = 0
    pages: int = 0
