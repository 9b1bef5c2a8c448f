"""What the kernel is told of a client's socket.

Invariants
- The kernel holds at most SEND_BUFFER_BYTES (which Linux doubles) for a client that does not read; left alone it would
  take megabytes off the provider's hands, and the relay would hold nobody back.
- The kernel asks a silent client whether it is still there, and gives up after KEEP_ALIVE_SECONDS; so it does with
  what a client does not acknowledge. A stream that is still says something after 20 s at the latest
  (`answer.HEARTBEAT_SECONDS`, and a tick), so that whoever has vanished is noticed within 75 s whatever it waits for.
"""

from __future__ import annotations

import socket
from typing import Final

SEND_BUFFER_BYTES: Final = 128 * 1024
FIRST_PROBE_SECONDS, PROBE_SECONDS, PROBES = 30, 10, 2
KEEP_ALIVE_SECONDS: Final = FIRST_PROBE_SECONDS + PROBES * PROBE_SECONDS

OPTIONS: Final = tuple(
    (level, getattr(socket, name), value)
    for level, name, value in (
        (socket.SOL_SOCKET, "SO_SNDBUF", SEND_BUFFER_BYTES),
        (socket.SOL_SOCKET, "SO_KEEPALIVE", 1),
        (socket.IPPROTO_TCP, "TCP_KEEPIDLE", FIRST_PROBE_SECONDS),
        (socket.IPPROTO_TCP, "TCP_KEEPINTVL", PROBE_SECONDS),
        (socket.IPPROTO_TCP, "TCP_KEEPCNT", PROBES),
        (socket.IPPROTO_TCP, "TCP_USER_TIMEOUT", KEEP_ALIVE_SECONDS * 1000),
    )
    if hasattr(socket, name)
)


def set_options(connected: socket.socket | None) -> None:
    """Of a connection over TCP; of another kind nothing is asked."""
    if connected is not None and connected.family in (socket.AF_INET, socket.AF_INET6):
        for option in OPTIONS:
            connected.setsockopt(*option)
