"""`gateway serve`, once its settings are read: check everything that would fail later, then serve.

Promise: a gateway that starts can do its work; one that cannot says in one line which setting is wrong, and exits 78.
One that is told to stop (SIGTERM, or the SIGHUP of a terminal that goes) finishes what it has begun, and exits 0
(`gateway.graceful_shutdown`). SIGHUP without a terminal renews several workers one by one, and ends nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import signal
import socket
import sys
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import uvicorn
from uvicorn.supervisors import Multiprocess

from gateway.admin_settings import EVERY_ADDRESS
from gateway.api.connection import Connection
from gateway.app import create, kept_policy
from gateway.audit.anchors.anchoring import anchors_of
from gateway.audit.keys import keeper_of
from gateway.audit.made_with import begin, with_key_of
from gateway.billing.price_coverage import check_priced
from gateway.graceful_shutdown import has_terminal
from gateway.policy.complaints import PolicyErrors
from gateway.policy.source import PolicyFolder
from gateway.settings import ConfigurationError, Settings, with_admin_token
from gateway.storage.audit_log import AuditTables
from gateway.storage.engine import DATABASE_ERRORS, backend_of, open_engine, place_of
from gateway.storage.schema import schema_is_current
from gateway.telemetry import logs
from gateway.telemetry.traces import are_wanted
from gateway.undumpable import end_with_parent

T = TypeVar("T")

KEEP_ALIVE_SECONDS = 75
STARTUP_FAILURE = 3
"""Exit code, as uvicorn's own."""
LAST_SECONDS = 15
"""For connections to close, once what was under way has been answered."""


def serve(settings: Settings, host: str, port: int, workers: int) -> int:
    """Serve until a signal; raises ConfigurationError where the gateway cannot start. Worker processes read the
    environment, of which `settings` are.
    """
    check_state_dir(settings.state_dir)
    settings = asyncio.run(on_database(settings, with_key_of))
    policies = checked_policies(settings)
    check_audit(settings)
    are_wanted(os.environ)  # or why they cannot be sent
    port = port_to_listen(host, port)
    keep_apart(host, port, settings)
    settings = with_admin_token(settings)
    asyncio.run(on_database(settings, begin))  # the last that may fail, since it is for good
    logs.configure(settings.log_level)
    logs.event(logs.STARTING, address=url_of(host, port))
    tell_how_it_counts(settings, workers)
    # A server without other workers serves by what was just read; each of several reads it by itself.
    application = create(policies) if workers == 1 else "gateway.serve:one_of_several"
    del policies
    run(application, host, port, workers)
    return 0


def tell_how_it_counts(settings: Settings, workers: int) -> None:
    """Without Redis. That others on other machines share the database nobody can see; who reads the log knows."""
    if settings.redis_url is not None:
        return
    if workers > 1:
        logs.warning(logs.QUOTAS_BY_PROCESS, workers=workers)
    if backend_of(settings.database_url.reveal()) == "postgresql":
        alone = "quotas and budgets" if workers == 1 else "quotas"
        logs.event(logs.COUNTS_ALONE, counted=alone, remedy="GATEWAY_REDIS_URL, where there are other replicas")


def one_of_several() -> object:
    """The application of a worker process, which is told to stop where its supervisor is killed: on its own it would
    hold the port, and nobody would start it again.
    """
    end_with_parent()
    return create(several=True)


def port_to_listen(host: str, port: int) -> int:
    """`port`, or a free one in place of 0; raises ConfigurationError where nobody can listen there.

    The server would say so, too, but with a stack's trace, after all has been started.
    """
    sockets = bound(host, port)
    port = sockets[0].getsockname()[1]
    for each in sockets:
        each.close()
    return port


def bound(host: str, port: int) -> list[socket.socket]:
    """A socket for each address of `host`, all on one port; raises ConfigurationError. `::` hears IPv4, too.

    Left to the server, `::` would hear IPv6 alone with one worker, and `localhost` IPv4 alone with several.
    """
    sockets: list[socket.socket] = []
    try:
        places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise ConfigurationError("--host", f"{host!r} is no address of this machine") from None
    try:
        for family, kind, protocol, _, place in places:
            listener = socket.socket(family, kind, protocol)
            sockets.append(listener)
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, place[0] != "::")
            listener.bind((place[0], port, *place[2:]))
            port = listener.getsockname()[1]
    except OSError as error:
        for listener in sockets:
            listener.close()
        raise _not_there(host, port, error) from None
    return sockets


