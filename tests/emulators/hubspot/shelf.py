"""All records of one kind: what lists tell, what leads where after a merge, and what a lagging index still holds."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from tests.emulators.hubspot.records import State, Stored


class Shelf:
    """*records*: archived ones too, by id. *order*: sorted ids, of those that are archived and those that are not."""

    def __init__(self) -> None:
        self.records: dict[int, Stored] = {}
        self.order: dict[bool, list[int]] = {False: [], True: []}
        # Where the ids of merged records lead to.
        self._winners: dict[int, int] = {}
        self._gone: dict[int, Stored] = {}
        # When anything happened, in order: tells whether an index of some moment is still right.
        self._moments: list[datetime] = []

    def found(self, identifier: int) -> Stored | None:
        """The record of that id, or the one it was merged into."""
        while identifier in self._winners:
            identifier = self._winners[identifier]
        return self.records.get(identifier)

    def is_hidden(self, identifier: str) -> bool:
        """Archived, purged or merged away; of ids never heard of, nothing is hidden."""
        stored = self.records.get(int(identifier))
        return stored.archived if stored else int(identifier) in self._gone

    def put(self, identifier: str, first: State) -> None:
        number = int(identifier)
        if number in self.records:
            self._unlist(number)
        self.records[number] = Stored(identifier, first)
        self._list(number, first.since)

    def become(self, identifier: str, state: State) -> None:
        number = int(identifier)
        self._unlist(number)
        self.records[number].becomes(state)
        self._list(number, state.since)

    def purge(self, identifier: str, now: datetime) -> None:
        number = int(identifier)
        self._unlist(number)
        stored = self.records.pop(number)
        stored.becomes(replace(stored.now, since=now, gone=True))
        self._gone[number] = stored
        self._note(now)

    def merge(self, loser: str, winner: str, result: str, now: datetime) -> Stored:
        """Both ids lead to the result, which has the winner's past and, of now, nothing else yet."""
        won = self.records[int(winner)]
        if result != winner:
            renamed = won.renamed(result, now)
            self.purge(winner, now)
            self.records[int(result)] = renamed
            self._list(int(result), now)
            self._winners[int(winner)] = int(result)
        self.purge(loser, now)
        self._winners[int(loser)] = int(result)
        return self.records[int(result)]

    def version(self, until: datetime | None) -> tuple[int, int | None]:
        """Two moments (None: now) of the same version show the same states."""
        return len(self._moments), None if until is None else bisect_right(self._moments, until)

    def states(self, until: datetime | None) -> Iterator[tuple[int, State]]:
        """Every record that could be found at that moment (None: now) in the state it was in, by id."""
        if until is None:
            for number in self.order[False]:
                yield number, self.records[number].now
            return
        for stored in (*self.records.values(), *self._gone.values()):
            state = stored.at(until)
            if state is not None and state.searchable:
                yield int(stored.id), state

    def _list(self, number: int, moment: datetime) -> None:
        order = self.order[self.records[number].archived]
        if not order or number > order[-1]:
            order.append(number)
        else:
            insort(order, number)
        self._note(moment)

    def _unlist(self, number: int) -> None:
        order = self.order[self.records[number].archived]
        del order[bisect_left(order, number)]

    def _note(self, moment: datetime) -> None:
        if not self._moments or moment >= self._moments[-1]:
            self._moments.append(moment)
        else:
            insort(self._moments, moment)
