"""aiohttp's pool of connections, with connections of our own in it.

aiohttp keeps the pool, resolves names and connects; `guarded_connection` speaks HTTP.

Assumes of aiohttp (read in 3.14.5; `tests/wire` fails where it changes): `TCPConnector` makes connections by
`_factory`, asks `is_connected` before it reuses one, and ends one by `close` or `abort`.
"""

from __future__ import annotations

import functools
import socket
import ssl
import weakref
from typing import Any

from aiohttp import TCPConnector
from aiohttp.connector import AddrInfoType
from aiohttp.resolver import ThreadedResolver

from gateway.providers.guarded_connection import GuardedConnection, file_number

RECEIVE_BUFFER_BYTES = 256 * 1024
"""What the kernel takes in of an answer before it holds the provider back; Linux doubles it. Left alone it would be
megabytes, for each client that does not read. 256 KiB let some 2.5 MB a second through over 100 ms."""

IDLE_SECONDS = 15.0
"""How long an unused connection is kept: below what providers and the balancers before them keep theirs."""


def _bounded_socket(address: AddrInfoType) -> socket.socket:
    """With a bound on what the kernel takes in for a client that does not read; set before the window is told."""
    family, kind, protocol, *_ = address
    made = socket.socket(family, kind, protocol)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER_BYTES)
    return made


class GuardedConnector(TCPConnector):
    """A pool of guarded connections to one origin. `connections` holds each as long as somebody holds it."""

    def __init__(self, limit: int, tls: ssl.SSLContext | None) -> None:
        super().__init__(
            limit=limit,
            ssl=True if tls is None else tls,
            keepalive_timeout=IDLE_SECONDS,
            resolver=ThreadedResolver(),
            socket_factory=_bounded_socket,
        )
        self.connections: weakref.WeakSet[GuardedConnection] = weakref.WeakSet()
        factory: Any = self._make_connection  # ours has what the pool asks of aiohttp's
        self._factory = functools.partial(factory)

    def _make_connection(self) -> GuardedConnection:
        connection = GuardedConnection(self._loop)
        self.connections.add(connection)
        return connection

    def count_open(self) -> int:
        # By the socket: where connecting was cancelled, uvloop closes it without a word to the connection.
        transports = [connection.transport for connection in self.connections]
        return sum(transport is not None and file_number(transport) >= 0 for transport in transports)
