"""What the admin port serves, made of what the process holds. Imported at the port's first request (`admin_port`)."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any, Final
from urllib.parse import urlsplit

from gateway.admin.application import admin_application
from gateway.admin.authentication import Authenticator
from gateway.admin.bearer import Issuer, ProviderDown
from gateway.admin.context import AdminContext
from gateway.admin.login import Login
from gateway.audit.administration import AuditedAdminLog
from gateway.billing.closing import LABEL
from gateway.billing.report.build import Question
from gateway.billing.report.figures import Report
from gateway.billing.report.gather import gather
from gateway.core.identity import Principal
from gateway.core.policy import Timeouts
from gateway.errors import UpstreamError
from gateway.policy.explain import Explanation, explain
from gateway.policy.source import FixedPolicies, PolicyFolder
from gateway.providers.http_upstream import HttpUpstream
from gateway.providers.transport import UpstreamRequest
from gateway.routing.servers import servers
from gateway.settings import Settings
from gateway.storage.administration import AdminSessions, Replicas, StoredAdminLog
from gateway.storage.directory import CHANNEL
from gateway.storage.keys import KeyIssuer, KeyStore
from gateway.storage.redis_calls import RedisDown, RedisRefused
from gateway.storage.usage_pages import UsagePages
from gateway.tls import tls_context
from gateway.wiring import Gateway

MAX_DOCUMENT: Final = 1024 * 1024


class ProviderFetch:
    """To the identity provider. Implements `admin.bearer.Fetch`."""

    _TIMEOUTS: Final = Timeouts(connect=3, first_byte=10, idle=10, total=15)

    def __init__(self) -> None:
        self._upstreams: dict[str, HttpUpstream] = {}

    async def __call__(self, method: str, url: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        try:
            upstream = await self._upstream(origin)
            request = UpstreamRequest(method=method, path=path, headers=tuple(headers.items()), body=body)
            answer = await upstream.send(request, self._TIMEOUTS)
            try:
                return answer.status, await answer.read(MAX_DOCUMENT)
            finally:
                answer.close()
        except (UpstreamError, ValueError):
            raise ProviderDown("does not answer") from None

    async def _upstream(self, origin: str) -> HttpUpstream:
        known = self._upstreams.get(origin)
        if known is None:
            tls = await asyncio.to_thread(tls_context) if origin.startswith("https:") else None
            known = self._upstreams.setdefault(origin, HttpUpstream(origin, 4, tls))
        return known

    async def close(self) -> None:
        for upstream in self._upstreams.values():
            await upstream.close()


class Administration:
    """`application` is ASGI. To make it takes some hundred milliseconds of computing.

    `address`: where this process serves it, for identity providers to come back to where no setting says so.
    """

    def __init__(
        self,
        gateway: Gateway,
        settings: Settings,
        source: PolicyFolder | FixedPolicies,
        replicas: Replicas,
        address: str,
    ) -> None:
        self._gateway = gateway
        self._settings = settings
        self._source = source
        self._replicas = replicas
        self._address = address
        self._fetch = ProviderFetch()
        self.context = self._context()
        self.application: Any = admin_application(self.context, settings.admin.url)

    async def close(self) -> None:
        await self._fetch.close()

    def _context(self) -> AdminContext:
        gateway, settings = self._gateway, self._settings
        oidc = settings.admin.oidc
        issuer = None if oidc is None else Issuer(oidc.issuer, oidc.groups_claim, self._fetch, gateway.clock)
        sessions, recorded = AdminSessions(gateway.engine), StoredAdminLog(gateway.engine)
        login, address = None, settings.admin.url
        if oidc is not None and issuer is not None and oidc.client_id is not None:
            address = address or self._address
            seal = settings.key_for("admin-login")
            login = Login(oidc, oidc.client_id, issuer, self._fetch, address, seal, gateway.clock)
        return AdminContext(
            authenticator=Authenticator(settings.admin, sessions, issuer, gateway.clock),
            login=login,
            address=address,
            keys=KeyStore(gateway.engine),
            issuer=KeyIssuer(gateway.engine, settings.key_for("virtual-key-pepper"), settings.environment),
            announce=self._announce,
            sessions=sessions,
            usage=UsagePages(gateway.engine),
            costs=self._costs,
            replicas=self._replicas,
            recorded=recorded,
            log=AuditedAdminLog(gateway.audit, recorded),
            policies=self._source,
            policy_trouble=lambda: self._source.degraded,
            explain=self._explain if isinstance(self._source, PolicyFolder) else None,
            servers=lambda: servers(
                self._source.current, gateway.engines.seen, gateway.health.under_way, gateway.mirrors.calls
            ),
            detectors=gateway.detectors,
            clock=gateway.clock,
        )

    async def _announce(self, key_id: str) -> None:
        """Tell every replica; without Redis they find it within seconds."""
        self._gateway.keys.hear(key_id.encode())
        if self._gateway.redis is not None:
            with contextlib.suppress(RedisDown, RedisRefused):
                await self._gateway.redis.publish(CHANNEL, key_id)

    async def _costs(self, month: str) -> Report:
        policy, now = self._source.current, self._gateway.clock.now()
        question = Question(
            first_month=month,
            last_month=month,
            by=("team",),
            currency=policy.reporting.currency,
            today=policy.reporting.day_of(now),
            made_at=now,
        )
        async with self._gateway.engine.connect() as connection:
            return await gather(connection, question, policy, self._settings.key_for(LABEL))

    async def _explain(self, principal: Principal, model: str, operation: str) -> Explanation:
        assert isinstance(self._source, PolicyFolder)
        return await asyncio.to_thread(explain, self._source.in_force, principal, model, operation)
