"""Ports for servers that are processes of their own and cannot tell which one they got."""

from __future__ import annotations

import atexit
import secrets
import socket

_RANGE = range(20_000, 30_000)
"""Below those that the system hands out by itself, so that no connection of anybody's is given one of these."""

_claims: list[socket.socket] = []
"""A claim is the UDP port of the same number, bound as long as this process lives: other processes see it."""


def free_port() -> int:
    """One that nobody listens at now, and nobody else is told."""
    for _ in range(1000):
        port = secrets.choice(_RANGE)
        claim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            claim.bind(("127.0.0.1", port))
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            claim.close()
        else:
            _claims.append(claim)
            return port
    raise OSError(f"no port is free between {_RANGE.start} and {_RANGE.stop}")


@atexit.register
def _give_back() -> None:
    """Closed by whoever opened them: left to the interpreter's end, each would be a warning there."""
    for claim in _claims:
        claim.close()
