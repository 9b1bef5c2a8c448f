"""Attest: the request on record, before anything of it leaves the house.

Invariants
- Where policy says `strict`, Dispatch waits until the record is on the disk: one wait, for this and for the call.
- While records cannot be taken, nothing is sent (`best_effort` excepted).
- What is answered before this stage, out of the gateway's own memory, is sent to nobody: its outcome's record holds the
  request as well, and there is no other.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Sequence
from functools import partial
from typing import Any

from gateway.audit.log import AuditLog, Entry, unavailable
from gateway.audit.record import VERSION, Header
from gateway.audit.seal import Content
from gateway.background_work import run_yielding
from gateway.core.audit import DEFAULT_AUDIT, AuditPolicy, Trail, subject_of
from gateway.core.edits import Edit, apply_edits, dotted
from gateway.core.tree import LARGE_BODY_BYTES
from gateway.exchange import Exchange
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


def with_request(exchange: Exchange, header: Header, policy: AuditPolicy, answer: Any = None) -> Content | None:
    """Say in the header, of this record or of the outcome's, what was done to the request; its content, and the
    answer's, where policy keeps any.

    It is the request as it stood after every stage that treats it: a value that a rule held back from providers is
    held back from the audit, too.
    """
    edits = _edits(exchange)
    if edits:
        header.edits = dict(Counter(edit.by for edit in edits))
    redacted = exchange.redacted
    if redacted is not None and redacted.found:
        header.pii = {type_: sum(by_action.values()) for type_, by_action in redacted.found.items()}
    if policy.content != "encrypted":
        return None
    upload = exchange.upload
    return Content(
        prompt=apply_edits(exchange.body, edits) if upload is None else upload.content,
        changes=tuple([(dotted(edit.at), edit.by) for edit in edits]),
        answer=answer,
        address="" if policy.omit_ip else exchange.inbound.client or "",
        model_asked=exchange.record.model_asked or "",
    )


def _edits(exchange: Exchange) -> Sequence[Edit]:
    """What was done to the request. Of personal data always what a provider outside of the house would get, even where
    the request stays in it: the audit is read by people.
    """
    redacted = exchange.redacted
    if redacted is None or exchange.inbound.call is not None:  # calls about objects have them among their own
        return exchange.edits
    return (*exchange.edits, *redacted.to_cloud)
