"""Which book each account is in: the spine that all other columns are drawn along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cssync.demo.cast import Book, Role

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Rows:
    """*book_of*: place in *books*, one entry an account; *has_churned*: no customer any more."""

    books: Sequence[Book]
    book_of: Ints
    has_churned: Bools

    def __len__(self) -> int:
        return len(self.book_of)

    def are(self, *roles: Role) -> Bools:
        in_role: Bools = np.array([book.role in roles for book in self.books])[self.book_of]
        return in_role

    def held_by(self, owner_id: str) -> Bools:
        held: Bools = np.array([book.owner_id == owner_id for book in self.books])[self.book_of]
        return held

    def places(self, role: Role) -> Ints:
        """Row numbers of the accounts of *role* that have not churned."""
        return np.flatnonzero(self.are(role) & ~self.has_churned)


def rows_of(books: Sequence[Book]) -> Rows:
    """Customers book by book, then the churned ones, then the spare ones."""
    number = np.arange(len(books))
    spare = np.array([book.role is Role.SPARE for book in books])
    present = np.array([book.customers for book in books])
    lost = np.array([book.churned for book in books])
    parts = (np.where(spare, 0, present), lost, np.where(spare, present, 0))
    return Rows(
        books=books,
        book_of=np.concatenate([np.repeat(number, sizes) for sizes in parts]),
        has_churned=np.repeat(np.array((False, True, False)), [sizes.sum() for sizes in parts]),
    )
