"""Misbehaviour by script: what the N-th request of some kind gets instead of the right answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock

from tests.emulators.hubspot.answers import Answer, Wire, ok

Fault = Callable[[Answer], Answer]
"""Makes the answer that goes out from the right one."""


def instead(answer: Answer) -> Fault:
    return lambda _: answer


def truncated(answer: Answer) -> Answer:
    return replace(answer, wire=Wire.TRUNCATED)


def cut(answer: Answer) -> Answer:
    return replace(answer, wire=Wire.CUT)


def reset(answer: Answer) -> Answer:
    return replace(answer, wire=Wire.RESET)


def stalled(answer: Answer) -> Answer:
    return replace(answer, wire=Wire.STALLED)


def null_results(answer: Answer) -> Answer:
    return ok({**answer.content(), "results": None})


def without_more(answer: Answer) -> Answer:
    """The list ends here, as if all had been told."""
    return ok({key: value for key, value in answer.content().items() if key != "paging"})


def empty_page(answer: Answer) -> Answer:
    return ok({**answer.content(), "results": []})


def next_page_is(after: str) -> Fault:
    return lambda answer: ok({**answer.content(), "paging": {"next": {"after": after, "link": "?"}}})


def cut_records(answer: Answer) -> Answer:
    """Records without their properties."""
    return ok({**answer.content(), "results": [{"id": "1"}]})


def without(*ids: str) -> Fault:
    """These records are left out, and nothing is said about it."""

    def thinned(answer: Answer) -> Answer:
        content = answer.content()
        records = content.get("results")
        assert isinstance(records, list)
        return ok({**content, "results": [each for each in records if _identifier(each) not in ids]}, answer.status)

    return thinned


def _identifier(record: object) -> str:
    """Of a record, or of the one whose associations are told."""
    assert isinstance(record, dict)
    return str(record["id"] if "id" in record else record["from"]["id"])


@dataclass
class _Scripted:
    """*last* None: for ever."""

    path: str
    first: int
    last: int | None
    fault: Fault
    seen: int = 0


class Faults:
    """The script. Requests are counted from when a line is added, by *path* (any that contains it)."""

    def __init__(self) -> None:
        self._script: list[_Scripted] = []
        self._lock = Lock()

    def on(self, nth: int, fault: Fault, *, path: str = "") -> None:
        """Only the *nth* request (1 is the next) gets it."""
        self._add(_Scripted(path, nth, nth, fault))

    def since(self, nth: int, fault: Fault, *, path: str = "") -> None:
        """The *nth* request and all later ones get it."""
        self._add(_Scripted(path, nth, None, fault))

    def always(self, fault: Fault, *, path: str = "") -> None:
        self.since(1, fault, path=path)

    def clear(self) -> None:
        with self._lock:
            self._script.clear()

    def applied(self, path: str, answer: Answer) -> Answer:
        with self._lock:
            due = [line.fault for line in self._script if line.path in path and self._is_due(line)]
        for fault in due:
            answer = fault(answer)
        return answer

    def _add(self, line: _Scripted) -> None:
        with self._lock:
            self._script.append(line)

    @staticmethod
    def _is_due(line: _Scripted) -> bool:
        line.seen += 1
        return line.first <= line.seen and (line.last is None or line.seen <= line.last)
