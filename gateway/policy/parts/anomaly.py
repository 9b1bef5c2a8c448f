"""`anomaly`: whether keys are watched, and the most that is done about one without a person."""

from __future__ import annotations

from typing import Any, Final

from gateway.core.anomaly import GRADES, AnomalyPolicy
from gateway.policy.shapes import Choice, Duration, Integer, Key, Table

ANOMALY: Final = Table(
    {
        "response": Key(Choice(GRADES), "the most that is done by itself: alert, throttle or suspend"),
        "least_calls": Key(Integer(10, 1_000_000_000), "in an hour: fewer are never unusual in number"),
        "factor": Key(Integer(2, 1000), "how many times what the team usually does in that hour of the week"),
        "weeks": Key(Integer(2, 12), "how far back is looked for what is usual"),
        "hold": Key(Duration(60, 30 * 86_400.0), "how long a key stays restricted unless it is released"),
        "throttle_to": Key(Integer(1, 1_000_000), "calls a minute and process that a throttled key has left"),
    }
)


def build_anomaly(tree: dict[str, Any]) -> AnomalyPolicy | None:
    return AnomalyPolicy(**tree["anomaly"]) if tree.get("anomaly") is not None else None
