"""What was given up is news for a month, and is not sent again unasked after that."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from cssync.model.delivery import DeliveryState
from cssync.model.outbox import Kept
from cssync.run.redriving import is_news
from tests.notify.builders import NIGHT, delivery


@pytest.mark.parametrize("since", [NIGHT, NIGHT - timedelta(days=31), None])
def test_what_was_given_up_within_a_month_is_news(since: datetime | None) -> None:
    assert is_news(Kept(delivery(state=DeliveryState.DEAD), since), NIGHT)


def test_what_was_given_up_before_that_is_sent_again_by_its_id_alone() -> None:
    assert not is_news(Kept(delivery(state=DeliveryState.DEAD), NIGHT - timedelta(days=31, seconds=1)), NIGHT)
