"""The audit of one process: entries in from stages, records out through the journal.

Promise: what was appended is in the log in the end, once; what `durable` confirmed survives the process.

Invariants
- Content is sealed before it reaches the journal: no byte of it is ever written in clear.
- Appending takes microseconds and waits for nobody; a content beyond LARGE_BYTES is sealed in a thread.
- A team's first content of a day waits for its data key, which may be far away (Vault); where it cannot be had, the
  request is refused: AuditUnavailable.
- A silent process says so every HEARTBEAT_SECONDS, so that a tail that was cut shows.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Collection
from typing import Any, Final

import msgspec

from gateway.audit.record import VERSION, Header, Kind
from gateway.audit.seal import Content
from gateway.audit.wrapping import CannotUnwrap
from gateway.audit.writer import THE_GATEWAY, ParsedRecord, Writer
from gateway.core.ports import Clock, Journal
from gateway.errors import AuditUnavailable
from gateway.tasks import spawn, spawn_for_good
from gateway.telemetry import logs

JOURNAL_KIND: Final = "audit"
LARGE_BYTES: Final = 256 * 1024
HEARTBEAT_SECONDS: Final = 60.0
MICROSECONDS: Final = 1_000_000

UNAVAILABLE: Final = (
    "The gateway cannot write down what policy wants written down of this request, so it is not served. Try again soon."
)


def unavailable() -> AuditUnavailable:
    return AuditUnavailable(UNAVAILABLE, retry_after=1)


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One record in the making. `subject` empty: of no person. `content` None: the header says all."""

    header: Header
    team: str
    subject: str
    content: Content | None = None


class AuditLog:
    """`open` on the loop that appends; `close` before the journal is closed."""

    def __init__(self, journal: Journal, writer: Writer, clock: Clock) -> None:
        self._journal = journal
        self._writer = writer
        self._clock = clock
        self._beating: asyncio.Task[None] | None = None
        self._late: set[asyncio.Task[None]] = set()
        self._last = 0.0

    @property
    def failing(self) -> bool:
        """True while nothing more should be let in that has to be written down."""
        return self._journal.failing

    def header(self, kind: Kind, **facts: Any) -> Header:
        return Header(v=VERSION, kind=kind, at=self.at(), **facts)

    def at(self) -> int:
        """The time for a header."""
        return int(self._clock.now() * MICROSECONDS)

    async def open(self) -> None:
        self.append(Entry(self.header("writer_open"), THE_GATEWAY, ""))
        self._beating = spawn_for_good(self._beat(), "audit heartbeat", vital=True)

    async def close(self) -> None:
        """Write the last word of this process. What is appended later would be of nobody."""
        if self._beating is not None:
            self._beating.cancel()
            await asyncio.gather(self._beating, return_exceptions=True)
        while self._late:
            await asyncio.gather(*self._late, return_exceptions=True)
        self.append(Entry(self.header("writer_close"), THE_GATEWAY, ""))

    async def ready(self, team: str) -> float:
        """See to it that the team has its data key for today: for this very moment, as the day may end in the next.

        Raises AuditUnavailable.
        """
        while self._writer.needs_key(team, now := self._clock.now()):  # the day may end while it is made
            try:
                key = await asyncio.to_thread(self._writer.new_key, team, now)
            except CannotUnwrap as error:
                logs.warning(logs.AUDIT_KEY_REFUSED, reason=str(error))
                raise AuditUnavailable(UNAVAILABLE, retry_after=5) from None
            self._writer.keep(team, key)
        return now

    def at_once(self, entry: Entry, now: float | None = None) -> int | None:
        """Append; the record's number in the journal. None where that takes time: `take` it. `now`: as of `ready`."""
        content = entry.content
        if content is not None and _size(content) > LARGE_BYTES:
            return None
        now = self._clock.now() if now is None else now
        made = self._writer.make(entry.header, entry.team, entry.subject, content, now)
        return None if made is None else self._put(made)

    async def take(self, entry: Entry) -> int:
        """Append, with all the time that it takes; the record's number in the journal. Raises AuditUnavailable."""
        content = entry.content
        if content is None:
            return self.append(entry)
        now = await self.ready(entry.team)
        if _size(content) <= LARGE_BYTES:
            return self.append(entry, now)
        draft = self._writer.draft(entry.header, entry.team, entry.subject, now, with_content=True)
        return self._put(self._writer.linked(draft, await asyncio.to_thread(draft.sealed, content)))

    def append(self, entry: Entry, now: float | None = None) -> int:
        """As `at_once`, of an entry that needs no key, or whose team is ready."""
        number = self.at_once(entry, now)
        assert number is not None, "its team is ready, and it is not large"
        return number

    def later(self, entry: Entry) -> None:
        """Append as soon as may be; never raises, never waits."""
        if self.at_once(entry) is None:
            task: asyncio.Task[None] = spawn(self._take_late(entry), "late audit record")
            self._late.add(task)
            task.add_done_callback(self._late.discard)

    def durable(self, number: int) -> Awaitable[None]:
        """What returns when the record is on the disk; awaited at once. Raises AuditUnavailable, then or right away."""
        return self._journal.durable(number, unavailable)

    def forget(self, destroyed: Collection[bytes]) -> None:
        """What was destroyed elsewhere, by its marks: no record is sealed with it any more."""
        self._writer.forget(destroyed)

    def is_mine(self, writer: bytes) -> bool:
        return writer == self._writer.id

    def _put(self, made: ParsedRecord) -> int:
        header = made.header
        self._last = self._clock.monotonic()
        return self._journal.append(JOURNAL_KIND, header.request or header.kind, made.payload(), made)

    async def _take_late(self, entry: Entry) -> None:
        try:
            await self.take(entry)
        except AuditUnavailable:
            # Without a key nothing may be sealed; that it happened is written down all the same.
            entry.header.key = ""
            self.append(msgspec.structs.replace(entry, content=None))

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_SECONDS - min(HEARTBEAT_SECONDS, self._clock.monotonic() - self._last))
            if self._clock.monotonic() - self._last >= HEARTBEAT_SECONDS:
                self.append(Entry(self.header("heartbeat"), THE_GATEWAY, ""))


def _size(content: Content) -> int:
    """About; answers are small beside prompts, but for those that are not text."""
    return len(content.prompt) + (len(content.answer) if isinstance(content.answer, bytes) else 0)
