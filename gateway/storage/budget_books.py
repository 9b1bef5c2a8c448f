"""What one transaction knows of budgets: counters and reservations, read, changed in memory, written back.

Invariants
- The caller holds the lock of the home's row (`budget_home`), so nobody else changes them meanwhile.
- That a reservation has ended is remembered for an hour, so that its id is not taken again.
- A counter is forgotten a day after its window has ended, and once no reservation names it, open or ended: whoever asks
  for it all the same finds it cold, and the ledger alone says what it holds. One of which nobody said when that is, as
  releases before 0021 do beside this one, is given the longest window from now.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, delete, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from gateway.core.counting import BIGGEST, CountersMoved, LimitReached, Line, NotLoaded, Reserved, Verdict
from gateway.storage.budget_home import budget_counter, budget_hold, budget_process
from gateway.storage.column_types import MICROSECONDS

REMEMBERED: Final = 3600 * MICROSECONDS
MOST_ENDED: Final = 200
"""Reservations whose time is over, ended in one transaction."""
KEPT: Final = 86_400 * MICROSECONDS
"""What is over for so long is forgotten: counters after their windows, processes after their last sign of life. No
clock is as wrong as that.
"""
LONGEST_WINDOW: Final = 366 * 86_400 * MICROSECONDS
MOST_FORGOTTEN: Final = 1000
"""Counters in one transaction, for which everybody waits."""


_OF_A_COUNTER: Final = ("posted", "reserved", "known", "until")


class Counter:
    __slots__ = ("changed", "known", "posted", "reserved", "until")

    def __init__(
        self, posted: int = 0, reserved: int = 0, known: bool = False, until: int | None = None, changed: bool = True
    ) -> None:
        self.posted = posted
        self.reserved = reserved
        self.known = known
        self.until = until
        self.changed = changed

    def keep(self, until: float) -> None:
        """Until then at least, in Unix seconds."""
        self.until = max(self.until or 0, int(until * MICROSECONDS))
        self.changed = True


class Hold:
    __slots__ = ("ended", "ends", "lines")

    def __init__(self, lines: list[tuple[str, int]], ended: bool, ends: int) -> None:
        self.lines = lines
        self.ended = ended
        self.ends = ends


class Books:
    """What one transaction has read, and will write."""

    def __init__(self, now: int, is_open: bool) -> None:
        self.now = now
        self.open = is_open
        self.counters: dict[str, Counter] = {}
        self.holds: dict[str, Hold] = {}
        self.stored: set[str] = set()
        """Reservations of which there are rows."""
        self.touched: set[str] = set()
        """Reservations to be written anew."""
        self.left_out: dict[str, list[str]] = {}
        """Counter -> reservations that ended before it was known."""

    def counter(self, name: str) -> Counter:
        return self.counters.setdefault(name, Counter())

    def reserve(self, id: str, lines: tuple[Line, ...], seconds: float) -> Verdict | Exception:
        if any(not 0 <= each <= BIGGEST for line in lines for each in (line.amount, line.limit)):
            return ValueError("an amount or a limit out of range")
        if any(line.kind != "spend" for line in lines):
            return ValueError("the database counts money only")
        if not self.open:
            return CountersMoved()
        known = self.holds.get(id)
        if known is not None:
            if known.lines != [(line.counter, line.amount) for line in lines]:
                return ValueError("another reservation has this id")
            return Reserved(tuple(max(self._room(line), 0) for line in lines))
        if cold := [line for line in lines if not self.counter(line.counter).known]:
            for line in cold:
                self.counter(line.counter).keep(line.until)
            return NotLoaded(tuple([line.counter for line in cold]))
        left: list[int] = []
        for number, line in enumerate(lines):
            room = self._room(line)
            if line.amount > room:
                return LimitReached(number, max(room, 0))
            left.append(room - line.amount)
        self.put(id, lines, seconds)
        return Reserved(tuple(left))

    def put(self, id: str, lines: tuple[Line, ...], seconds: float) -> None:
        """Take it, fitting or not."""
        if id in self.holds:
            return
        for line in lines:
            counter = self.counter(line.counter)
            counter.reserved += line.amount
            counter.keep(line.until)
        pairs = [(line.counter, line.amount) for line in lines]
        self.holds[id] = Hold(pairs, False, self.now + int(seconds * MICROSECONDS))
        self.touched.add(id)

    def settle(self, id: str, actual: Iterable[int]) -> bool:
        hold = self.holds.get(id)
        if hold is None or hold.ended:
            return False
        hold.ended, hold.ends = True, self.now + REMEMBERED
        for (name, amount), real in zip(hold.lines, actual, strict=True):
            counter = self.counter(name)
            counter.reserved -= amount
            counter.posted = min(counter.posted + max(real, 0), BIGGEST)
            counter.changed = True
            if not counter.known:
                self.left_out.setdefault(name, []).append(id)
        self.touched.add(id)
        return True

    def extend(self, ids: Iterable[str], seconds: float) -> None:
        for each in ids:
            hold = self.holds.get(each)
            if hold is not None and not hold.ended:
                hold.ends = self.now + int(seconds * MICROSECONDS)
                self.touched.add(each)

    def load(self, name: str, posted: int, until: float) -> None:
        counter = self.counter(name)
        if not counter.known:
            counter.known = True
            counter.posted += posted
            counter.keep(until)

    def read(self, name: str) -> tuple[int, int]:
        counter = self.counters.get(name)
        return (0, 0) if counter is None else (counter.posted, counter.reserved)

    def end_what_is_over(self) -> None:
        for name, hold in self.holds.items():
            if hold.ends <= self.now and not hold.ended:
                self.settle(name, [amount for _, amount in hold.lines])

    def _room(self, line: Line) -> int:
        counter = self.counter(line.counter)
        return line.limit - counter.posted - counter.reserved


async def fetch(connection: AsyncConnection, books: Books, ids: set[str], names: set[str]) -> None:
    """Read these reservations and counters, and what goes with them; both sets are the caller's no more."""
    over = select(budget_hold.c.id).where(budget_hold.c.ends <= books.now, budget_hold.c.ended.is_(False))
    await _fetch_holds(connection, books, or_(budget_hold.c.id.in_(ids), budget_hold.c.id.in_(over.limit(MOST_ENDED))))
    names.update(name for hold in books.holds.values() for name, _ in hold.lines)
    for row in await connection.execute(select(budget_counter).where(budget_counter.c.name.in_(names))):
        books.counters[row.name] = Counter(row.posted, row.reserved, row.known, row.until, changed=False)
    cold = [name for name, counter in books.counters.items() if not counter.known]
    if cold:
        await _fetch_holds(connection, books, and_(budget_hold.c.counter.in_(cold), budget_hold.c.ended.is_(True)))
        for each, hold in books.holds.items():
            for name, _ in hold.lines if hold.ended else ():
                books.left_out.setdefault(name, []).append(each)


