"""The admin port beside the proxy: made of what the process holds, served by whichever process gets the port.

Invariants
- The proxy never waits for it: a port that is taken (by another worker, or a stranger) is tried again, and told once.
- What it costs begins with its first request: the application is built then.
- Only administration is served here; none of it is reached through the proxy's port.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from typing import Any, Final
from urllib.parse import urlsplit

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

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
from gateway.graceful_shutdown import serve_until
from gateway.policy.explain import Explanation, explain
from gateway.policy.source import FixedPolicies, PolicyFolder
from gateway.providers.http_upstream import HttpUpstream
from gateway.providers.transport import UpstreamRequest
from gateway.routing.servers import servers
from gateway.settings import Settings
from gateway.storage.administration import AdminSessions, ReplicaRecord, Replicas, StoredAdminLog
from gateway.storage.directory import CHANNEL
from gateway.storage.engine import DATABASE_ERRORS
from gateway.storage.keys import KeyIssuer, KeyStore
from gateway.storage.redis import RedisDown, RedisRefused
from gateway.storage.usage_pages import UsagePages
from gateway.tasks import spawn, spawn_for_good
from gateway.telemetry import logs
from gateway.tls import tls_context
from gateway.wiring import Gateway

RETRY_SECONDS: Final = 2.0
BEAT_SECONDS: Final = 5.0
VERSION: Final = version("llm-gateway")
"""Read from the disk once, where no loop waits for it."""
CLOSE_SECONDS: Final = 5.0
MAX_DOCUMENT: Final = 1024 * 1024

Problems = Callable[[], Awaitable[dict[str, str]]]


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
            known = self._upstreams[origin] = HttpUpstream(origin, 4, tls)
        return known

    async def close(self) -> None:
        for upstream in self._upstreams.values():
            await upstream.close()


class _OriginForm(HttpToolsProtocol):
    """A target names a path: one in absolute form, whose host nobody would look at, is turned into one for nobody."""

    def on_headers_complete(self) -> None:
        if not self.url.startswith(b"/"):
            self.url = b"//"
        super().on_headers_complete()


class AdminPort:
    """`start` on the running loop, `close` before the gateway's own close. `address`: None until it has the port."""

    def __init__(
        self, gateway: Gateway, settings: Settings, source: PolicyFolder | FixedPolicies, problems: Problems
    ) -> None:
        self._gateway = gateway
        self._settings = settings
        self._source = source
        self._problems = problems
        self._fetch = ProviderFetch()
        self._replicas = Replicas(gateway.engine)
        self._replica_id = secrets.token_hex(8)
        self._application: Any = None
        self._making = asyncio.Lock()
        self._told_to_go = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self.address: str | None = None

    def start(self) -> None:
        self._tasks = [spawn(self._serve(), "admin port"), spawn_for_good(self._beat(), "tell of this replica")]

    async def close(self) -> None:
        serving, beating = self._tasks
        beating.cancel()
        if self.address is not None:
            self._told_to_go.set()
            await asyncio.wait([serving], timeout=CLOSE_SECONDS)
        serving.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._fetch.close()
        with contextlib.suppress(*DATABASE_ERRORS):
            await self._replicas.leave(self._replica_id)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """ASGI."""
        async with self._making:
            if self._application is None:  # some hundred milliseconds, of which the proxy must feel none
                self._application = await asyncio.to_thread(
                    admin_application, self._context(), self._settings.admin.url
                )
        await self._application(scope, receive, send)

    async def _serve(self) -> None:
        admin = self._settings.admin
        listener = await self._port(admin.host, admin.port)
        with contextlib.closing(listener):
            host, port = listener.getsockname()[:2]
            self.address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
            logs.event(logs.ADMIN_LISTENING, address=self.address)
            config = uvicorn.Config(
                self,
                http=_OriginForm,
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
            )
            await serve_until(self._told_to_go, uvicorn.Server(config), listener)

    async def _port(self, host: str, port: int) -> socket.socket:
        told = False
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        while True:
            listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind((host, port))
                listener.listen(128)
            except OSError as error:
                listener.close()
                if not told:
                    logs.event(logs.ADMIN_PORT_TAKEN, port=port, error=type(error).__name__)
                    told = True
                await asyncio.sleep(RETRY_SECONDS)
            else:
                return listener

    async def _beat(self) -> None:
        started = self._gateway.clock.now()
        while True:
            record = ReplicaRecord(
                id=self._replica_id,
                version=VERSION,
                started_at=started,
                seen_at=self._gateway.clock.now(),
                policy_version=self._source.current.version,
                problems=tuple(f"{name}: {what}" for name, what in (await self._problems()).items()),
            )
            with contextlib.suppress(*DATABASE_ERRORS):
                await self._replicas.say(record)
            await asyncio.sleep(BEAT_SECONDS)

    def _context(self) -> AdminContext:
        gateway, settings = self._gateway, self._settings
        oidc = settings.admin.oidc
        issuer = None if oidc is None else Issuer(oidc.issuer, oidc.groups_claim, self._fetch, gateway.clock)
        sessions, recorded = AdminSessions(gateway.engine), StoredAdminLog(gateway.engine)
        login = None
        if oidc is not None and issuer is not None and oidc.client_id is not None:
            url = settings.admin.url or f"{self.address}"
            seal = settings.key_for("admin-login")
            login = Login(oidc, oidc.client_id, issuer, self._fetch, url, seal, gateway.clock)
        return AdminContext(
            authenticator=Authenticator(settings.admin, sessions, issuer, gateway.clock),
            login=login,
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
            detectors=self._gateway.detectors,
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
