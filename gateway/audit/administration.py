"""What administrators change, in the audit as well as in their own log.

Invariants
- An act is in the audit, on the disk, before it is in the log, and in both before it is done.
- The header says the act; who did it, to what, and what was before and after, is sealed.
"""

from __future__ import annotations

import msgspec

from gateway.audit.log import AuditLog, Entry
from gateway.audit.seal import Content
from gateway.audit.writer import THE_GATEWAY
from gateway.core.administration import AdminEntry
from gateway.core.ports import AdminLog


class AuditedAdminLog:
    """Implements `core.ports.AdminLog`; raises AuditUnavailable, and what the inner log raises."""

    def __init__(self, audit: AuditLog, inner: AdminLog) -> None:
        self._audit = audit
        self._inner = inner

    async def record(self, entry: AdminEntry) -> None:
        about = {"act": entry.action, "outcome": entry.outcome}
        details = {"by": entry.actor, "proof": entry.proof, "object": entry.object, "team": entry.team or ""}
        for name, value in (("before", entry.before), ("after", entry.after)):
            if value is not None:
                details[name] = msgspec.json.encode(value).decode()
        header = self._audit.header("admin", about=about)
        number = await self._audit.take(Entry(header, THE_GATEWAY, "", Content(details=details)))
        await self._audit.durable(number)
        await self._inner.record(entry)
