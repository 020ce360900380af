"""All that a night has to tell, before it is put into words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import polars as pl

from cssync.model.alert import Alert, Transition
from cssync.model.book import Books
from cssync.model.finding import Limit
from cssync.model.review import Review


@dataclass(frozen=True, slots=True)
class Tidings:
    """*firing*: every alert open after tonight. *limits*: of ARR, accounts and trend, as they hold for every CSM, to
    be stated (seed 10). *rules*: titles by id, the one whose action is to be named first. *notes*: the connector's.
    """

    run_id: str
    books: Books
    data_as_of: datetime
    transitions: Sequence[Transition]
    firing: Sequence[Alert]
    limits: Sequence[Limit]
    rules: Mapping[str, str]
    problems: pl.DataFrame
    notes: Sequence[str]
    reviews: Sequence[Review] = ()