def keep_apart(host: str, port: int, settings: Settings) -> None:
    """Raises ConfigurationError where the admin port would take the place of the proxy, which comes after it."""
    admin = settings.admin
    if port == admin.port and (host == admin.host or {host, admin.host} & {"", *EVERY_ADDRESS}):
        raise ConfigurationError("GATEWAY_ADMIN_PORT", f"the proxy is to listen at {port} itself; give another one")


def _not_there(host: str, port: int, error: OSError) -> ConfigurationError:
    match error.errno:
        case errno.EADDRINUSE:
            return ConfigurationError("--port", f"{port} is taken by another program on {host}; give another one")
        case errno.EACCES:
            return ConfigurationError("--port", f"{port} needs more rights than this account has; give one above 1023")
        case _:
            return ConfigurationError("--host", f"{host!r} is no address of this machine")


def url_of(host: str, port: int) -> str:
    """Where clients find what listens there."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


class _Server(uvicorn.Server):
    """Uvicorn's, that says when it listens."""

    def __init__(self, config: uvicorn.Config, listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._listening()


class _Workers(Multiprocess):
    """Uvicorn's, which end with their terminal: SIGHUP renews them, new before old, where there is none."""

    def handle_hup(self) -> None:
        if self._has_terminal:
            self.handle_term()
        else:
            super().handle_hup()

    def run(self) -> None:
        self._has_terminal = has_terminal()  # once it is gone, nobody can tell
        super().run()


def run(application: object, host: str, port: int, workers: int, listening: Callable[[], None] = lambda: None) -> None:
    """Uvicorn with the settings that the gateway needs. Raises ConfigurationError where nobody can listen there.

    `listening` is called, of one worker, once requests are answered.
    """
    # Uvicorn raises the signal that stopped it once more when all is done: without a handler it would be the end.
    signal.signal(signal.SIGTERM, lambda *_: None)
    sockets = bound(host, port)
    config = uvicorn.Config(
        application,  # type: ignore[arg-type]
        factory=isinstance(application, str),
        workers=workers,
        loop="uvloop",
        http=Connection,
        ws="none",  # an upgrade is answered by the edge, in words
        lifespan="on",
        access_log=False,
        log_level="warning",
        server_header=False,
        date_header=True,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=LAST_SECONDS,
    )
    with contextlib.suppress(KeyboardInterrupt):
        if workers > 1:
            _Workers(config, sockets=sockets).run()
            return
        server = _Server(config, listening)
        server.run(sockets)
        if not server.started:
            sys.exit(STARTUP_FAILURE)


def checked_policies(settings: Settings) -> PolicyFolder:
    """Raises ConfigurationError, which quotes the first mistake, where nothing can be enforced."""
    try:
        return PolicyFolder(settings.policies, os.environ, kept=kept_policy(settings), also=check_priced)
    except PolicyErrors as errors:
        raise ConfigurationError(
            "GATEWAY_POLICIES",
            f"{settings.policies} has {errors.counted}, first {errors.errors[0]}"
            f" (`gateway policy check {settings.policies}` lists them all)",
        ) from None


def check_audit(settings: Settings) -> None:
    """Raises ConfigurationError where what keeps the audit's keys or checkpoints cannot be had as it is written."""
    keeper_of(settings)
    anchors_of(settings)


def check_state_dir(folder: Path) -> None:
    """Raises ConfigurationError where nothing can be written: a volume of another account's, or one to read alone."""
    try:
        for place in (folder, folder / "journal"):
            place.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.TemporaryFile(dir=place):
                pass
    except OSError as error:
        raise ConfigurationError(
            "GATEWAY_STATE_DIR",
            f"{folder} cannot be written to ({error.strerror}): give the account with uid {os.getuid()} a folder there",
        ) from None


async def on_database(settings: Settings, work: Callable[[AuditTables, Settings], Awaitable[T]]) -> T:
    """What `work` gives. Raises ConfigurationError where the database does not answer, or is not migrated."""
    engine = open_engine(settings.database_url.reveal())
    try:
        if not await schema_is_current(engine):
            raise ConfigurationError("GATEWAY_DATABASE_URL", "the database is not migrated: run `gateway migrate`")
        return await work(AuditTables(engine), settings)
    except DATABASE_ERRORS:
        place = place_of(settings.database_url.reveal())
        raise ConfigurationError(
            "GATEWAY_DATABASE_URL", f"{place} does not answer: start it, or correct the address"
        ) from None
    finally:
        await engine.dispose()
