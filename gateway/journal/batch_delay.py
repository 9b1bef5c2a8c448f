"""How long records wait for company on their way to the database.

A commit writes every page that it touches, and records of many teams and keys touch a page of each index each. So the
more come, the longer they wait for one another, and a page is written once for several of them. Where few come, or
somebody waits for one, none waits for long.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final

SHORT: Final = 0.5
"""Seconds: a commit costs some milliseconds, however small it is."""
LONG: Final = 0.9
"""Where many come: a signed checkpoint of the audit vouches for a record within about a second."""
AWAITED: Final = 0.02
"""Where somebody waits for one: others who begin to wait meanwhile share the commit."""
MANY: Final = 100
"""Records that came in one wait."""


class BatchDelay:
    """`wait`, and then tell by `came` how many were carried on."""

    def __init__(self) -> None:
        self._seconds = SHORT
        self._enough = asyncio.Event()
        self._enough.set()  # what earlier processes left has waited long enough

    def enough(self) -> None:
        """Whoever waits now, or next, goes on."""
        self._enough.set()

    async def wait(self, awaited: Callable[[], bool]) -> None:
        """`awaited`: whether somebody waits for a record, asked before and after."""
        if not awaited():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(self._seconds):
                    await self._enough.wait()
        if awaited():
            await asyncio.sleep(AWAITED)

    def came(self, records: int) -> None:
        self._enough.clear()
        self._seconds = LONG if records >= MANY else SHORT
