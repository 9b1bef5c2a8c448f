"""What the audit keeps of a request: in its own record before it is sent, or in its outcome where it never is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from gateway.audit.record import Header
from gateway.audit.seal import Content
from gateway.core.audit import AuditPolicy
from gateway.core.edits import Edit, apply_edits, dotted
from gateway.exchange import Exchange


def with_request(exchange: Exchange, header: Header, policy: AuditPolicy, answer: Any = None) -> Content | None:
    """Say in the header what was done to the request; its content, and the answer's, where policy keeps any.

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
