"""What people have open in front of them, and what lets an app open more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any, TypeAlias

View: TypeAlias = dict[str, Any]


@dataclass
class Trigger:
    """Somebody pressed something: for a moment, and once, the app may show them a window."""

    user_id: str
    issued_at: float
    in_view: bool
    used: bool = False


@dataclass
class Screens:
    """*stacks*: the views that each person has open, the one that they see last."""

    triggers: dict[str, Trigger] = field(default_factory=dict)
    stacks: dict[str, list[View]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def seen_by(self, user_id: str) -> View | None:
        stack = self.stacks.get(user_id)
        return stack[-1] if stack else None

    def issue(self, user_id: str, now: float, *, in_view: bool) -> str:
        trigger_id = f"{next(self.numbers)}.{int(now)}.{user_id.lower()}"
        self.triggers[trigger_id] = Trigger(user_id, now, in_view)
        return trigger_id

    def find(self, name: str, value: object) -> View | None:
        every = (view for stack in self.stacks.values() for view in stack)
        return next((view for view in every if value and view[name] == value), None)
