"""How near this process is to its end, as one number from 0 to 1.

Invariants
- The loop's lag counts only where it lasts: half of it is that of the last seconds, so that one long step of a
  collector or of a big body sheds nobody.
- Bytes of bodies in memory are counted as they come, and given back when their request ends.
"""

from __future__ import annotations

import asyncio
from typing import Final

TICK_SECONDS: Final = 0.1
SMOOTHING: Final = 0.07
"""Of a tick: a lag counts half after about a second."""

LEVELS: Final = ((0.5, 0.95), (0.1, 0.85), (0.05, 0.7))
"""(seconds that the loop is late, the strain that this is)."""

MOST_BODY_BYTES: Final = 512 * 1024 * 1024


class LoopLag:
    """How late the event loop is. `start` it on the loop; `close` it before the loop ends."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(TICK_SECONDS, self._tick, loop, loop.time() + TICK_SECONDS)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _tick(self, loop: asyncio.AbstractEventLoop, expected: float) -> None:
        now = loop.time()
        self.seconds += SMOOTHING * (max(0.0, now - expected) - self.seconds)
        self._timer = loop.call_later(TICK_SECONDS, self._tick, loop, now + TICK_SECONDS)

    @property
    def strain(self) -> float:
        late = self.seconds
        if late < LEVELS[-1][0]:
            return 0.0
        return next(strain for seconds, strain in LEVELS if late >= seconds)


class HeldBytes:
    """The bodies of all requests under way, in bytes."""

    __slots__ = ("_most", "held")

    def __init__(self, most: int = MOST_BODY_BYTES) -> None:
        self._most = most
        self.held = 0

    def take(self, size: int) -> bool:
        """Count `size` more bytes; False, and nothing counted, where that would be too many."""
        if self.held + size > self._most:
            return False
        self.held += size
        return True

    def give_back(self, size: int) -> None:
        self.held -= size

    @property
    def strain(self) -> float:
        return self.held / self._most
