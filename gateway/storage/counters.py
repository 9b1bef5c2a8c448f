"""Counters in Redis or Valkey, for several replicas. Implements `core.counting.Counters`.

Promise: one round trip decides over all lines at once; a Redis that was emptied, or has lost writes, admits nothing
from a counter of money before the ledger has told it what was spent, and every replica what it holds.

Invariants
- What this process holds is remembered here. When the generation changes, all of it is put in again, unasked, within
  `LOOK_SECONDS`, since every process looks that often; and only `QUIET_SECONDS` after the change is a counter loaded.
- A call that fails raises CountersDown, and may have been carried out: who reserved must settle by zero.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Sequence
from typing import Any, Final

from gateway.core.counting import BIGGEST, Cold, CountersDown, CountersMoved, Due, Held, Line, Over, Reserved, Verdict
from gateway.storage.counter_scripts import COUNTED, EXTEND, LOAD, READ, RESERVE, SETTLE
from gateway.storage.redis import Argument, Redis, RedisDown, RedisRefused, Script
from gateway.tasks import spawn

LOOK_SECONDS: Final = 0.25
QUIET_SECONDS: Final = 1.0
"""From the birth of a generation: longer than it takes every process to look, and to ship what it has journalled."""


TOGETHER: Final = 50
"""Reservations in one script."""

_Asking = tuple[list[Argument], asyncio.Future[list[Any]]]


class RedisCounters:
    """`start` after the connection, `close` before it."""

    def __init__(self, redis: Redis, prefix: str = "gateway:{counters}:", held: Held | None = None) -> None:
        self._redis = redis
        self._prefix = prefix
        self.turn = 0
        """For counters that have another home at times: in which turn these count."""
        self._generation = ""
        self._sequence = 0
        self._age = 0.0
        self._held: Held = {} if held is None else held
        self._asking: list[_Asking] = []
        self._lost = asyncio.Event()
        self._looking: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._looking = spawn(self._look(), "look at the counters' generation")

    async def close(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)

    async def adopt(self, turn: int) -> None:
        """Count in this turn: put in all that this process holds."""
        self.turn = turn
        await self._run(EXTEND, 0)
        self._lost.clear()
        await self._restore(self._generation)

    async def reserve(self, id: str, lines: tuple[Line, ...], seconds: float) -> Verdict:
        for line in lines:
            if not 0 <= line.amount <= BIGGEST or not 0 <= line.limit <= BIGGEST:
                raise ValueError("an amount or a limit out of range")
        status, *told = await self._reserve(id, lines, seconds, force=False)
        match status:
            case b"reserved":
                self._held[id] = lines, seconds
                return Reserved(tuple(map(int, told[0].split())))
            case b"over":
                return Over(int(told[0]), int(told[1]), int(told[2]) / 1_000_000)
            case b"cold":
                return Cold(tuple(name.decode() for name in told), self._generation)
            case _:
                raise ValueError("another reservation has this id")

    async def restore(self, id: str, line: Line, seconds: float) -> None:
        await self._reserve(id, (line,), seconds, force=True)  # another's line under this id is left as it is

    async def settle(self, id: str, actual: tuple[int, ...]) -> bool:
        (ended,) = await self._settle([(id, actual)])
        return bool(ended)

    async def settle_all(self, due: Sequence[Due]) -> None:
        await self._settle(due)

    async def extend(self, ids: list[str], seconds: float) -> None:
        await self._run(EXTEND, int(seconds * 1000), *ids)

    async def quiet(self) -> None:
        await asyncio.sleep(max(QUIET_SECONDS - self._age, LOOK_SECONDS))

    async def counted(self, counter: str) -> list[str]:
        (ids,) = await self._run(COUNTED, counter)
        return [each.decode() for each in ids]

    async def load(self, counter: str, posted: int, until: float, life: str) -> None:
        await self._run(LOAD, counter, posted, int(until * 1000), life)

    async def read(self, counter: str) -> tuple[int, int]:
        posted, reserved = await self._run(READ, counter)
        return int(posted), int(reserved)

    async def _settle(self, due: Sequence[Due]) -> list[int]:
        arguments: list[Argument] = []
        for each, actual in due:
            self._held.pop(each, None)
            arguments += each, len(actual), *actual
        (ended,) = await self._run(SETTLE, *arguments)
        found: list[int] = ended
        return found

    async def _reserve(self, id: str, lines: tuple[Line, ...], seconds: float, *, force: bool) -> list[Any]:
        """What the script says; all who ask in one turn of the loop ask together."""
        arguments: list[Argument] = [id, int(seconds * 1000), int(force), len(lines)]
        for line in lines:
            arguments += (line.kind, line.counter, line.amount, line.limit, int(line.until * 1000))
        loop = asyncio.get_running_loop()
        verdict: asyncio.Future[list[Any]] = loop.create_future()
        self._asking.append((arguments, verdict))
        if len(self._asking) == 1:
            loop.call_soon(self._ask)
        return await verdict

    def _ask(self) -> None:
        """Send what waits, `TOGETHER` reservations in a script: one that runs long keeps all replicas waiting."""
        asking, self._asking = self._asking, []
        for first in range(0, len(asking), TOGETHER):
            spawn(self._asked(asking[first : first + TOGETHER]), "reserve")

    async def _asked(self, asking: list[_Asking]) -> None:
        arguments = [argument for each, _ in asking for argument in each]
        told: Any = (await asyncio.gather(self._run(RESERVE, *arguments), return_exceptions=True))[0]
        for number, (_, verdict) in enumerate(asking):
            if verdict.done():
                continue  # whoever asked has gone, and settles by nothing
            if isinstance(told, BaseException):
                verdict.set_exception(told)
            else:
                verdict.set_result(told[number])

    async def _run(self, script: Script, *arguments: Argument) -> list[Any]:
        fresh = f"{self.turn}.{self._redis.server}.{secrets.token_hex(8)}"
        known: list[Argument] = [self._prefix, fresh, self._generation, self._sequence, *arguments]
        try:
            reply: list[Any] = await self._redis.run(script, [f"{self._prefix}meta"], known)
        except (RedisDown, RedisRefused) as error:
            raise CountersDown from error
        generation, sequence, age, *told = reply
        if not generation:
            raise CountersMoved
        self._age = int(age) / 1_000_000
        name = generation.decode()
        if name != self._generation:
            if self._generation:
                self._lost.set()
            self._generation, self._sequence = name, int(sequence)
        else:
            self._sequence = max(self._sequence, int(sequence))
        return told

    async def _look(self) -> None:
        """Notice a new generation, and put all that is held into it, fitting or not: it is being spent."""
        while True:
            try:
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._lost.wait()
            except TimeoutError:
                pass
            try:
                await self._run(EXTEND, 0)
                if self._lost.is_set():
                    self._lost.clear()
                    await self._restore(self._generation)
            except CountersDown:
                continue

    async def _restore(self, generation: str) -> None:
        for held, (lines, seconds) in list(self._held.items()):
            if generation != self._generation:
                return
            if held in self._held:
                try:
                    await self._reserve(held, lines, seconds, force=True)
                except CountersDown:
                    self._lost.set()
                    raise
