"""The body of an answer while it arrives: what was not read yet, and who waits for more.

Invariants
- What arrived before a failure is handed out before the failure.
- What arrives while the reader waits is offered first (`transport.Offer`); nothing is overtaken, and nothing lost.
- A reader that does not keep up holds the provider back: at HELD_BYTES nothing more is taken from the kernel.
- Nothing of whoever reads is kept: a failure is a mark here, and becomes an exception where it is read.
"""

from __future__ import annotations

import asyncio
from typing import Final, Protocol

from gateway.providers.transport import Offer

HELD_BYTES: Final = 128 * 1024


class Source(Protocol):
    """Whence a body arrives."""

    def pause_reading(self) -> None: ...

    def resume_reading(self) -> None: ...


class ArrivingBody:
    """Of one answer, for one reader."""

    __slots__ = ("_held", "_loop", "_parts", "_source", "_waiter", "broken", "complete", "offer")

    def __init__(self, source: Source, loop: asyncio.AbstractEventLoop) -> None:
        self._source: Source | None = source
        self._loop = loop
        self._parts: list[bytes] = []
        self._held = 0
        self._waiter: asyncio.Future[None] | None = None
        self.complete = False
        """Its end has come, and was the proper one."""
        self.broken = False
        """Nothing more will come, and some is missing."""
        self.offer: Offer | None = None

    @property
    def has_ended(self) -> bool:
        """Nothing more will arrive."""
        return self.complete or self.broken

    async def read(self) -> bytes:
        """All that has come since the last time, after a wait for it; nothing at the end, `complete` or `broken`."""
        while not self._parts:
            if self.has_ended:
                return b""
            self._waiter = self._loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        parts, self._parts = self._parts, []
        if self._held >= HELD_BYTES and self._source is not None:
            self._source.resume_reading()
        self._held = 0
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def feed(self, data: bytes) -> None:
        waiter = self._waiter
        if waiter is not None and not waiter.done():
            if self.offer is not None:
                try:
                    if self.offer(data):
                        return
                except Exception as error:  # noqa: BLE001  raised where somebody waits; the parser would call it a cut
                    waiter.set_exception(error)
                    return
            waiter.set_result(None)
        self._parts.append(data)
        self._held += len(data)
        if self._held >= HELD_BYTES and self._source is not None:
            self._source.pause_reading()

    def end(self) -> None:
        """That was all of it."""
        self.complete = True
        self._leave()

    def break_off(self) -> None:
        """Unless it is complete."""
        if not self.complete:
            self.broken = True
            self._leave()

    def forget(self) -> None:
        """Nobody reads it any more; who does all the same is told that some is missing."""
        if self._parts:
            self._parts.clear()
            self.complete = False
        self.break_off()

    def _leave(self) -> None:
        """The connection is not this body's any more."""
        source, self._source = self._source, None
        if source is not None and self._held >= HELD_BYTES:
            source.resume_reading()
        self.offer = None
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)
