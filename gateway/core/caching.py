"""Answers that are kept: what policy says about it, and the port to where they lie."""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec

CacheUse = Literal["bypass", "miss", "hit", "replay"]
"""Of a request: the cache was not asked · it had no answer · it answered · an `Idempotency-Key` was used again."""

CachePace = Literal["instant", "natural"]


class CachePolicy(msgspec.Struct, frozen=True, kw_only=True):
    """`ttl` in seconds. `sampled`: also requests that ask for variety, with a temperature above 0.

    `pace` of a stream that was kept: all of it at once, or event by event as a model would write.
    """

    enabled: bool = False
    ttl: float = 3600.0
    sampled: bool = False
    pace: CachePace = "instant"


class AnswerStore(Protocol):
    """Sealed answers by key. What it loses, or gives back altered, costs a call and nothing more."""

    async def get(self, key: bytes) -> bytes | None:
        """The value, or None where there is none, it has aged, or the store does not answer."""
        ...

    async def put(self, key: bytes, value: bytes, ttl: float) -> None:
        """Keep it for at most `ttl` seconds. Raises nothing: what cannot be kept is not."""
        ...
