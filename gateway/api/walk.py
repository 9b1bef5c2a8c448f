"""One request on its way, and the watch for a client that leaves.

Invariants
- The walk is cancelled by us because the client left, because it reads nothing for too long, or because the replica
  stops: then the client is told. What was cancelled by us ends here; a cancellation from outside goes on.
- The watch begins WATCH_AFTER_SECONDS behind the body: most of what is answered faster than that, is answered anyway,
  and a task less is a tenth of its cost.
- What has ended refers to nothing in a circle: reference counts free a request's memory at once, and the next request
  finds it warm. Left to the collector, twenty thousand objects pile up first, and every request walks through cold
  memory.
"""

from __future__ import annotations

import asyncio
from typing import Any

from gateway.api.answer import Answering
from gateway.api.body import Receive
from gateway.errors import GatewayError
from gateway.exchange import Exchange
from gateway.pipeline import Pipeline
from gateway.tasks import spawn

WATCH_AFTER_SECONDS = 0.02


class Walk:
    """Of one request."""

    __slots__ = ("_answering", "_cut", "_loop", "_receive", "_task", "_timer", "_watcher")

    def __init__(self, receive: Receive, answering: Answering, loop: asyncio.AbstractEventLoop) -> None:
        self._receive = receive
        self._answering = answering
        self._loop = loop
        self._task: asyncio.Task[Any] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._watcher: asyncio.Task[None] | None = None
        self._cut = False

    async def through(self, pipeline: Pipeline, exchange: Exchange) -> None:
        """Walk the pipeline; returns when everything has settled, also for a request that was cut."""
        task = self._task = asyncio.current_task(self._loop)
        assert task is not None
        self._answering.give_up = self.cut
        try:
            await pipeline.run(exchange, self._answering)
            if self._answering.ended_by is not None:
                task.uncancel()
        except asyncio.CancelledError:
            if not self._cut:
                if task.cancelling():
                    raise
                # else nobody cancelled: the client left in the middle of its body
            elif task.uncancel() > 0:
                raise
        finally:
            if self._timer is not None:
                self._timer.cancel()
            if self._watcher is not None:
                self._watcher.cancel()
            self._answering.give_up = _nobody_walks
            self._task = self._timer = self._watcher = None

    def watch(self) -> None:
        """The body is in: from now on what `receive` tells is that the client left."""
        self._timer = self._loop.call_later(WATCH_AFTER_SECONDS, self._start_watcher)

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

    def _start_watcher(self) -> None:
        self._watcher = spawn(self._wait_for_the_client_to_leave(), "watch for the client")

    async def _wait_for_the_client_to_leave(self) -> None:
        # Returns when the client has left, or when the reply is complete (ASGI's own promise).
        await self._receive()
        self.cut()


def _nobody_walks() -> None:
    """In place of `cut`, once the walk has ended."""
