"""More work than one replica can do: who goes first, and how much is let in."""

from __future__ import annotations

from typing import Final, Literal, get_args

import msgspec

Priority = Literal["interactive", "development", "batch"]
"""Whose work waits for whose: people in production · people who build · what nobody waits for."""

PRIORITY_HEADER: Final = "x-gateway-priority"
"""In which a client may name a less urgent class than its own."""

PRIORITIES: tuple[Priority, ...] = get_args(Priority)
"""The most urgent first."""


class OverloadPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """Of one replica: requests under way at once, and waiting for a turn in each class. Times in seconds.

    A replica that is told to stop takes requests for `announce` more, so that load balancers see that it is not ready
    before anybody is refused, and then gives those under way `drain` to end.
    """

    in_flight: int = 1024
    waiting: int = 64
    patience: float = 0.25
    announce: float = 5.0
    drain: float = 120.0
