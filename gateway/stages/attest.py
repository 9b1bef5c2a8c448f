"""Attest: the request on record, before anything of it leaves the house.

Invariants
- Where policy says `strict`, Dispatch waits until the record is on the disk: one wait, for this and for the call.
- While records cannot be taken, nothing is sent (`best_effort` excepted).
- What is answered before this stage, out of the gateway's own memory, is sent to nobody: its outcome's record holds the
  request as well, and there is no other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from functools import partial

from gateway.audit.log import AuditLog, Entry, unavailable
from gateway.audit.record import VERSION, Header
from gateway.background_work import run_yielding
from gateway.core.audit import DEFAULT_AUDIT, AuditPolicy, Trail, subject_of
from gateway.core.tree import LARGE_BODY_BYTES
from gateway.exchange import Exchange
from gateway.stages.audited_request import with_request
from gateway.stages.choose import Choose
from gateway.stages.redact import Redact
from gateway.stages.stage import Stage


class Attest(Stage):
    """Writes `trail.attested` and `trail.intent`."""

    after = (Redact, Choose)  # the record says to whom it goes, and holds no value that a rule held back

    def __init__(self, log: AuditLog) -> None:
        self._log = log

    def enter(self, exchange: Exchange) -> Awaitable[None] | None:
        policy = exchange.team.audit or DEFAULT_AUDIT
        if policy.mode != "best_effort" and self._log.failing:
            raise unavailable()
        if exchange.size > LARGE_BODY_BYTES:
            return self._enter_large(exchange, policy)
        return self._put_down(exchange.trail, self._entry(exchange, policy), policy)

    async def _enter_large(self, exchange: Exchange, policy: AuditPolicy) -> None:
        """What providers get of it may have been changed in ten thousands of places."""
        entry = await asyncio.to_thread(run_yielding, partial(self._entry, exchange, policy))
        if (waiting := self._put_down(exchange.trail, entry, policy)) is not None:
            await waiting

    def _put_down(self, trail: Trail, entry: Entry, policy: AuditPolicy) -> Awaitable[None] | None:
        if policy.mode == "best_effort":
            self._log.later(entry)
            trail.attested = True
            return None
        number = self._log.at_once(entry)
        if number is None:
            return self._take(trail, entry, policy)
        _attested(trail, number, policy)
        return None

    async def _take(self, trail: Trail, entry: Entry, policy: AuditPolicy) -> None:
        _attested(trail, await self._log.take(entry), policy)

    def _entry(self, exchange: Exchange, policy: AuditPolicy) -> Entry:
        record, principal = exchange.record, exchange.principal
        header = Header(
            v=VERSION,
            kind="request",
            at=self._log.at(),
            request=record.request_id,
            virtual_key=principal.key_id,
            operation=record.operation,
            dialect=record.dialect,
            stream=record.stream,
            policy=record.policy_version or "",
            mode=policy.mode,
        )
        if exchange.attempts:
            first = exchange.attempts[0]
            header.provider, header.model, header.region = first.target.provider, first.target.model, first.region
        if exchange.side_call_of is not None:
            header.about = dict((exchange.side_call_of,))
        content = with_request(exchange, header, policy)
        return Entry(header, exchange.team.name, subject_of(principal), content)


def _attested(trail: Trail, number: int, policy: AuditPolicy) -> None:
    """It is on record, under this number of the journal."""
    if policy.mode == "strict":
        trail.intent = number
    trail.attested = True
