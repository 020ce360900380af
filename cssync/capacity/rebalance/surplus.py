"""Says who should leave a book besides those for whom a place was found: the fewest that bring it within its limits."""

from __future__ import annotations

import numpy as np

from cssync.capacity.rebalance.problem import Flags, Floats, Ints


def surplus(weight: Floats, free: Flags, too_much: Floats) -> Ints:
    """Rows of *weight* (accounts, measures) that are *free* to leave: for what is no count the smallest that is
    enough by itself, or the largest and look again; then the smallest for the count.
    """
    left: list[int] = np.flatnonzero(free).tolist()
    missing = too_much.copy()
    chosen: list[int] = []
    for measure in range(1, weight.shape[1]):
        while missing[measure] > 0 and left:
            sizes = weight[left, measure]
            enough = np.flatnonzero(sizes >= missing[measure])
            place = int(enough[sizes[enough].argmin()]) if len(enough) else int(sizes.argmax())
            if sizes[place] <= 0:
                break
            missing -= weight[left[place]]
            chosen.append(left.pop(place))
    smallest = sorted(left, key=lambda row: (*weight[row, 1:].tolist(), row))
    chosen += smallest[: max(0, int(np.ceil(missing[0])))]
    return np.array(chosen, dtype=np.int64)
