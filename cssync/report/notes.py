"""Says which records are to be mended in the CRM, by kind and with examples."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from cssync.model.wording import count, listed

_MOST_PROBLEMS = 4


def to_mend(problems: pl.DataFrame) -> Iterator[str]:
    """Yield one sentence about *problems* (``PROBLEMS``), none where there are none."""
    if problems.is_empty():
        return
    kinds = problems.group_by("object", "field", "reason").agg(pl.len().alias("n"), pl.col("record_id"), "value")
    kinds = kinds.sort(["n", "object", "field", "reason"], descending=[True, False, False, False])
    parts = []
    for object_, field, reason, ids, values in kinds.drop("n").head(_MOST_PROBLEMS).iter_rows():
        shown = [_record(id_, value) for id_, value in zip(ids, values, strict=True)]
        parts.append(f"{object_} {field}: {reason} ({listed(shown, 2)})")
    more = f"; and {kinds.height - _MOST_PROBLEMS} other kinds" if kinds.height > _MOST_PROBLEMS else ""
    yield f"{count(problems.height, 'record')} to mend in the CRM: {'; '.join(parts)}{more}."


def _record(id_: str | None, value: str | None) -> str:
    told = f" {value!r}" if value and value != id_ else ""
    return f"{id_ or 'no id'}{told}"
