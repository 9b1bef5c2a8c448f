"""Reading a request's body: bounded in size and in patience, and counted among the bodies of all requests."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from gateway.errors import BodyTimedOut, BodyTooLarge, Overloaded
from gateway.overload.strain import HeldBytes

Receive = Callable[[], Awaitable[Any]]

PATIENCE_SECONDS = 30.0
"""The longest wait for the next piece of a body."""

LEAST_PACE = 1024
"""Bytes a second that a body comes at, on average, once it has taken PATIENCE_SECONDS: a place is held meanwhile."""


class BodyReader:
    """The body of one request, read once."""

    __slots__ = ("_bodies", "_declared", "_gave_up", "_held", "_receive", "_whole")

    def __init__(
        self,
        receive: Receive,
        whole: Callable[[], bytes | None],
        declared: int | None,
        bodies: HeldBytes,
    ) -> None:
        """`whole`: as `Cycle.take_body`; where it gives the body, nothing is received."""
        self._receive = receive
        self._whole = whole
        self._declared = declared
        self._bodies = bodies
        self._held = 0
        self._gave_up = False

    async def read(self, limit: int) -> bytes:
        """At most `limit`; raises BodyTooLarge, BodyTimedOut, Overloaded, CancelledError where the client left."""
        if self._declared is not None and self._declared > limit:
            raise _too_large(limit)
        body = self._whole()
        if body is None:
            body = await self._received(limit)
        else:
            self._hold(len(body))
        if len(body) > limit:
            raise _too_large(limit)
        return body

    async def _received(self, limit: int) -> bytes:
        loop = asyncio.get_running_loop()
        message = await self._next(loop, PATIENCE_SECONDS)
        body: bytes = message.get("body", b"")
        pieces, size, began = [body], len(body), loop.time()
        while message.get("more_body", False):
            left = began + PATIENCE_SECONDS + size / LEAST_PACE - loop.time()
            message = await self._next(loop, max(0.0, min(PATIENCE_SECONDS, left)))
            piece = message.get("body", b"")
            pieces.append(piece)
            size += len(piece)
            if size > limit:
                raise _too_large(limit)
        return b"".join(pieces)

    async def _next(self, loop: asyncio.AbstractEventLoop, patience: float) -> Any:
        # A bare timer: asyncio.timeout costs three times as much.
        reader = asyncio.current_task(loop)
        assert reader is not None
        timer = loop.call_later(patience, self._give_up, reader)
        try:
            message = await self._receive()
        except asyncio.CancelledError:
            if self._gave_up and reader.uncancel() == 0:
                raise _too_slow(patience) from None
            raise
        finally:
            timer.cancel()
        if message["type"] == "http.disconnect":
            raise asyncio.CancelledError
        self._hold(len(message.get("body", b"")))
        return message

    def _hold(self, size: int) -> None:
        if not self._bodies.take(size):
            raise Overloaded("The gateway holds as many bodies as it can. Try again shortly.", retry_after=2)
        self._held += size

    def forget(self) -> None:
        """The request has ended, and its body with it."""
        self._bodies.give_back(self._held)
        self._held = 0

    def _give_up(self, reader: asyncio.Task[Any]) -> None:
        self._gave_up = True
        reader.cancel()


def _too_slow(patience: float) -> BodyTimedOut:
    if patience < PATIENCE_SECONDS:
        return BodyTimedOut(
            f"The body came at less than {LEAST_PACE // 1024} KiB a second, and took too long. Send it again."
        )
    return BodyTimedOut(f"The next piece of the body did not come within {PATIENCE_SECONDS:.0f} s. Send it again.")


def _too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(
        f"The body is larger than {limit // 1024 // 1024} MiB, the most that is taken here. Send less at once."
    )
