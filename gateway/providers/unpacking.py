"""Answers that a provider, or a proxy before it, compressed though it was asked not to (`accept-encoding: identity`).

Invariants
- gzip and deflate are unpacked as they come, at most AT_ONCE bytes at a time: what a few bytes unpack to is read at the
  reader's pace, and counts against the reader's limit.
- Anything else, and what is not what it is said to be, is UpstreamNonsense that says so.
- An answer that says nothing of a coding is handed on as it is.
"""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator
from typing import Any, Final

from gateway.errors import UpstreamCut, UpstreamNonsense
from gateway.providers.transport import Offer, UpstreamResponse

AT_ONCE: Final = 64 * 1024
CODING: Final = "content-encoding"
_ZLIB: Final = frozenset({"gzip", "x-gzip", "deflate"})
_EITHER: Final = 32 + zlib.MAX_WBITS
"""zlib finds out by itself whether a head is gzip's or its own."""
_HEAD_BYTES: Final = 2
_GZIP_HEAD: Final = b"\x1f\x8b"


def unpacked(response: UpstreamResponse) -> UpstreamResponse:
    """The response as it would be without compression; raises UpstreamNonsense, the response closed by then."""
    coding = response.headers.get(CODING)
    if coding is None or coding.strip().lower() in {"", "identity"}:
        return response
    if coding.strip().lower() not in _ZLIB:
        response.close()
        raise UpstreamNonsense(
            "The provider compressed its answer in a way that the gateway does not read, though it was asked not to. "
            "Turn compression off at the provider, or at the proxy before it."
        )
    return _Unpacked(response, coding.strip().lower())


class _Unpacked:
    """Implements `transport.UpstreamResponse`."""

    __slots__ = ("_coding", "_packed", "headers", "status")

    def __init__(self, packed: UpstreamResponse, coding: str) -> None:
        self._packed = packed
        self._coding = coding
        self.status = packed.status
        self.headers = {name: value for name, value in packed.headers.items() if name != CODING}

    def chunks(self) -> AsyncIterator[bytes]:
        return _Chunks(self._packed.chunks(), self._coding)

    def offer(self, take: Offer) -> None:
        """What arrives is no piece of anything yet."""

    async def read(self, limit: int) -> bytes:
        parts: list[bytes] = []
        size = 0
        async for chunk in self.chunks():
            size += len(chunk)
            if size > limit:
                self.close()
                raise UpstreamNonsense("The provider's answer is longer than the gateway takes.")
            parts.append(chunk)
        return b"".join(parts)

    def close(self) -> None:
        self._packed.close()


class _Chunks:
    """An iterator, not a generator: one left half-way needs no clean-up task."""

    __slots__ = ("_coding", "_full", "_next", "_packed", "_zlib")

    def __init__(self, packed: AsyncIterator[bytes], coding: str) -> None:
        self._next = packed.__anext__
        self._coding = coding
        self._zlib: Any = None
        """None until the first bytes tell what it is."""
        self._packed = b""
        """What came and is not unpacked yet."""
        self._full = False
        """Whether more may come out without anything going in."""

    def __aiter__(self) -> _Chunks:
        return self

    async def __anext__(self) -> bytes:
        while True:
            if self._zlib is not None:
                if (self._packed or self._full) and (piece := self._piece()):
                    return piece
                if self._packed:
                    continue
            try:
                self._packed += await self._next()
            except StopAsyncIteration:
                if self._packed or (self._zlib is not None and not self._zlib.eof):
                    raise UpstreamCut("The provider's answer broke off before its end.") from None
                raise
            if self._zlib is None and len(self._packed) >= _HEAD_BYTES:
                self._zlib = zlib.decompressobj(_window(self._packed, self._coding))

    def _piece(self) -> bytes:
        if self._zlib.eof:  # another member, as gzip has them
            self._zlib = zlib.decompressobj(_EITHER)
        try:
            piece: bytes = self._zlib.decompress(self._packed, AT_ONCE)
        except zlib.error:
            raise UpstreamNonsense("The provider's answer is said to be compressed, and is not.") from None
        self._packed = self._zlib.unused_data if self._zlib.eof else self._zlib.unconsumed_tail
        self._full = len(piece) == AT_ONCE and not self._zlib.eof
        return piece


def _window(begun: bytes, coding: str) -> int:
    """The `wbits` for zlib. Some servers leave out the head that RFC 9110 demands of `deflate`; clients cope, too."""
    method, check = begun[0] & 0x0F, int.from_bytes(begun[:_HEAD_BYTES], "big") % 31
    has_head = begun.startswith(_GZIP_HEAD) or (method == zlib.DEFLATED and check == 0)
    return -zlib.MAX_WBITS if coding == "deflate" and not has_head else _EITHER
