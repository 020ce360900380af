"""Follows records that were merged away to the one that stands for them now, however often that was merged itself."""

from __future__ import annotations

from collections.abc import Mapping


def followed(into: Mapping[str, str]) -> dict[str, str]:
    """Id of each record that was merged away -> id of the last one it became. A circle ends where it began."""
    return {loser: _last(into, loser) for loser in into}


def _last(into: Mapping[str, str], loser: str) -> str:
    visited = {loser}
    winner = into[loser]
    while winner in into and winner not in visited:
        visited.add(winner)
        winner = into[winner]
    return winner
