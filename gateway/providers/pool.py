"""The connections to one origin: so many at most, and those that are idle kept for a while.

A connection is a member from when it is made until it is lost, taken or idle: its place needs no book of its own. Who
finds neither an idle one nor a place waits in a queue.

Invariants
- Members and those being made are never more than `most`.
- Who came first is served first; who is cancelled while he is served hands on what he was given.
- What is idle is checked when it is taken, and closed after IDLE_SECONDS.
- A name is looked up once for all who connect at the same time; addresses that do not answer are passed over after
  DELAY seconds (RFC 8305).
- Errors are fixed sentences, and no exception of a library (some quote what the provider sent) is chained to them.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections import deque
from functools import partial
from typing import Any, Final

from aiohappyeyeballs import start_connection

from gateway.errors import UpstreamUnreachable
from gateway.providers.guarded_connection import GuardedConnection
from gateway.tasks import spawn

RECEIVE_BUFFER_BYTES: Final = 256 * 1024
"""What the kernel takes in of an answer before it holds the provider back; Linux doubles it. Left alone it would be
megabytes, for each client that does not read. 256 KiB let some 2.5 MB a second through over 100 ms."""

IDLE_SECONDS: Final = 15.0
"""How long an unused connection is kept: below what providers and the balancers before them keep theirs."""

DELAY: Final = 0.25

CLOSED: Final = (
    "The connections to this provider are closed: its settings have changed, or the gateway is stopping. Try again."
)
_NEXT_STEP: Final = "Try again, or name another model."

Address = tuple[Any, ...]
"""As `getaddrinfo` tells it."""


class Pool:
    """To be made inside the running loop that will use it."""

    def __init__(self, host: str, port: int, most: int, tls: ssl.SSLContext | None) -> None:
        self._host = host
        self._port = port
        self._most = most
        self._tls = tls
        self._loop = asyncio.get_running_loop()
        self._members: set[GuardedConnection] = set()
        self._idle: list[GuardedConnection] = []
        """Who was used last is last, and taken first: so what is more than needed grows old."""
        self._making = 0
        self._waiting: deque[asyncio.Future[None]] = deque()
        """The first stays there until it has taken what it was woken for, so that nobody overtakes it."""
        self._clocks: set[asyncio.Timeout] = set()
        """Of all who wait or connect."""
        self._lookup: asyncio.Task[list[Address]] | None = None
        self._sweep: asyncio.TimerHandle | None = None
        self._closed = False

    @property
    def open_connections(self) -> int:
        return len(self._members)

    def idle(self) -> GuardedConnection | None:
        """One that is there and fit for use; none while others wait for one."""
        return None if self._waiting else self._fit()

    async def connection(self, seconds: float) -> GuardedConnection:
        """An idle one or a new one, within so many seconds. Raises UpstreamUnreachable."""
        if self._closed:
            raise UpstreamUnreachable(CLOSED)
        clock = asyncio.timeout(seconds)
        self._clocks.add(clock)
        try:
            async with clock:
                return await self._place() or await self._made()
        except OSError as failure:  # and TimeoutError, which is one
            refusal = self._why_not(failure, late=clock.expired())
        finally:
            self._clocks.discard(clock)
        raise refusal

    def keep(self, connection: GuardedConnection) -> None:
        """Its answer is complete: it is fit for another."""
        self._idle.append(connection)
        if self._waiting:
            self._wake()
        if self._sweep is None:
            self._sweep = self._loop.call_later(IDLE_SECONDS, self._close_the_old)

    def lost(self, connection: GuardedConnection) -> None:
        """It is closed, by whomever."""
        if connection in self._members:
            self._members.discard(connection)
            if connection in self._idle:
                self._idle.remove(connection)
            self._wake()

    def close(self) -> None:
        """End every connection, and tell all who wait for one."""
        self._closed = True
        now = self._loop.time()
        for clock in self._clocks:
            if not clock.expired():
                clock.reschedule(now)
        for connection in list(self._members):
            connection.abort()
        if self._lookup is not None:
            self._lookup.cancel()
        if self._sweep is not None:
            self._sweep.cancel()

    def _fit(self) -> GuardedConnection | None:
        while self._idle:
            connection = self._idle.pop()
            if connection.is_fit():
                return connection
            connection.abort()
        return None

    async def _place(self) -> GuardedConnection | None:
        """An idle connection, or none and the right to make one, which counts as being made from here on."""
        waiter: asyncio.Future[None] | None = None
        if self._waiting or not self._has_room():
            waiter = self._loop.create_future()
            self._waiting.append(waiter)
        try:
            if waiter is not None:
                await waiter
            connection = self._fit()
            if connection is None:
                self._making += 1
        finally:
            if waiter is not None:
                self._waiting.remove(waiter)
                self._wake()
        return connection

    def _has_room(self) -> bool:
        return bool(self._idle) or len(self._members) + self._making < self._most

    def _wake(self) -> None:
        if self._waiting and not self._waiting[0].done() and self._has_room():
            self._waiting[0].set_result(None)

    async def _made(self) -> GuardedConnection:
        try:
            connection = await self._connected()
            if self._closed or connection.transport is None:
                connection.abort()
                raise ConnectionAbortedError
            self._members.add(connection)
        finally:
            self._making -= 1
            self._wake()
        return connection

    async def _connected(self) -> GuardedConnection:
        addresses: Any = await self._addresses()
        task = asyncio.current_task(self._loop)
        assert task is not None, "who connects is a task"
        cancels = task.cancelling()
        connected = await start_connection(
            addresses, happy_eyeballs_delay=DELAY, interleave=1, socket_factory=_bounded_socket
        )
        if task.cancelling() > cancels:  # it swallows a cancel that comes while it ends the attempts that lost
            connected.close()
            raise asyncio.CancelledError
        try:
            _, connection = await self._loop.create_connection(
                partial(GuardedConnection, self._loop, self),
                sock=connected,
                ssl=self._tls,
                server_hostname=None if self._tls is None else self._host,
            )
        except BaseException:
            connected.close()  # what was cancelled before the loop took it would stay open
            raise
        return connection

    async def _addresses(self) -> list[Address]:
        if self._lookup is None:
            asked = self._loop.getaddrinfo(self._host, self._port, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG)
            self._lookup = spawn(asked, "look up a provider")
            self._lookup.add_done_callback(self._looked_up)
        return await asyncio.shield(self._lookup)

    def _looked_up(self, lookup: asyncio.Task[list[Address]]) -> None:
        self._lookup = None
        if not lookup.cancelled():
            lookup.exception()  # where nobody waits for it any more, nobody else asks

    def _close_the_old(self) -> None:
        old = self._loop.time() - IDLE_SECONDS
        for connection in [one for one in self._idle if one.heard <= old]:
            connection.abort()
        self._sweep = None
        if self._idle:
            self._sweep = self._loop.call_at(self._idle[0].heard + IDLE_SECONDS, self._close_the_old)

    def _why_not(self, failure: OSError, *, late: bool) -> UpstreamUnreachable:
        if self._closed:
            return UpstreamUnreachable(CLOSED)
        if late:
            error = UpstreamUnreachable(f"No connection to the provider, and no free one, in time. {_NEXT_STEP}")
            error.waited = True
            return error
        match failure:
            case ssl.SSLCertVerificationError():
                told = "The provider's certificate was refused: check its ca_file and its host name."
            case ssl.SSLError():
                told = "TLS with the provider could not be established."
            case socket.gaierror():
                told = "The provider's host name could not be resolved."
            case _:
                told = "The connection to the provider failed."
        return UpstreamUnreachable(f"{told} {_NEXT_STEP}")


def _bounded_socket(address: Address) -> socket.socket:
    """With a bound on what the kernel takes in for a client that does not read; set before the window is told."""
    family, kind, protocol, *_ = address
    made = socket.socket(family, kind, protocol)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    return made
