"""Answers a parsed query from the org's records, with Salesforce's own ideas of types, nulls and case."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal as OneOf

from tests.emulators.salesforce import history
from tests.emulators.salesforce.comparisons import (
    Test,
    Value,
    comparable,
    like,
    literal_kind,
    ordering,
    parsed,
    relative,
    within,
)
from tests.emulators.salesforce.org import Org, Row
from tests.emulators.salesforce.schema import Field, SObject
from tests.emulators.salesforce.soql import (
    Comparison,
    Condition,
    Junction,
    Literal,
    Not,
    Path,
    Query,
    SoqlError,
    located,
)

Operation = OneOf["query", "queryAll"]

_ADVICE = "Please reference your WSDL or the describe call for the appropriate names."


@dataclass(frozen=True, slots=True)
class Column:
    """A selected field: *path* as it is headed, *kind* Salesforce's type of it."""

    path: str
    kind: str
    read: Value


@dataclass(frozen=True, slots=True)
class Found:
    """The rows of a query in order, as they were then, and how to write one of them as JSON."""

    sobject: str
    rows: tuple[Row, ...]
    columns: tuple[Column, ...]
    render: Callable[[Row, str], dict[str, object]]
    is_count: bool


def run(org: Org, query: Query, operation: Operation = "query") -> Found:
    """Raise SoqlError as the real one would for objects and fields that the user cannot see.

    Only queryAll finds what is in the bin, and what of an account's history is archived.
    """
    described = org.visible(query.sobject)
    if described is None:
        raise SoqlError(
            "INVALID_TYPE",
            f"{located(query.text, query.text.find(query.sobject))}sObject type '{query.sobject}' is not supported. If"
            " you are attempting to use a custom object, be sure to append the '__c' after the entity name. " + _ADVICE,
        )
    scope = _Scope(org, described, query)
    paths = tuple(scope.resolve(path) for path in query.fields)
    by_id = _is_by_id(query)
    rows = _in_reach(org, described.name, operation, _ids(org, described.name, query.where) if by_id else None)
    if query.where is not None:
        rows = filter(scope.test(query.where), rows)
    orders = [(scope.resolve(order.path), order) for order in query.order]
    if by_id:
        ordered = list(islice(rows, query.offset, query.offset + query.limit if query.limit is not None else None))
    else:
        ordered = list(rows)
        for path, order in reversed(orders):
            _sort(ordered, path, descending=order.descending, nulls_last=order.nulls_last)
        end = query.offset + query.limit if query.limit is not None else None
        ordered = ordered[query.offset : end]
    columns = tuple(Column(path.heading, path.field.kind, path.read) for path in paths)
    return Found(described.name, tuple(ordered), columns, scope.renderer(paths), is_count=not query.fields)


def _in_reach(org: Org, name: str, operation: Operation, ids: Iterable[str] | None) -> Iterator[Row]:
    rows = org.rows(name, ids) if operation == "query" else org.rows_and_bin(name, ids)
    if name == history.OBJECT:
        oldest = history.oldest(org, with_archive=operation == "queryAll")
        rows = (row for row in rows if str(row["CreatedDate"]) >= oldest)
    return rows


def _is_by_id(query: Query) -> bool:
    return [(order.path.text.lower(), order.descending) for order in query.order] == [("id", False)]


def _ids(org: Org, name: str, where: Condition | None) -> Sequence[str]:
    """Those that the query's own bounds for Id leave, in order: a walk by id looks at each record once."""
    ids = sorted(org.records[name])
    parts = where.parts if isinstance(where, Junction) and where.every else (where,)
    for part in parts:
        if isinstance(part, Comparison) and part.path.text.lower() == "id" and len(part.values) == 1:
            bound = part.values[0].text
            if part.operator == ">":
                ids = ids[bisect_right(ids, bound) :]
            elif part.operator in {"<", "<="}:
                # One more than asked for may be left: ids of 15 characters come before themselves.
                ids = ids[: bisect_left(ids, bound + "~")]
    return ids


@dataclass(frozen=True, slots=True)
class _Resolved:
    """*steps*: (relationship, lookup field) from the object to the field's owner."""

    steps: tuple[tuple[str, str], ...]
    owner: str
    field: Field
    read: Value

    @property
    def heading(self) -> str:
        return ".".join((*(relationship for relationship, _ in self.steps), self.field.name))


