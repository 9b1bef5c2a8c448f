"""Addresses of anchors, as GATEWAY_AUDIT_ANCHORS lists them: where, with what credentials, how often.

    s3://KEY:SECRET@s3.eu-central-1.amazonaws.com/bucket/folder?region=eu-central-1&keep=3650d
    syslog+tls://logs.example.com:6514
    smtp://user:password@mail.example.com:587?from=gateway@example.com&to=compliance@example.com

Invariants
- Key, secret, user and password are percent-encoded, and show nowhere: `Address.name` has none of them.
- What is not understood is a ValueError that says what may stand there, and quotes no credential.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from typing import Final, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from gateway.audit.checkpoint import Head
from gateway.core.policy import Secret
from gateway.policy.units import parse_duration

SECONDS: Final = 10.0
"""Longest wait for a place to answer."""
_FORM: Final = (
    "an address is written as scheme://host:port?name=value&name=value; what stands before an @ is percent-encoded"
)


class CannotAnchor(Exception):
    """The place did not take it; the text says why, and holds no credential."""


class Anchor(Protocol):
    """A place that keeps checkpoints."""

    @property
    def name(self) -> str:
        """The place without credentials."""
        ...

    @property
    def every(self) -> float:
        """Seconds from one to the next."""
        ...

    def put(self, note: str, head: Head, now: float) -> None:
        """Keep `note`, which vouches for `head`; `now` in Unix seconds. Blocks for some SECONDS at most.

        Raises CannotAnchor.
        """
        ...


class Address(msgspec.Struct, frozen=True):
    """An address taken apart. `options`: what stands behind the `?`, but for `every` and `ca`."""

    scheme: str
    host: str
    port: int
    user: str
    password: Secret
    path: str
    options: Mapping[str, str]
    every: float
    tls: ssl.SSLContext
    """Trusts the machine's authorities, or those of the file `ca`."""

    @property
    def name(self) -> str:
        return f"{self.scheme}://{self.host}:{self.port}{self.path}"


def parse(text: str, ports: Mapping[str, int], known: Mapping[str, bool], every: str) -> Address:
    """`ports`: scheme -> the port unless one is given; `known`: what may stand there -> whether it must; `every`: how
    often unless it says. Raises ValueError.
    """
    try:
        parts = urlsplit(text)
        port = parts.port or ports[parts.scheme]
        options = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    except (ValueError, KeyError):
        raise ValueError(_FORM) from None
    if not parts.hostname:
        raise ValueError(_FORM)
    often, authorities = options.pop("every", every), options.pop("ca", None)
    for name in options:
        if name not in known:
            there_are = ", ".join((*known, "every", "ca"))
            raise ValueError(f"there is no '{name}' for {parts.scheme}; there are: {there_are}")
    for name, needed in known.items():
        if needed and not options.get(name):
            raise ValueError(f"{parts.scheme} needs {name}=…")
    try:
        tls = ssl.create_default_context(cafile=authorities)
    except (OSError, ssl.SSLError):
        raise ValueError(f"ca names no file of certificates: {authorities}") from None
    seconds = parse_duration(often)
    if seconds < 1:
        raise ValueError("every is 1s at least")
    return Address(
        parts.scheme,
        parts.hostname,
        port,
        unquote(parts.username or ""),
        Secret(unquote(parts.password or "")),
        parts.path.rstrip("/"),
        options,
        seconds,
        tls,
    )
