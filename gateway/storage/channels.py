"""What replicas tell each other through Redis: messages on named channels, heard while they are connected.

Promise: a message published while a replica is connected reaches its subscriber in milliseconds; a time in which one
may have been missed is told as a gap, so that the subscriber looks for itself.

Invariants
- A gap is told each time the subscriptions stand, the first included: what was said before then was not heard.
- A connection on which nothing arrives for `SILENCE_SECONDS`, though it is asked to answer every `PING_SECONDS`, is
  dropped and made again.
- Subscribers run on the event loop, return at once and do not raise; a message is bytes that nobody vouches for.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from typing import Final

from redis.asyncio.connection import AbstractConnection

from gateway.storage.redis import FIRST_PAUSE, LINK_ERRORS, LONGEST_PAUSE, connection_to
from gateway.tasks import spawn, spawn_for_good

PING_SECONDS: Final = 1.0
SILENCE_SECONDS: Final = 3.0


class Channels:
    """One process's subscriptions. `subscribe`, then `start` on the running loop."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._subscribers: dict[bytes, tuple[Callable[[bytes], None], Callable[[], None]]] = {}
        self._keeper: asyncio.Task[None] | None = None

    def subscribe(self, channel: str, on_message: Callable[[bytes], None], on_gap: Callable[[], None]) -> None:
        """Before `start`; one subscriber a channel."""
        name = channel.encode()
        assert name not in self._subscribers
        assert self._keeper is None
        self._subscribers[name] = (on_message, on_gap)

    def start(self) -> None:
        if self._keeper is None and self._subscribers:
            self._keeper = spawn_for_good(self._keep(), "listen to Redis")

    async def close(self) -> None:
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.gather(self._keeper, return_exceptions=True)

    async def _keep(self) -> None:
        loop = asyncio.get_running_loop()
        pause = FIRST_PAUSE
        while True:
            began = loop.time()
            connection = connection_to(self._url)
            try:
                await connection.connect()  # type: ignore[no-untyped-call]
                await self._listen(connection)
            except LINK_ERRORS:
                pass  # the command connection tells that Redis is down; what was missed is told as a gap
            finally:
                await connection.disconnect(nowait=True)
            pause = FIRST_PAUSE if loop.time() - began > LONGEST_PAUSE else min(2 * pause, LONGEST_PAUSE)
            await asyncio.sleep(pause)

    async def _listen(self, connection: AbstractConnection) -> None:
        await connection.send_command("SUBSCRIBE", *self._subscribers)
        asking = spawn(self._ask_for_life(connection), "ping Redis")
        loop = asyncio.get_running_loop()
        confirmed = 0
        try:
            async with asyncio.timeout(SILENCE_SECONDS) as silence:
                while True:
                    said = await connection.read_response(timeout=math.inf)
                    silence.reschedule(loop.time() + SILENCE_SECONDS)
                    match said:
                        case [b"message", bytes(channel), bytes(message)]:
                            self._subscribers[channel][0](message)
                        case [b"subscribe", *_]:
                            confirmed += 1
                            if confirmed == len(self._subscribers):
                                self._stand()
                        case _:
                            pass  # an answer to a ping
        finally:
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)

    def _stand(self) -> None:
        for _, on_gap in self._subscribers.values():
            on_gap()

    async def _ask_for_life(self, connection: AbstractConnection) -> None:
        while True:
            await asyncio.sleep(PING_SECONDS)
            await connection.send_command("PING", check_health=False)
