"""Attest: the request on record, before anything of it leaves the house.

Invariants
- Where policy says `strict`, Dispatch waits until the record is on the disk: one wait, for this and for the call.
- What is recorded is the request as it stood after every stage that treats it: a value that a rule held back from
  providers is held back from the audit, too.
- While records cannot be taken, nothing is sent (`best_effort` excepted).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from gateway.audit.log import UNAVAILABLE, AuditLog, Entry
from gateway.audit.seal import Content
from gateway.core.audit import subject_of
from gateway.core.audit_policy import DEFAULT_AUDIT, AuditPolicy
from gateway.core.edits import Edit, apply_edits, dotted
from gateway.core.redacted import Redacted
from gateway.errors import AuditUnavailable
from gateway.exchange import Exchange
from gateway.stages.choose import Choose
from gateway.stages.redact import Redact
from gateway.stages.stage import Stage


def _edits(exchange: Exchange) -> Sequence[Edit]:
    """What was done to the request. Of personal data always what a provider outside of the house would get, even where
    the request stays in it: the audit is read by people.
    """
    redacted: Redacted | None = exchange.__dict__.get("redacted")
    if redacted is None or exchange.inbound.call is not None:  # calls about objects have them among their own
        return exchange.edits
    return (*exchange.edits, *redacted.to_cloud)


class Attest(Stage):
    """Writes `trail.attested` and `trail.intent`."""

    after = (Redact, Choose)  # the record says to whom it goes, and holds no value that a rule held back

    def __init__(self, log: AuditLog) -> None:
        self._log = log

    async def enter(self, exchange: Exchange) -> None:
        policy = exchange.team.audit or DEFAULT_AUDIT
        if policy.mode == "best_effort":
            self._log.later(self._entry(exchange, policy))
        else:
            if self._log.failing:
                raise AuditUnavailable(UNAVAILABLE, retry_after=1)
            number = await self._log.take(self._entry(exchange, policy))
            if policy.mode == "strict":
                exchange.trail.intent = number
        exchange.trail.attested = True

    def _entry(self, exchange: Exchange, policy: AuditPolicy) -> Entry:
        record, principal, edits = exchange.record, exchange.principal, _edits(exchange)
        header = self._log.header(
            "request",
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
        if exchange.beside is not None:
            header.about = dict((exchange.beside,))
        if edits:
            header.edits = dict(Counter(edit.by for edit in edits))
        redacted: Redacted | None = exchange.__dict__.get("redacted")
        if redacted is not None:
            header.pii = {type_: sum(by_action.values()) for type_, by_action in redacted.found.items()}
        content = None
        if policy.content == "encrypted":
            upload = exchange.upload
            content = Content(
                prompt=apply_edits(exchange.body, edits) if upload is None else upload.content,
                changes=tuple((dotted(edit.at), edit.by) for edit in edits),
                address="" if policy.omit_ip else exchange.inbound.client or "",
                model_asked=record.model_asked or "",
            )
        return Entry(header, exchange.team.name, subject_of(principal), content)
