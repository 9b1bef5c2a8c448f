"""What the journal's audit records become: the log. One a process; called by the journal's shipper.

Invariants
- A payload that does not read is a ValueError: it is set aside by the shipper, and missed by its writer's next record.
- Records of another writer were left by a process that died: the first of them is answered by `writer_recovered`.
- Each LOGGED_EVERY seconds the newest checkpoint is logged: wherever the log lines go, somebody else keeps it than who
  keeps the database, and `gateway audit verify --witness` takes it. A log that had more records before is told at once.
- What was destroyed while it was under way is told in the transaction in which it is dropped: who died in between
  would leave a content that is gone, and nothing that says why. It is told by a writer that is made for that alone.
- What this process holds of it is forgotten before the next record is sealed with it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, Final

import msgspec

from gateway.audit.appending import LogKeys
from gateway.audit.log import AuditLog, Entry
from gateway.audit.record import Kind
from gateway.audit.sequencer import LATELY, Outcome, put_into_log
from gateway.audit.verdict import KEYS_LISTED, PERSONS_LISTED
from gateway.audit.writer import THE_GATEWAY, Shipment, Writer, decode_shipment
from gateway.core.ports import Clock, FreshRecord, Record
from gateway.storage.audit_log import last_note, marks_since
from gateway.storage.engine import DATABASE_ERRORS, Connection, Engine
from gateway.tasks import spawn_for_good
from gateway.telemetry import logs

_WRITER: Final = attrgetter("record.writer")

LOGGED_EVERY: Final = 60.0
LISTEN_SECONDS: Final = 1.0


class LogProjector:
    """A projector of the journal's."""

    def __init__(self, keys: LogKeys, log: AuditLog, new_writer: Callable[[], Writer], clock: Clock) -> None:
        self._keys = keys
        self._log = log
        self._new_writer = new_writer
        self._clock = clock
        self._recovered: set[bytes] = set()
        self._seen = 0
        self._heard: dict[bytes, float] = {}
        self._listening: asyncio.Task[None] | None = None
        self._logged = -LOGGED_EVERY

    async def __call__(self, connection: Connection, records: Sequence[Record]) -> None:
        shipments = [record.made if type(record) is FreshRecord else _read(record) for record in records]
        now = self._clock.now()
        if self._clock.monotonic() - self._logged >= LOGGED_EVERY:
            self._logged = self._clock.monotonic()
            if (note := await last_note(connection)) is not None:
                logs.event(logs.AUDIT_CHECKPOINT, note=note)
        outcome = await put_into_log(connection, shipments, self._keys, now)
        if outcome.keys_destroyed or outcome.people_erased:
            await put_into_log(connection, self._told(outcome), self._keys, now)
        for writer in dict.fromkeys(map(_WRITER, outcome.new)):
            if not self._log.is_mine(writer) and writer not in self._recovered:
                self._recovered.add(writer)
                number = next(each.record.number for each in outcome.new if each.record.writer == writer)
                about = {"writer": writer.hex(), "from": str(number)}
                self._log.append(Entry(self._log.header("writer_recovered", about=about), THE_GATEWAY, ""))
        self._hear(outcome.marks)
        if outcome.before < self._seen:
            logs.warning(logs.AUDIT_WOUND_BACK, size=outcome.before, seen=self._seen)
        self._seen = outcome.before

    def open(self, engine: Engine) -> None:
        """Hear within a second of what was destroyed, also while nothing is shipped; until `close`."""
        self._listening = spawn_for_good(self._listen(engine), "listen for erasures", vital=True)

    async def close(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)

    async def _listen(self, engine: Engine) -> None:
        while True:
            await asyncio.sleep(LISTEN_SECONDS)
            with contextlib.suppress(*DATABASE_ERRORS):
                async with engine.connect() as connection:
                    self._hear(await marks_since(connection, self._clock.now() - LATELY))

    def _hear(self, marks: dict[bytes, float]) -> None:
        if destroyed := {whose for whose, at in marks.items() if self._heard.get(whose) != at}:
            self._log.forget(destroyed)
        self._heard = marks

    def _told(self, outcome: Outcome) -> list[Shipment]:
        """What was destroyed before it came, and the last word of who says so."""
        writer, now = self._new_writer(), self._clock.now()

        def shipment(kind: Kind, **facts: Any) -> Shipment:
            header = self._log.header(kind, **facts)
            return writer.linked(writer.draft(header, THE_GATEWAY, "", now, with_content=False), b"")

        told: list[tuple[Kind, str, list[str]]] = [
            ("key_destroyed", KEYS_LISTED, outcome.keys_destroyed),
            ("person_erased", PERSONS_LISTED, outcome.people_erased),
        ]
        why = "was under way when it was destroyed"
        said = [shipment(kind, about={listed: " ".join(ids), "why": why}) for kind, listed, ids in told if ids]
        return [*said, shipment("writer_close")]


def _read(record: Record) -> Shipment:
    try:
        return decode_shipment(record.payload)
    except msgspec.DecodeError:
        raise ValueError("no audit record") from None
