"""What the handlers of the admin API work with, and how a write is done: recorded first, then carried out."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from gateway.admin.authentication import Authenticator
from gateway.admin.login import Login
from gateway.admin.refusals import Refusal
from gateway.billing.report.figures import Report
from gateway.core.administration import Actor, AdminEntry
from gateway.core.engines import ServerShown
from gateway.core.identity import Principal
from gateway.core.ports import AdminLog, Clock, PolicySource
from gateway.errors import AuditUnavailable
from gateway.pii.detectors_of_rules import DetectorsOfRules
from gateway.policy.explain import Explanation
from gateway.storage.administration import AdminSessions, Replicas, StoredAdminLog
from gateway.storage.engine import DATABASE_ERRORS
from gateway.storage.keys import KeyIssuer, KeyStore
from gateway.storage.usage_pages import UsagePages

T = TypeVar("T")

Explain = Callable[[Principal, str, str], Awaitable[Explanation]]
"""(who, model, operation): what would become of such a request; raises KeyError where there is no such team."""


Costs = Callable[[str], Awaitable[Report]]
"""The report of a month, by team; raises NoRate, ForgedStatement."""


class AdminContext(msgspec.Struct, frozen=True, kw_only=True):
    """`address`: where browsers must open the console; None: anywhere. `announce`: tells every replica that a key
    changed. `explain` None: the policy is not a folder's.
    """

    authenticator: Authenticator
    login: Login | None
    address: str | None
    keys: KeyStore
    issuer: KeyIssuer
    announce: Callable[[str], Awaitable[None]]
    sessions: AdminSessions
    usage: UsagePages
    costs: Costs
    replicas: Replicas
    recorded: StoredAdminLog
    log: AdminLog
    policies: PolicySource
    policy_trouble: Callable[[], str | None]
    explain: Explain | None
    servers: Callable[[], list[ServerShown]]
    detectors: DetectorsOfRules
    clock: Clock

    async def write(
        self,
        actor: Actor,
        action: str,
        object: str,
        work: Callable[[], Awaitable[T]],
        *,
        team: str | None = None,
        before: Mapping[str, Any] | None = None,
        after: Mapping[str, Any] | None = None,
    ) -> T:
        """Do `work`, recorded before it is done and, should it fail, once more. Raises Refusal 503."""
        entry = AdminEntry(
            id=secrets.token_hex(12),
            at=self.clock.now(),
            actor=actor.subject,
            proof=actor.proof,
            action=action,
            object=object,
            team=team,
            before=None if before is None else dict(before),
            after=None if after is None else dict(after),
        )
        try:
            await self.log.record(entry)
        except (*DATABASE_ERRORS, AuditUnavailable):
            raise Refusal(503, "not_recorded", "This cannot be recorded, so it is not done. Try again.") from None
        try:
            return await work()
        except BaseException:
            await self.log.record(
                msgspec.structs.replace(entry, id=secrets.token_hex(12), at=self.clock.now(), outcome="failed")
            )
            raise


def moment(seconds: float | None) -> str | None:
    """ISO 8601, UTC."""
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")


def seconds_of(moment: datetime | None, otherwise: float) -> float:
    """Unix seconds; a time without a zone is UTC."""
    if moment is None:
        return otherwise
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)).timestamp()
