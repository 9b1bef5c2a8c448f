"""An audit session: what one command does with the log, each act on record in it.

Invariants
- What is read is on record before it is shown, and committed; what is changed is on record in the same transaction.
- An act that fails leaves no hole among its writer's records: nothing more is written then, as if the process had died.
- The header of such a record says what was done to what; who did it and why is sealed under the gateway's own key, and
  the actor's pseudonym stands beside it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from gateway.audit.appending import LogKeys
from gateway.audit.naming import actor_of
from gateway.audit.pseudonyms import Pseudonyms
from gateway.audit.reading import verify_tables
from gateway.audit.record import VERSION, Header, Kind
from gateway.audit.seal import Content
from gateway.audit.sequencer import put_into_log
from gateway.audit.verdict import Trust, Verdict
from gateway.audit.wrapping import KeyWrapper
from gateway.audit.writer import THE_GATEWAY, Shipment, Writer
from gateway.core.ports import Clock
from gateway.storage.audit_log import AuditTables
from gateway.storage.audit_store import AuditStore
from gateway.storage.engine import Connection, Engine

MICROSECONDS = 1_000_000


class AuditSession:
    """For one command. `actor`: the account that runs it. `close` writes the writer's last word."""

    def __init__(
        self, engine: Engine, keys: LogKeys, wrapper: KeyWrapper, pseudonyms: Pseudonyms, clock: Clock, actor: str
    ) -> None:
        self.engine = engine
        self.tables = AuditTables(engine)
        self.store = AuditStore(engine)
        self.keys = keys
        self.wrapper = wrapper
        self.pseudonyms = pseudonyms
        self.clock = clock
        self.actor = actor
        self._writer = Writer(wrapper, pseudonyms)
        self.destroyed = False
        """Whether something was: it may stand in the database's log still, which `store.empty_log` empties."""
        self._wrote = False
        self._under_way = False

    def shipment(self, kind: Kind, about: Mapping[str, str], details: Mapping[str, str]) -> Shipment:
        """A record of what is being done."""
        now = self.clock.now()
        if self._writer.needs_key(THE_GATEWAY, now):
            self._writer.keep(THE_GATEWAY, self._writer.new_key(THE_GATEWAY, now))
        by = {"by": actor_of(self.pseudonyms, self.actor)}
        header = Header(v=VERSION, kind=kind, at=int(now * MICROSECONDS), about={**about, **by})
        draft = self._writer.draft(header, THE_GATEWAY, "", now, with_content=True)
        self._wrote = self._under_way = True
        return self._writer.linked(draft, draft.sealed(Content(details={"by": self.actor, **details})))

    @asynccontextmanager
    async def act(self) -> AsyncIterator[Connection]:
        """A transaction: what is done in it, and the shipments that say so, are committed together or not at all."""
        async with self.engine.begin() as connection:
            yield connection
        self._under_way = False

    async def put(self, connection: Connection, *shipments: Shipment) -> None:
        """Into the log, with what else the transaction does."""
        await put_into_log(connection, shipments, self.keys, self.clock.now())

    async def note(self, kind: Kind, about: Mapping[str, str], details: Mapping[str, str]) -> None:
        """On record, and committed."""
        async with self.act() as connection:
            await self.put(connection, self.shipment(kind, about, details))

    async def close(self) -> None:
        if self._wrote and not self._under_way:
            header = Header(v=VERSION, kind="writer_close", at=int(self.clock.now() * MICROSECONDS))
            draft = self._writer.draft(header, THE_GATEWAY, "", self.clock.now(), with_content=False)
            async with self.engine.begin() as connection:
                await self.put(connection, self._writer.linked(draft, b""))

    async def verify(self, trust: Trust | None = None, **options: Any) -> Verdict:
        """With the gateway's own key, unless told otherwise."""
        known = Trust(verify_key=self.keys.signing.verify_key, place_key=self.keys.place)
        return await verify_tables(self.tables, trust or known, **options)
