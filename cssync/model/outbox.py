"""A message in the outbox as an operator looks at it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cssync.model.delivery import Delivery, DeliveryState


@dataclass(frozen=True, slots=True)
class Kept:
    """*since*: when it was first tried, else when the run began that wrote it; None if neither is known."""

    delivery: Delivery
    since: datetime | None

    @property
    def is_dead(self) -> bool:
        return self.delivery.state is DeliveryState.DEAD
