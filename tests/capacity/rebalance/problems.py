"""Small rebalancings, and every proposal there is for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

import numpy as np
from hypothesis import strategies as st

from cssync.capacity.rebalance.problem import STAYS, Ints, Problem


def problem(
    accounts: Sequence[tuple[int, float, float]],
    givers: Sequence[tuple[float, float]],
    rooms: Sequence[tuple[float, float]],
    *,
    budget: int = 99,
    takes: Sequence[Sequence[bool]] | None = None,
    groups: Sequence[int] | None = None,
    detour: Sequence[Sequence[float]] | None = None,
    held: Sequence[tuple[float, float]] | None = None,
) -> Problem:
    """Measures: accounts, ARR. *accounts*: (giver, ARR, cost). *givers*: limits. *held*: what they have beside."""
    giver = np.array([each[0] for each in accounts], dtype=np.int64)
    weight = np.array([(1.0, each[1]) for each in accounts]).reshape(-1, 2)
    load = np.array(held if held is not None else np.zeros((len(givers), 2)), dtype=np.float64)
    np.add.at(load, giver, weight)
    limit = np.array(givers, dtype=np.float64)
    kinds = 1 + max(groups or [0])
    return Problem(
        giver=giver,
        group=np.array(groups if groups is not None else [0] * len(accounts), dtype=np.int64),
        cost=np.array([each[2] for each in accounts], dtype=np.float64),
        weight=weight,
        load=load,
        limit=limit,
        scale=limit,
        penalty=np.array([1000.0, 1000.0]),
        steep_from=0.3,
        room=np.array(rooms, dtype=np.float64).reshape(-1, 2),
        takes=np.array(takes if takes is not None else np.ones((kinds, len(rooms))), dtype=bool),
        detour=np.array(detour if detour is not None else np.zeros((kinds, len(rooms))), dtype=np.float64),
        budget=budget,
    )


def everything(known: Problem) -> Iterator[Ints]:
    """Every proposal that the problem allows."""
    choices = range(STAYS, known.receivers)
    for chosen in product(choices, repeat=known.accounts):
        target = np.array(chosen, dtype=np.int64)
        if known.allows(target):
            yield target


def cheapest(known: Problem) -> float:
    """By trying all of them."""
    return min(known.price(target) for target in everything(known))


@st.composite
def problems(draw: st.DrawFn, most: int = 6) -> Problem:
    """Up to *most* accounts of two givers, three receivers, two groups."""
    number = draw(st.integers(1, most))
    givers = sorted(draw(st.lists(st.integers(0, 1), min_size=number, max_size=number)))
    sizes = draw(st.lists(st.integers(0, 9), min_size=number, max_size=number))
    costs = draw(st.lists(st.integers(1, 40), min_size=number, max_size=number))
    flags = st.lists(st.booleans(), min_size=3, max_size=3)
    return problem(
        [(giver, float(size), cost / 4) for giver, size, cost in zip(givers, sizes, costs, strict=True)],
        [(draw(st.integers(1, 4)), draw(st.integers(1, 12))) for _ in range(2)],
        [(draw(st.integers(0, 3)), draw(st.integers(0, 15))) for _ in range(3)],
        budget=draw(st.integers(0, most)),
        takes=[draw(flags), draw(flags)],
        groups=draw(st.lists(st.integers(0, 1), min_size=number, max_size=number)),
        detour=[[draw(st.integers(0, 2)) for _ in range(3)] for _ in range(2)],
        held=[(draw(st.integers(0, 3)), draw(st.integers(0, 9))) for _ in range(2)],
    )
