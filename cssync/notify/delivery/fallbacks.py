"""Finds another address for what was meant for one that is down, and tells those who can mend it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from cssync.model.delivery import Address, Attempt, Delivery
from cssync.model.digest import Notice
from cssync.model.identity import identity


@dataclass(frozen=True, slots=True)
class Fallbacks:
    """What is told at any address of a sink is told at its *default* one too, so what cannot go elsewhere is not lost.

    What cannot go to the default one goes to *operations*, if that is another address, and is kept until the address
    is mended if not. *operations* are told of each address that is down, once a day. *tenant*: whose messages they are.
    """

    default: Address | None = None
    operations: tuple[Address, ...] = ()
    tenant: str = ""

    def gives_up(self, delivery: Delivery) -> bool:
        """Whether *delivery* need not wait for its address."""
        address = _address(delivery)
        if self.default is None or address.sink != self.default.sink or address in self.operations:
            return False
        return address != self.default or bool(self.operations)

    def instead(self, delivery: Delivery) -> Address | None:
        """Where it goes if it is given up; None: nowhere, since the default address holds the same."""
        return next(iter(self.operations), None) if _address(delivery) == self.default else None

    def successor(self, delivery: Delivery) -> Delivery | None:
        """The same as a new delivery to the other address, under the successor of what it answers."""
        other = self.instead(delivery)
        if other is None:
            return None
        return replace(
            delivery.afresh(),
            id=_moved(delivery.id, other),
            sink=other.sink,
            address=other.place,
            attempts=0,
            reply_to=_moved(delivery.reply_to, other) if delivery.reply_to else None,
        )

    def reason(self, delivery: Delivery, trouble: Attempt) -> str:
        """Why *delivery* is given up, and where it went."""
        other = self.instead(delivery)
        went = f"it went to {other.place} instead" if other else "the default channel holds the same"
        return f"{trouble.said}; {went}"

    def notices(self, delivery: Delivery, trouble: Attempt, today: date) -> Iterator[Delivery]:
        """Yield what operations are to know of the address of *delivery*."""
        down = _address(delivery)
        if not self.gives_up(delivery):
            fate = "What is meant for it is kept until then"
        elif other := self.instead(delivery):
            fate = f"What is meant for it goes to {other.place} meanwhile"
        else:
            fate = "The default channel holds the same meanwhile"
        notice = Notice(
            title=f"CS capacity: nothing can be posted to {down.place}",
            text=f"{trouble.error}. {fate}. To do: {trouble.remedy or 'see the log'}",
            run_id=delivery.payload.run_id,
        )
        for address in self.operations:
            if address != down:
                parts = (self.tenant, "address down", str(today), *down, *address)
                yield Delivery(identity(*parts), *address, notice)


def _address(delivery: Delivery) -> Address:
    return Address(delivery.sink, delivery.address)


def _moved(known: str, to: Address) -> str:
    return identity(known, "instead", *to)
