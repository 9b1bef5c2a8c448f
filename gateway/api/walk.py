"""One request on its way, and its end when the client leaves.

Invariants
- The walk is cancelled by us because the client left, because it reads nothing for too long, or because the replica
  stops: then the client is told. What was cancelled by us ends here; a cancellation from outside goes on.
- The connection calls `cut` itself: a task that waits for the client to leave costs as much as a stage or two.
- What has ended refers to nothing in a circle: reference counts free a request's memory at once, and the next request
  finds it warm. Left to the collector, twenty thousand objects pile up first, and every request walks through cold
  memory.
"""

from __future__ import annotations

import asyncio
from typing import Any

from gateway.api.answer import Answering
from gateway.api.cycle import Cycle
from gateway.errors import GatewayError
from gateway.exchange import Exchange
from gateway.pipeline import Pipeline


class Walk:
    """Of one request."""

    __slots__ = ("_answering", "_cut", "_cycle", "_loop", "_task")

    def __init__(self, cycle: Cycle, answering: Answering, loop: asyncio.AbstractEventLoop) -> None:
        self._cycle = cycle
        self._answering = answering
        self._loop = loop
        self._task: asyncio.Task[Any] | None = None
        self._cut = False

    async def through(self, pipeline: Pipeline, exchange: Exchange) -> None:
        """Walk the pipeline; returns when everything has settled, also for a request that was cut."""
        task = self._task = asyncio.current_task(self._loop)
        assert task is not None
        self._answering.give_up = self._cycle.on_left = self.cut
        if self._cycle.disconnected:  # while it waited to be begun
            self._loop.call_soon(self.cut)
        try:
            await pipeline.run(exchange, self._answering)
            if self._answering.ended_by is not None:
                task.uncancel()
        except asyncio.CancelledError:
            for _ in range(self._cut + (self._answering.ended_by is not None)):
                task.uncancel()
            if task.cancelling():
                raise
            # else it was us, or nobody: the client had left before
        finally:
            self._answering.give_up = self._cycle.on_left = _nobody_walks
            self._task = None

    def end(self, error: GatewayError) -> None:
        """Stop here, and tell the client why: by a status, or by its dialect's own error frame where it has begun."""
        if self._task is not None and not self._cut and not self._answering.complete:
            self._answering.ended_by = error
            self._task.cancel()

    def cut(self) -> None:
        """Cancel the walk, unless its reply is out already."""
        if self._task is not None and not self._cut and not self._answering.complete:
            self._cut = True
            self._task.cancel()


def _nobody_walks() -> None:
    """In place of `cut`, once the walk has ended."""