async def _fetch_holds(connection: AsyncConnection, books: Books, which: ColumnElement[bool]) -> None:
    rows = await connection.execute(select(budget_hold).where(which).order_by(budget_hold.c.id, budget_hold.c.place))
    found: dict[str, Hold] = {}
    for row in rows:
        found.setdefault(row.id, Hold([], row.ended, row.ends)).lines.append((row.counter, row.amount))
    for each, hold in found.items():
        books.holds.setdefault(each, hold)
    books.stored.update(found)


async def forget(connection: AsyncConnection, now: int) -> None:
    """What ended long ago."""
    counter, process = budget_counter.c, budget_process.c
    await connection.execute(delete(budget_hold).where(budget_hold.c.ended.is_(True), budget_hold.c.ends <= now))
    named = select(budget_hold.c.id).where(budget_hold.c.counter == counter.name).exists()
    over = select(counter.name).where(counter.until <= now - KEPT, ~named).limit(MOST_FORGOTTEN)
    await connection.execute(delete(budget_counter).where(counter.name.in_(over)))
    untold = select(counter.name).where(counter.until.is_(None)).limit(MOST_FORGOTTEN)
    end = {"until": now + LONGEST_WINDOW}
    await connection.execute(update(budget_counter).where(counter.name.in_(untold)).values(end))
    await connection.execute(delete(budget_process).where(process.seen_at <= now - KEPT))


async def write(connection: AsyncConnection, books: Books) -> None:
    """Whatever has changed; the caller commits."""
    counters = [
        {name: getattr(each, name) for name in _OF_A_COUNTER} | {"name": counter}
        for counter, each in books.counters.items()
        if each.changed
    ]
    if counters:
        build: Any = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
        new = build(budget_counter)
        values = {name: new.excluded[name] for name in _OF_A_COUNTER}
        await connection.execute(new.on_conflict_do_update(index_elements=["name"], set_=values), counters)
    if again := books.touched & books.stored:
        await connection.execute(delete(budget_hold).where(budget_hold.c.id.in_(again)))
    holds = [
        {"id": each, "place": place, "counter": name, "amount": amount, "ended": hold.ended, "ends": hold.ends}
        for each in books.touched
        for hold in (books.holds[each],)
        for place, (name, amount) in enumerate(hold.lines)
    ]
    if holds:
        await connection.execute(insert(budget_hold), holds)
