r"""Checkpoints as lines of a log on another host: RFC 5424, by UDP (RFC 5426), TCP (RFC 6587) or TLS (RFC 5425).

    <109>1 2026-11-26T12:00:00.000000Z host llm-gateway - AUDIT - {"size":4711,"note":"llm-gateway/audit\n4711\n…"}

Invariants
- Facility 13 (log audit), severity 5 (notice); the message is a line of ASCII, which no daemon has reason to change.
- By TCP and TLS, a message is framed by its length, and taken once the connection was closed in good order. UDP tells
  nothing of what became of it.
"""

from __future__ import annotations

import json
import socket
from datetime import UTC, datetime
from typing import Final

from gateway.audit.anchors.address import SECONDS, CannotAnchor, parse
from gateway.audit.checkpoint import Head

PORTS: Final = {"syslog+udp": 514, "syslog+tcp": 601, "syslog+tls": 6514}
PRIORITY: Final = 13 * 8 + 5
CLOSING_SECONDS: Final = 2.0


class Syslog:
    """Implements `address.Anchor`. Raises ValueError."""

    def __init__(self, text: str) -> None:
        self._at = at = parse(text, PORTS, {}, "60s")
        if at.path or at.user:
            raise ValueError("syslog is written as syslog+tls://host:port")
        self.name, self.every = at.name, at.every

    def put(self, note: str, head: Head, now: float) -> None:
        at = self._at
        moment = f"{datetime.fromtimestamp(now, UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
        line = f"<{PRIORITY}>1 {moment} {_host()} llm-gateway - AUDIT - {one_line(note, head)}".encode("ascii")
        try:
            if at.scheme == "syslog+udp":
                self._datagram(line)
            else:
                self._framed(line)
        except (OSError, UnicodeError) as error:  # the latter of a host name that there cannot be
            raise CannotAnchor(f"it does not take it ({type(error).__name__})") from None

    def _datagram(self, line: bytes) -> None:
        family, kind, _, _, address = socket.getaddrinfo(self._at.host, self._at.port, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, kind) as udp:
            udp.sendto(line, address)

    def _framed(self, line: bytes) -> None:
        at = self._at
        with socket.create_connection((at.host, at.port), SECONDS) as plain:
            if at.scheme == "syslog+tcp":
                self._send(plain, line)
            else:
                with at.tls.wrap_socket(plain, server_hostname=at.host) as sealed:
                    self._send(sealed, line)

    @staticmethod
    def _send(connection: socket.socket, line: bytes) -> None:
        connection.sendall(b"%d %s" % (len(line), line))
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(CLOSING_SECONDS)
        try:
            connection.recv(1)  # raises where the other side broke off instead of reading
        except TimeoutError:
            return  # it keeps its side open, as it may


def _host() -> str:
    name = socket.gethostname()[:255]
    return name if name.isascii() and name.isprintable() and name and " " not in name else "-"


def one_line(note: str, head: Head) -> str:
    """A note as a JSON object in ASCII, as it passes through everything that carries text."""
    return json.dumps({"size": head.size, "root": head.root.hex(), "note": note}, separators=(",", ":"))
