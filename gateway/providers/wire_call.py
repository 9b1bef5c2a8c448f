"""One request on a connection: its limits, and how far it got."""

from __future__ import annotations

import asyncio

from gateway.core.policy import Timeouts
from gateway.providers.arriving_body import ArrivingBody

Fields = list[tuple[bytes, bytes]]


class Call:
    """One request: its limits, and how far it got. Times in seconds of `loop.time()`."""

    __slots__ = (
        "body",
        "certificate_refused",
        "deadline",
        "fields",
        "head",
        "heard",
        "is_nonsense",
        "limits",
        "overdue",
        "status",
    )

    def __init__(self, limits: Timeouts, loop: asyncio.AbstractEventLoop) -> None:
        self.limits = limits
        self.heard = loop.time()
        self.deadline = self.heard + limits.total
        self.head: asyncio.Future[None] = loop.create_future()
        """Until the head of the answer has come, or none will."""
        self.status = 0
        self.fields: Fields = []
        self.body: ArrivingBody | None = None
        """Set with the head."""
        self.overdue = False
        self.certificate_refused = False
        self.is_nonsense = False
        """What came is not HTTP, or not what was asked for."""

    def due(self) -> float:
        """The moment at which silence becomes a failure."""
        silence = self.limits.first_byte if self.body is None else self.limits.idle
        return min(self.heard + silence, self.deadline)

    def release_reader(self) -> None:
        """Who waits for the head need not wait any longer."""
        if not self.head.done():
            self.head.set_result(None)
