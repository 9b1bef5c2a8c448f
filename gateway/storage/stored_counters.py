"""Counters of money in the database, for as long as Redis cannot be asked. Implements `core.counting.Counters` for
lines of kind `spend`.

Promise: exact over all processes. One transaction decides over all lines at once, under the lock of the row that says
who counts; what waits meanwhile goes into the next transaction together, so that a crowd costs few of them.

Invariants
- Nothing is admitted before every process has put in what it holds (`budget_home`), and no counter before it was told
  what the ledger says.
- A transaction that failed has changed nothing, or all of it and nobody was told: both are CountersDown.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncEngine

from gateway.core.counting import CountersDown, CountersMoved, Due, Held, Line, NotLoaded, Reserved, Verdict
from gateway.storage.budget_books import Books, fetch, forget, write
from gateway.storage.budget_home import BudgetHome, locked, opened
from gateway.storage.column_types import MICROSECONDS
from gateway.storage.engine import DATABASE_ERRORS
from gateway.tasks import spawn

AT_ONCE: Final = 100
"""Questions in one transaction."""
TRANSACTION_SECONDS: Final = 2.0
FORGET_EVERY: Final = 60 * MICROSECONDS


_Step = Callable[[Books], Any]
_Work = tuple[_Step, tuple[str, ...], tuple[str, ...], asyncio.Future[Any]]
"""What is to be done, with which reservations and counters, and who waits for it."""


class StoredCounters:
    """`turn` is set by whoever follows the home; all that is asked in another turn is CountersMoved."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self.home = BudgetHome(engine)
        self.held: Held = {}
        self._work: list[_Work] = []
        self._worker: asyncio.Task[None] | None = None
        self._forgot = 0
        self.turn = 0

    async def adopt(self, turn: int) -> None:
        """Count in this turn: put in all that this process holds, fitting or not, since it is being spent."""
        self.turn = turn
        await asyncio.gather(
            *(
                self._do(partial(self._put, held), (held,), tuple(line.counter for line in lines))
                for held, (lines, _) in list(self.held.items())
            )
        )

    def _put(self, id: str, books: Books) -> None:
        held = self.held.get(id)
        if held is not None:  # else it was settled meanwhile, and the ledger has its row
            books.put(id, *held)

    async def reserve(self, id: str, lines: tuple[Line, ...], seconds: float) -> Verdict:
        found = await self._do(
            lambda books: books.reserve(id, lines, seconds), (id,), tuple(line.counter for line in lines)
        )
        if isinstance(found, Reserved):
            self.held[id] = lines, seconds
        if isinstance(found, NotLoaded):
            return NotLoaded(found.counters, self.life)
        verdict: Verdict = found
        return verdict

    async def restore(self, id: str, line: Line, seconds: float) -> None:
        await self._do(lambda books: books.put(id, (line,), seconds), (id,), (line.counter,))

    async def settle(self, id: str, actual: tuple[int, ...]) -> bool:
        self.held.pop(id, None)
        return bool(await self._do(lambda books: books.settle(id, actual), (id,)))

    def settle_now(self, id: str, actual: tuple[int, ...]) -> bool:
        """Nothing is settled here without a transaction."""
        return False

    async def settle_all(self, due: Sequence[Due]) -> None:
        await asyncio.gather(*(self.settle(*each) for each in due))

    async def extend(self, ids: list[str], seconds: float) -> None:
        await self._do(lambda books: books.extend(ids, seconds), tuple(ids))

    async def quiet(self) -> None:
        """Where a turn is open, every process has put in what it holds."""

    async def counted(self, counter: str) -> list[str]:
        found: list[str] = await self._do(lambda books: books.left_out.get(counter, []), (), (counter,))
        return found

    async def load(self, counter: str, posted: int, until: float, life: str) -> None:
        if life == self.life:
            await self._do(lambda books: books.load(counter, posted, until), (), (counter,))

    async def read(self, counter: str) -> tuple[int, int]:
        (found,) = await self.read_all((counter,))
        return found

    async def read_all(self, counters: Sequence[str]) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = await self._do(
            lambda books: list(map(books.read, counters)), (), tuple(counters)
        )
        return found

    async def close(self) -> None:
        """Nobody waits for what is under way any more."""
        if self._worker is not None:
            self._worker.cancel()
            await asyncio.gather(self._worker, return_exceptions=True)

    @property
    def life(self) -> str:
        """As `TurnCounters` has it."""
        return f"database/{self.turn}"

    async def _do(self, step: _Step, ids: tuple[str, ...], counters: tuple[str, ...] = ()) -> Any:
        reply: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._work.append((step, ids, counters, reply))
        if self._worker is None or self._worker.done():
            self._worker = spawn(self._carry_out(), "count budgets in the database")
        return await reply

    async def _carry_out(self) -> None:
        while self._work:
            some, self._work = self._work[:AT_ONCE], self._work[AT_ONCE:]
            outcome: Any = (await asyncio.gather(self._transaction(some), return_exceptions=True))[0]
            results = outcome if isinstance(outcome, list) else [outcome] * len(some)  # a defect is told, not lost
            for (*_, reply), result in zip(some, results, strict=True):
                if reply.done():
                    continue
                if isinstance(result, BaseException):
                    reply.set_exception(result)
                else:
                    reply.set_result(result)

    async def _transaction(self, some: list[_Work]) -> list[Any]:
        try:
            async with asyncio.timeout(TRANSACTION_SECONDS):
                return await self._decided(some)
        except (*DATABASE_ERRORS, TimeoutError) as error:
            raise CountersDown("the database, which counts while Redis does not, gives no answer") from error

    async def _decided(self, some: list[_Work]) -> list[Any]:
        async with self._engine.connect() as connection:
            row = await locked(connection)
            if row.place != "database" or row.turn != self.turn:
                raise CountersMoved
            books = Books(row.now, await opened(connection, row))
            if row.now > self._forgot + FORGET_EVERY:  # first: what is asked about now stays
                self._forgot = row.now
                await forget(connection, row.now)
            ids = {each for _, named, _, _ in some for each in named}
            await fetch(connection, books, ids, {name for _, _, named, _ in some for name in named})
            books.end_what_is_over()
            results = [step(books) for step, *_ in some]
            await write(connection, books)
            await connection.commit()
        return results
