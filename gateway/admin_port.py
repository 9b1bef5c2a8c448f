"""The admin port beside the proxy: made of what the process holds, served by whichever process gets the port.

Invariants
- The proxy never waits for it: a port that is taken (by another worker, or a stranger) is tried again, and told once.
- What it costs begins with its first request: the application is imported and built then, by a thread.
- Only administration is served here; none of it is reached through the proxy's port.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, ClassVar, Final

import uvicorn

from gateway.api.connection import Connection
from gateway.background_work import run_yielding
from gateway.graceful_shutdown import serve_until
from gateway.policy.source import FixedPolicies, PolicyFolder
from gateway.settings import Settings
from gateway.storage.administration import ReplicaRecord, Replicas
from gateway.storage.engine import DATABASE_ERRORS
from gateway.tasks import cancel, spawn, spawn_for_good
from gateway.telemetry import logs
from gateway.wiring import Gateway

if TYPE_CHECKING:
    from gateway.administration import Administration

RETRY_SECONDS: Final = 2.0
BEAT_SECONDS: Final = 5.0
VERSION: Final = version("llm-gateway")
"""Read from the disk once, where no loop waits for it."""
CLOSE_SECONDS: Final = 5.0
LEAVE_SECONDS: Final = 2.0
"""A row that stays ends by its age; a database that answers nobody is not waited for."""

Problems = Callable[[], Awaitable[dict[str, str]]]


class _Connection(Connection):
    """As the proxy's: bounded, and of a target that names a host no path is made. Neither makes room for the other."""

    silent: ClassVar[dict[Connection, None]] = {}
    idle: ClassVar[dict[Connection, None]] = {}


class AdminPort:
    """`start` on the running loop, `close` before the gateway's own close. `address`: None until it has the port."""

    def __init__(
        self, gateway: Gateway, settings: Settings, source: PolicyFolder | FixedPolicies, problems: Problems
    ) -> None:
        self._gateway = gateway
        self._settings = settings
        self._source = source
        self._problems = problems
        self._replicas = Replicas(gateway.engine)
        self._replica_id = secrets.token_hex(8)
        self._administration: Administration | None = None
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
        await cancel(*self._tasks, seconds=LEAVE_SECONDS)
        if self._administration is not None:
            await self._administration.close()
        leaving = spawn(self._replicas.leave(self._replica_id), "leave the list of replicas")
        await asyncio.wait([leaving], timeout=LEAVE_SECONDS)
        await cancel(leaving, seconds=0)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """ASGI."""
        async with self._making:
            if self._administration is None:  # some hundred milliseconds, of which the proxy must feel none
                self._administration = await asyncio.to_thread(run_yielding, self._made)
        await self._administration.application(scope, receive, send)

    def _made(self) -> Administration:
        from gateway.administration import Administration  # noqa: PLC0415 - most processes are never asked

        return Administration(self._gateway, self._settings, self._source, self._replicas, f"{self.address}")

    async def _serve(self) -> None:
        admin = self._settings.admin
        listener = await self._port(admin.host, admin.port)
        with contextlib.closing(listener):
            host, port = listener.getsockname()[:2]
            self.address = f"http://{f'[{host}]' if ':' in host else host}:{port}"
            logs.event(logs.ADMIN_LISTENING, address=self.address)
            config = uvicorn.Config(
                self,
                http=_Connection,
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