class _Scope:
    def __init__(self, org: Org, described: SObject, query: Query) -> None:
        self._org = org
        self._object = described
        self._query = query

    def resolve(self, path: Path) -> _Resolved:
        *relations, last = path.text.split(".")
        if relations and relations[0].lower() == self._object.name.lower() and not _lookup(self._object, relations[0]):
            relations = relations[1:]
        current: SObject | None = self._object
        steps: list[tuple[str, str]] = []
        for relation in relations:
            lookup = _lookup(current, relation) if current else None
            if lookup is None:
                raise SoqlError(
                    "INVALID_FIELD",
                    f"{self._show(path)}Didn't understand relationship '{relation}' in field path. If you are"
                    " attempting to use a custom relationship, be sure to append the '__r' after the custom"
                    f" relationship name. {_ADVICE}",
                )
            steps.append((lookup.relationship or "", lookup.name))
            current = self._org.visible(lookup.refers_to[0])
        field = next((f for f in current.fields if f.name.lower() == last.lower()), None) if current else None
        if field is None or current is None:
            raise SoqlError(
                "INVALID_FIELD",
                f"{self._show(path)}No such column '{last}' on entity '{current.name if current else relations[-1]}'."
                " If you are attempting to use a custom field, be sure to append the '__c' after the custom field"
                f" name. {_ADVICE}",
            )
        return _Resolved(tuple(steps), current.name, field, self._reader(steps, field.name))

    def _show(self, path: Path) -> str:
        return located(self._query.text, path.column)

    def _reader(self, steps: Sequence[tuple[str, str]], name: str) -> Value:
        if not steps:
            return lambda row: row.get(name)

        def read(row: Row) -> object:
            for _, lookup in steps:
                found = self._org.record(row.get(lookup))
                if found is None:
                    return None
                row = found[1]
            return row.get(name)

        return read

    def test(self, condition: Condition) -> Test:
        if isinstance(condition, Comparison):
            return self._compare(condition)
        if isinstance(condition, Not):
            inner = self.test(condition.inner)
            return lambda row: not inner(row)
        parts = [self.test(part) for part in condition.parts]
        if condition.every:
            return lambda row: all(part(row) for part in parts)
        return lambda row: any(part(row) for part in parts)

    def _compare(self, comparison: Comparison) -> Test:
        resolved = self.resolve(comparison.path)
        kind, read = resolved.field.kind, resolved.read
        if not resolved.field.filterable:
            raise SoqlError(
                "INVALID_FIELD",
                f"{self._show(comparison.path)}field '{resolved.field.name}' can not be filtered in a query call",
            )
        if comparison.chosen is not None:
            found = run(self._org, comparison.chosen)
            chosen = {comparable(column.read(row), column.kind) for column in found.columns for row in found.rows}
            wanted = comparison.operator == "IN"
            return lambda row: (comparable(read(row), kind) in chosen) is wanted
        if comparison.operator == "LIKE":
            pattern = like(comparison.values[0].text)
            return lambda row: isinstance(value := read(row), str) and pattern.fullmatch(value) is not None
        ranges = [self._range(literal, resolved.field) for literal in comparison.values]
        match comparison.operator:
            case "=" | "IN":
                return lambda row: within(comparable(read(row), kind), ranges)
            case "!=" | "NOT IN":
                return lambda row: not within(comparable(read(row), kind), ranges)
            case sign:
                return ordering(read, kind, sign, ranges[0])

    def _range(self, literal: Literal, field: Field) -> tuple[object, object]:
        """The least and the greatest value that *literal* stands for: the same one, but for days and months."""
        if literal.kind == "null":
            return None, None
        if literal.kind == "relative":
            if field.kind not in {"date", "datetime"}:
                self._wrong_type(field, field.kind)
            first, last = relative(literal.text, self._org.today)
            if field.kind == "date":
                return first.isoformat(), last.isoformat()
            return f"{first.isoformat()}T00:00:00.000+0000", f"{last.isoformat()}T23:59:59.999+0000"
        expected = literal_kind(field.kind)
        if literal.kind != expected:
            self._wrong_type(field, expected)
        value = parsed(literal, field.kind)
        return value, value

    def _wrong_type(self, field: Field, expected: str) -> None:
        quotes = "be enclosed in quotes" if expected == "text" else "not be enclosed in quotes"
        kind = "string" if expected == "text" else field.kind
        raise SoqlError(
            "INVALID_FIELD",
            f"\n{self._query.text}\nvalue of filter criterion for field '{field.name}' must be of type {kind} and"
            f" should {quotes}",
        )

    def renderer(self, paths: Sequence[_Resolved]) -> Callable[[Row, str], dict[str, object]]:
        plain = tuple(p.field.name for p in paths if not p.steps)
        dotted = tuple(p for p in paths if p.steps)
        name = self._object.name

        def render(row: Row, version: str) -> dict[str, object]:
            shown = _attributes(name, row, version)
            for field in plain:
                shown[field] = row[field]
            for path in dotted:
                self._graft(shown, row, path, version)
            return shown

        return render

    def _graft(self, shown: dict[str, object], row: Row, path: _Resolved, version: str) -> None:
        for relationship, lookup in path.steps:
            found = self._org.record(row.get(lookup))
            if found is None:
                shown[relationship] = None
                return
            name, row = found
            branch = shown.setdefault(relationship, _attributes(name, row, version))
            if not isinstance(branch, dict):
                return
            shown = branch
        shown[path.field.name] = row.get(path.field.name)


def _attributes(name: str, row: Row, version: str) -> dict[str, object]:
    return {"attributes": {"type": name, "url": f"/services/data/v{version}/sobjects/{name}/{row['Id']}"}}


def _lookup(described: SObject, relationship: str) -> Field | None:
    wanted = relationship.lower()
    return next((f for f in described.fields if f.relationship and f.relationship.lower() == wanted), None)


def _sort(rows: list[Row], path: _Resolved, *, descending: bool, nulls_last: bool) -> None:
    """Salesforce puts nulls first unless told otherwise, in both directions."""
    absent = [row for row in rows if path.read(row) is None]
    present = [row for row in rows if path.read(row) is not None]
    present.sort(key=lambda row: comparable(path.read(row), path.field.kind), reverse=descending)  # type: ignore[arg-type, return-value] # one field, one type
    rows[:] = [*present, *absent] if nulls_last else [*absent, *present]
