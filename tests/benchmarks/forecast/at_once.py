"""Works on as many processes as there are cores, or one after the other: the same ``map`` either way."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

# What ``map`` does: the results in the order of what they are of.
Each = Callable[[Callable[[Any], Any], Iterable[Any]], Iterator[Any]]


@contextmanager
def processes() -> Iterator[Each]:
    # Forked, the children would wait for locks that threads of Polars held.
    with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
        yield pool.map
