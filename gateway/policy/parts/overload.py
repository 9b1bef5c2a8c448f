"""Overload in the policy: its keys, and the value that they become."""

from __future__ import annotations

from typing import Any, Final

from gateway.core.overload import PRIORITIES, OverloadPolicy
from gateway.policy.shapes import Choice, Duration, Integer, Key, Table

OVERLOAD: Final = Table(
    {
        "in_flight": Key(Integer(1, 1_000_000), "requests under way at once in a replica; left out: 1024"),
        "waiting": Key(Integer(0, 100_000), "requests that may wait for a place, in each class; left out: 64"),
        "patience": Key(Duration(0.001, 30.0), "how long they wait; left out: 250 ms"),
        "announce": Key(Duration(0.0, 300.0), "how long a stopping replica is unready, but still serves; left out: 5s"),
        "drain": Key(Duration(0.0, 3600.0), "how long what is under way may then go on; left out: 2 min"),
    }
)
PRIORITY: Final = Key(Choice(PRIORITIES), "whose work waits for whose; left out: as around it, or interactive")


def build_overload(tree: dict[str, Any] | None) -> OverloadPolicy:
    return OverloadPolicy(**tree) if tree else OverloadPolicy()
