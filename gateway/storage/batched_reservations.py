"""Reservations that are asked for in one turn of the loop, in one message."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

from gateway.storage.redis_calls import Argument
from gateway.tasks import spawn

TOGETHER: Final = 50
"""Reservations in one script: one that runs long keeps all replicas waiting."""

_Asking = tuple[list[Argument], asyncio.Future[list[Any]]]


class ReservationBatcher:
    """`run` sends the arguments of several, and returns what was said to each."""

    def __init__(self, run: Callable[..., Awaitable[list[Any]]]) -> None:
        self._run = run
        self._asking: list[_Asking] = []
        self._loop = asyncio.get_running_loop()

    async def ask(self, arguments: list[Argument]) -> list[Any]:
        """What was said to this one; raises what `run` raises."""
        verdict: asyncio.Future[list[Any]] = self._loop.create_future()
        self._asking.append((arguments, verdict))
        if len(self._asking) == 1:
            self._loop.call_soon(self._ask)
        return await verdict

    def _ask(self) -> None:
        asking, self._asking = self._asking, []
        for first in range(0, len(asking), TOGETHER):
            spawn(self._asked(asking[first : first + TOGETHER]), "reserve")

    async def _asked(self, asking: list[_Asking]) -> None:
        arguments = [argument for each, _ in asking for argument in each]
        told: Any = (await asyncio.gather(self._run(*arguments), return_exceptions=True))[0]
        for number, (_, verdict) in enumerate(asking):
            if verdict.done():
                continue  # whoever asked has gone, and settles by nothing
            if isinstance(told, BaseException):
                verdict.set_exception(told)
            else:
                verdict.set_result(told[number])
