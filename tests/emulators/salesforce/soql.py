"""Reads SOQL the way Salesforce does: the subset that clients send, and the real refusals for the rest."""

from __future__ import annotations

import re
from dataclasses import dataclass


class SoqlError(Exception):
    """A query that the real one refuses with 400, *code* and this message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Literal:
    """*kind*: text, number, boolean, null, date, datetime, or relative (LAST_N_DAYS:30)."""

    kind: str
    text: str
    column: int


@dataclass(frozen=True, slots=True)
class Path:
    """A field, or a dotted way to one through lookups."""

    text: str
    column: int


@dataclass(frozen=True, slots=True)
class Comparison:
    path: Path
    operator: str  # = != < > <= >= LIKE IN "NOT IN"
    values: tuple[Literal, ...] = ()
    chosen: Query | None = None  # IN (SELECT ...)


@dataclass(frozen=True, slots=True)
class Not:
    inner: Condition


@dataclass(frozen=True, slots=True)
class Junction:
    every: bool  # AND, else OR
    parts: tuple[Condition, ...]


Condition = Comparison | Not | Junction


@dataclass(frozen=True, slots=True)
class Order:
    path: Path
    descending: bool = False
    nulls_last: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """*fields* is empty for ``SELECT COUNT()``."""

    text: str
    sobject: str
    fields: tuple[Path, ...]
    where: Condition | None = None
    order: tuple[Order, ...] = ()
    limit: int | None = None
    offset: int = 0


def parse(text: str) -> Query:
    """Raise SoqlError(MALFORMED_QUERY) for what the grammar does not hold."""
    return _Parser(text).query()


_TOKENS = re.compile(
    r"""(?P<text>'(?:[^'\\]|\\.)*')
      | (?P<datetime>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:?\d\d))
      | (?P<date>\d{4}-\d\d-\d\d)
      | (?P<number>[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)
      | (?P<relative>[A-Za-z_]+_N_[A-Za-z_]+:\d+)
      | (?P<word>[A-Za-z_][\w.]*)
      | (?P<sign><=|>=|!=|<>|[=<>(),])
      | (?P<space>\s+)
      | (?P<odd>.)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
_RELATIVE_WORDS = frozenset(
    {"TODAY", "YESTERDAY", "TOMORROW", "THIS_MONTH", "LAST_MONTH", "NEXT_MONTH", "THIS_YEAR", "LAST_YEAR", "NEXT_YEAR"}
    | {"LAST_90_DAYS", "NEXT_90_DAYS"}
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    column: int


class _Parser:
    def __init__(self, text: str) -> None:
        self._source = text
        self._tokens = [
            _Token(str(match.lastgroup), match.group(), match.start())
            for match in _TOKENS.finditer(text)
            if match.lastgroup != "space"
        ]
        self._tokens.append(_Token("end", "<EOF>", len(text)))
        self._at = 0

    def query(self) -> Query:
        query = self._select()
        if self._now.kind != "end":
            raise self._unexpected(self._now)
        return query

    def _select(self) -> Query:
        self._expect("SELECT")
        fields = self._fields()
        self._expect("FROM")
        sobject = self._word().text
        where = self._junction() if self._take("WHERE") else None
        order = self._order() if self._take("ORDER") else ()
        limit = self._count() if self._take("LIMIT") else None
        offset = self._count() if self._take("OFFSET") else 0
        return Query(self._source, sobject, fields, where, order, limit, offset)

    def _fields(self) -> tuple[Path, ...]:
        if self._now.text.upper() == "COUNT":
            self._at += 1
            self._expect("(")
            self._expect(")")
            return ()
        paths = [self._path()]
        while self._take(","):
            paths.append(self._path())
        seen: set[str] = set()
        for path in paths:
            if path.text.lower() in seen:
                raise SoqlError("INVALID_FIELD", f"duplicate field selected: {path.text}")
            seen.add(path.text.lower())
        return tuple(paths)

    def _junction(self) -> Condition:
        parts = [self._condition()]
        joiner = self._now.text.upper()
        if joiner not in {"AND", "OR"}:
            return parts[0]
        while self._take(joiner):
            parts.append(self._condition())
        if self._now.text.upper() in {"AND", "OR"}:  # mixing them takes brackets
            raise self._unexpected(self._now)
        return Junction(joiner == "AND", tuple(parts))

    def _condition(self) -> Condition:
        if self._take("NOT"):
            return Not(self._condition())
        if self._take("("):
            inner = self._junction()
            self._expect(")")
            return inner
        path = self._path()
        if self._take("NOT"):
            self._expect("IN")
            return self._among(path, "NOT IN")
        if self._take("IN"):
            return self._among(path, "IN")
        if self._take("LIKE"):
            return Comparison(path, "LIKE", (self._literal(),))
        sign = self._next()
        if sign.kind != "sign" or sign.text in "(),":
            raise self._unexpected(sign)
        return Comparison(path, "!=" if sign.text == "<>" else sign.text, (self._literal(),))

    def _among(self, path: Path, operator: str) -> Comparison:
        self._expect("(")
        if self._now.text.upper() == "SELECT":
            chosen = self._select()
            self._expect(")")
            return Comparison(path, operator, chosen=chosen)
        values = [self._literal()]
        while self._take(","):
            values.append(self._literal())
        self._expect(")")
        return Comparison(path, operator, tuple(values))

    def _literal(self) -> Literal:
        token = self._next()
        upper = token.text.upper()
        if token.kind == "text":
            inner = re.sub(r"\\(.)", lambda m: _ESCAPES.get(m[1], m[1]), token.text[1:-1], flags=re.DOTALL)
            return Literal("text", inner, token.column)
        if token.kind in {"number", "date", "datetime"}:
            return Literal(token.kind, token.text, token.column)
        if token.kind == "relative" or upper in _RELATIVE_WORDS:
            return Literal("relative", upper, token.column)
        if upper in {"TRUE", "FALSE"}:
            return Literal("boolean", upper.lower(), token.column)
        if upper == "NULL":
            return Literal("null", "", token.column)
        raise self._unexpected(token)

    def _order(self) -> tuple[Order, ...]:
        self._expect("BY")
        orders = [self._one_order()]
        while self._take(","):
            orders.append(self._one_order())
        return tuple(orders)

    def _one_order(self) -> Order:
        path = self._path()
        descending = self._take("DESC") or (self._take("ASC") and False)
        nulls_last = False
        if self._take("NULLS"):
            nulls_last = self._take("LAST") or not self._take("FIRST")
        return Order(path, descending, nulls_last)

    def _count(self) -> int:
        token = self._next()
        if token.kind != "number" or not token.text.isdigit():
            raise self._unexpected(token)
        return int(token.text)

    def _path(self) -> Path:
        token = self._word()
        return Path(token.text, token.column)

    def _word(self) -> _Token:
        token = self._next()
        if token.kind != "word" or token.text.upper() in {"FROM", "WHERE", "SELECT"}:
            raise self._unexpected(token)
        return token

    @property
    def _now(self) -> _Token:
        return self._tokens[self._at]

    def _next(self) -> _Token:
        token = self._now
        self._at = min(self._at + 1, len(self._tokens) - 1)
        return token

    def _take(self, word: str) -> bool:
        taken = self._now.text.upper() == word
        self._at += taken
        return taken

    def _expect(self, word: str) -> None:
        token = self._next()
        if token.text.upper() != word:
            raise self._unexpected(token)

    def _unexpected(self, token: _Token) -> SoqlError:
        return SoqlError("MALFORMED_QUERY", f"{located(self._source, token.column)}unexpected token: '{token.text}'")


def located(source: str, column: int) -> str:
    """The lines with which Salesforce shows where in the query something is wrong."""
    shown = source.replace("\n", " ")
    return f"\n{shown}\n{' ' * column}^\nERROR at Row:1:Column:{column + 1}\n"
