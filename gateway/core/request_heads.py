"""Heads of requests that two readers may read differently: what the server's parser lets through, and we do not.

And heads that we write: no name and no value in them begins another line.

Promise: a head that passes is read in one way only, here and by a proxy in front; where it is in doubt where the body
ends, or for whom it is, the request is refused and its connection closed, so that nothing behind it is served.

The parser itself refuses most (both lengths, folded lines, bare line feeds, bad chunks).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final

from gateway.errors import BadRequest

MAX_FIELDS: Final = 256
MAX_HEAD_BYTES: Final = 128 * 1024
"""Of names and values."""

_CONTROL: Final = bytes({*range(0x20), 0x7F} - {0x09})
"""What no line of a head may hold (RFC 9110, section 5.5)."""

_ONCE: Final = frozenset(
    (b"host", b"content-length", b"transfer-encoding", b"content-type", b"authorization", b"idempotency-key")
)


_HOST: Final = re.compile(r"(\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(:[0-9]{1,5})?")
"""A name or an address, and a port (RFC 9110, 7.2): what of it another reader could take for a path is none."""


class DoubtfulHead(BadRequest):
    """Its connection is closed: nobody knows for sure where the request ends."""

    code = "doubtful_head"


def check_head(target: bytes, fields: Sequence[tuple[bytes, bytes]], headers: Mapping[str, str], version: str) -> None:
    """`target` without its query, `headers` as made of `fields`. Raises DoubtfulHead."""
    if not target.startswith(b"/"):
        raise DoubtfulHead("Send a path as the target of the request, and the host in the header 'Host' alone.")
    if len(headers) != len(fields) and (doubled := _doubled(fields)):
        raise DoubtfulHead(f"Send the header '{doubled.decode()}' once.")
    if len(fields) > MAX_FIELDS or sum(map(len, headers)) + sum(map(len, headers.values())) > MAX_HEAD_BYTES:
        raise DoubtfulHead(f"Send at most {MAX_FIELDS} headers, of {MAX_HEAD_BYTES // 1024} KiB together.")
    if version not in ("1.1", "1.0"):
        raise DoubtfulHead("Send the request as HTTP/1.1.")
    if not (_is_host(headers["host"]) if "host" in headers else version == "1.0"):
        raise DoubtfulHead("Send a 'Host' that is a name or an address, with or without a port, and nothing else.")
    coding = headers.get("transfer-encoding")
    if coding is not None and (coding.strip().lower() != "chunked" or version != "1.1"):
        raise DoubtfulHead("The only Transfer-Encoding that is taken is 'chunked', in HTTP/1.1.")
    if "upgrade" in headers and (coding is not None or headers.get("content-length", "0") != "0"):
        raise DoubtfulHead("Send a request with a body without the header 'Upgrade': this gateway upgrades nothing.")


def has_control_characters(head: bytes, lines: int) -> bool:
    """Whether a head that was written holds more of them than the ends of its `lines`, the empty one included."""
    return len(head) - len(head.translate(None, _CONTROL)) != 2 * lines


@lru_cache(maxsize=256)
def _is_host(host: str) -> bool:
    return _HOST.fullmatch(host) is not None


def _doubled(fields: Sequence[tuple[bytes, bytes]]) -> bytes | None:
    """A name that may stand once, and stands twice."""
    seen: set[bytes] = set()
    for name, _ in fields:
        if name in seen and name in _ONCE:
            return name
        seen.add(name)
    return None
