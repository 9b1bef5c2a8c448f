"""Restrain: a key that behaves as if somebody else had it is slowed down or stopped, until a person has looked.

Costs a look-up a request, and nothing is found for nearly all. Each process counts a throttled key's calls by itself.
"""

from __future__ import annotations

from datetime import UTC, datetime

from gateway.core.anomaly import AnomalyPolicy, Restriction, Restrictions
from gateway.core.limit_errors import KeySuspended, QuotaExceeded
from gateway.core.ports import Clock
from gateway.exchange import Exchange
from gateway.stages.describe_key import DescribeKey
from gateway.stages.govern import Govern
from gateway.stages.stage import Stage

MINUTE = 60.0


class Restrain(Stage):
    """Refuses with 403 or 429, or does nothing."""

    after = (Govern, DescribeKey)  # how far a key is slowed down is policy; its holder may always ask why

    def __init__(self, restrictions: Restrictions, clock: Clock) -> None:
        self._restrictions = restrictions
        self._clock = clock
        self._next: dict[str, float] = {}
        """When a throttled key may call again, in monotonic seconds."""

    def enter(self, exchange: Exchange) -> None:
        held = self._restrictions.of(exchange.principal.key_id)
        policy = exchange.policy.anomaly
        if held is None or held.grade == "alert" or policy is None:
            return
        if held.grade == "suspend":
            ends = datetime.fromtimestamp(int(held.until), UTC).isoformat()
            raise KeySuspended(
                f"The key {held.key_id} is suspended until {ends}, since it was used in an unusual way "
                f"({_evidence(held)}). Ask the gateway's administrators to release it, or to replace it."
            )
        self._slow_down(held, policy)

    def _slow_down(self, held: Restriction, policy: AnomalyPolicy) -> None:
        now = self._clock.monotonic()
        due = self._next.get(held.key_id, 0.0)
        if now < due:
            raise QuotaExceeded(
                f"The key {held.key_id} is slowed down to {policy.throttle_to} calls a minute, since it was used in an "
                f"unusual way ({_evidence(held)}). The gateway's administrators can release it.",
                retry_after=due - now,
            )
        self._next[held.key_id] = now + MINUTE / policy.throttle_to


def _evidence(held: Restriction) -> str:
    return "; ".join(held.evidence)
