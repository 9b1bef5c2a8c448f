"""The content of a file that is too long to be held: passed on as it comes, a few whole lines at a time.

Invariants
- No more of it is held than MAX_ANSWER_BYTES, where it begins, and then a piece and a line.
- A line of JSON is never cut, so that values are put back in it as in a body that came whole.
- What the audit has of it is how long it is, and its digest: it stays at the provider.
- Where it breaks off, the client's connection does, too: nothing that could be said behind half of it is no content.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from hashlib import sha256
from typing import Final

from gateway.core.audit import Trail
from gateway.core.events import Ended, Frame
from gateway.dialects.batch_lines import LONGEST_LINE, Results
from gateway.exchange import Batch
from gateway.providers.transport import UpstreamResponse
from gateway.stages.answers.flows import MAX_ANSWER_BYTES

PIECE: Final = 1024 * 1024
"""Bytes that are passed on at a time, at least."""

Learn = Callable[[Results], Awaitable[None]]


class LongContent:
    """`learn`, where the lines are a batch's results, is told of them when the last has come."""

    def __init__(self, response: UpstreamResponse, begun: deque[bytes], rest: AsyncIterator[bytes] | None) -> None:
        self.trail: Trail | None = None
        self.learn: Learn | None = None
        self._response = response
        self._begun = begun
        self._rest = rest
        self._line = b""
        """The beginning of a line, or of what has none."""
        self._results = Results()
        self._digest = sha256()
        self._size = 0
        self._over = False

    def __aiter__(self) -> LongContent:
        return self

    async def __anext__(self) -> Batch:
        if self._over:
            raise StopAsyncIteration
        pieces, size = [self._line], 0
        while size < PIECE and (piece := await self._next()) is not None:
            pieces.append(piece)
            size += len(piece)
        if not size:
            return await self._end()
        data = b"".join(pieces)
        whole, feed, self._line = data.rpartition(b"\n")
        if not feed and len(data) > LONGEST_LINE:
            whole, self._line = data, b""
        await asyncio.to_thread(self._look_at, whole + feed)
        return [Frame([], whole + feed)]

    async def aclose(self) -> None:
        self._over = True
        self._response.close()

    async def _next(self) -> bytes | None:
        if self._begun:
            return self._begun.popleft()
        return None if self._rest is None else await anext(self._rest, None)

    async def _end(self) -> Batch:
        self._over = True
        last = self._line
        await asyncio.to_thread(self._look_at, last)
        if self.learn is not None:
            self._results.add(b"\n")
            await self.learn(self._results)
        if self.trail is not None:
            self.trail.raw = b"%d bytes, SHA-256 %s" % (self._size, self._digest.hexdigest().encode())
        return [Frame([], last), Frame([Ended()], b"")]

    def _look_at(self, piece: bytes) -> None:
        self._size += len(piece)
        self._digest.update(piece)
        if self.learn is not None:
            self._results.add(piece)


async def content_of(response: UpstreamResponse) -> bytes | LongContent:
    """All of it, and the answer is closed; or what passes it on, and closes it when that is closed."""
    begun: deque[bytes] = deque()
    size, rest = 0, response.chunks()
    async for piece in rest:
        begun.append(piece)
        size += len(piece)
        if size > MAX_ANSWER_BYTES:
            return LongContent(response, begun, rest)
    response.close()
    return b"".join(begun)


def unread_content(response: UpstreamResponse) -> LongContent:
    """Where only its head is asked for. Its length is left out: with values put back, only reading it would tell."""
    response.close()
    return LongContent(response, deque(), None)
