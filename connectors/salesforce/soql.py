"""Words what is asked of Salesforce: which columns of which rows, whole, in part, counted, or only what changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import polars as pl

# Field types that arrive as numbers; all others but booleans arrive as text.
NUMBERS = frozenset({"currency", "double", "percent", "int", "long"})

KEY = "Id"
DELETED = "IsDeleted"
MASTER = "MasterRecordId"  # of an account that was merged away: the one that took its place


@dataclass(frozen=True, slots=True)
class Selection:
    """Rows of one object, and what is wanted of each.

    *fields*: path ("Name", "Parent.Name") -> Salesforce's type of it. *where*: a condition, "" for all rows.
    *volatile*: those of the fields whose value may change while the record's SystemModstamp does not: formulas, and
    what lies behind a lookup. *marks*: which of ``DELETED`` and ``MASTER`` the object has. *deleted_too*: whether rows
    in the recycle bin count. *matches*: the same condition as *where*, on rows that were read. *rule*: *where* without
    what changes from night to night, as the dates of a window do.
    """

    sobject: str
    fields: Mapping[str, str]
    where: str = ""
    volatile: frozenset[str] = frozenset()
    marks: frozenset[str] = frozenset()
    deleted_too: bool = False
    matches: pl.Expr | None = field(default=None, compare=False)
    rule: str | None = None

    @property
    def columns(self) -> dict[str, str]:
        """What is asked for: the fields, and the id first."""
        return {KEY: "id", **self.fields}

    @property
    def schema(self) -> pl.Schema:
        return pl.Schema({path: dtype(kind) for path, kind in self.columns.items()})

    @property
    def resource(self) -> str:
        return "queryAll" if self.deleted_too else "query"

    def shape(self, org: str) -> str:
        """What tells replicas of it apart that cannot be laid over each other."""
        columns = ", ".join(f"{path} {kind}" for path, kind in self.columns.items())
        rule = self.where if self.rule is None else self.rule
        return f"{org}: {columns} of {self.sobject} where {rule or 'true'}"

    def whole(self) -> str:
        """In no order: to sort them, Salesforce would have to read large objects in one piece (no PK chunking)."""
        return _clauses("SELECT", ", ".join(self.columns), "FROM", self.sobject, _where(self.where))

    def rows_after(self, last: str | None, part: int | None) -> str:
        after = f"Id > {quoted(last)}" if last else ""
        limit = f"LIMIT {part}" if part else ""
        columns = ", ".join(self.columns)
        return _clauses("SELECT", columns, "FROM", self.sobject, _where(self.where, after), "ORDER BY Id", limit)

    def newest(self, limit: int) -> str:
        paths = ", ".join(self.fields)
        return _clauses("SELECT", paths, "FROM", self.sobject, _where(self.where), "ORDER BY Id DESC", f"LIMIT {limit}")

    def count(self, *conditions: str) -> str:
        return _clauses("SELECT COUNT() FROM", self.sobject, _where(self.where, *conditions))

    def changes(self, since: datetime) -> Selection:
        """All that was touched at *since* or later: also what was deleted, or does not meet the condition any more."""
        marks = {DELETED: "boolean", MASTER: "reference"}
        fields = {**self.fields, **{name: kind for name, kind in marks.items() if name in self.marks}}
        return replace(
            self, fields=fields, where=f"SystemModstamp >= {moment(since)}", deleted_too=True, matches=None, rule=None
        )

    def only_volatile(self) -> Selection:
        """The same rows, and of each only what may have changed behind its stamp's back."""
        return replace(self, fields={path: kind for path, kind in self.fields.items() if path in self.volatile})


def dtype(kind: str) -> pl.DataType:
    """The column type for a field of Salesforce's type *kind*."""
    if kind == "boolean":
        return pl.Boolean()
    return pl.Float64() if kind in NUMBERS else pl.String()


def quoted(text: str) -> str:
    """*text* as a SOQL string."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def moment(when: datetime) -> str:
    """*when* (aware) as a SOQL datetime."""
    return when.isoformat(timespec="seconds").replace("+00:00", "Z")


def _clauses(*parts: str) -> str:
    return " ".join(part for part in parts if part)


def _where(*conditions: str) -> str:
    given = [condition for condition in conditions if condition]
    if not given:
        return ""
    return "WHERE " + " AND ".join(f"({each})" if len(given) > 1 else each for each in given)
