"""Commits a second night and is killed on the way, right before a given statement."""

from __future__ import annotations

import os
import signal
import sys
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import Connection, Engine, event

from cssync.store.open import open_store
from tests.builders import (
    DAY,
    a_book,
    a_deal_spell,
    a_delivery,
    a_night,
    a_run,
    a_spell,
    a_transition,
    an_alert,
    deal_changes,
    some_books,
    spell_changes,
)

NEXT = DAY + timedelta(days=1)
FIRST_NIGHT = a_night(
    spells=spell_changes(opened=[a_spell()]),
    pipeline=deal_changes(opened=[a_deal_spell("006a")]),
    alerts=(an_alert(),),
    transitions=(a_transition(),),
)
SECOND_NIGHT = a_night(
    NEXT,
    spells=spell_changes(closed=[("001acme", DAY, NEXT)], opened=[a_spell(valid_from=NEXT, arr=Decimal("7.00"))]),
    pipeline=deal_changes(closed=[("006a", DAY, NEXT)], opened=[a_deal_spell("006b", NEXT)]),
    books=some_books(a_book("005lee"), as_of=NEXT),
    alerts=(an_alert(incident=2),),
    transitions=(a_transition(an_alert(incident=2)),),
    deliveries=(a_delivery("d2"),),
)


def die() -> None:
    """End like a process that was killed: at once, with nothing tidied up."""
    os.kill(os.getpid(), signal.SIGKILL)


def die_before(beginning: str) -> None:
    """Die as soon as a statement that starts with *beginning* is about to be run."""

    @event.listens_for(Engine, "before_cursor_execute")
    def before(_connection: Connection, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith(beginning):
            die()

    @event.listens_for(Engine, "commit")
    def commit(_connection: Connection) -> None:
        if beginning == "COMMIT":
            die()


if __name__ == "__main__":
    store = open_store(sys.argv[1], "acme")
    store.begin(a_run(NEXT))
    die_before(sys.argv[2])
    store.commit(SECOND_NIGHT)
    die()
