"""Answers that are kept: what policy says about it, and the port to where they lie."""

from __future__ import annotations

from typing import Final, Literal, Protocol, get_args

import msgspec

Check = Literal["checked", "checked_same", "checked_close", "checked_different"]
"""How near an answer comes to what would have been given: `checked` where that is not known, or not yet."""

CacheUse = Literal["bypass", "miss", "hit", "shared", "similar", "replay", Check]
"""Of a request: the cache was not asked · it had no answer · it answered · an equal request was under way, and was
waited for · it answered, with what was said to another text that means the same · an `Idempotency-Key` was used again ·
it would have answered so, and the provider was asked all the same, to compare."""

RECALLED: Final[frozenset[CacheUse]] = frozenset({"hit", "shared", "similar"})
"""The cache answered."""

CHECKS: Final[tuple[Check, ...]] = get_args(Check)

VECTOR: Final = ".vector"
"""How the request id of a call for the vector of a text ends."""

CachePace = Literal["instant", "natural"]


class SemanticPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """Answers also for texts that mean the same. `model`: an alias or `provider/model` that makes vectors of texts.

    `floor`: the cosine of two vectors from which on their texts mean the same, in percent. `checked`: of those
    that would be answered so, the percentage that is asked all the same and compared.
    """

    model: str
    floor: float = 95.0
    checked: float = 5.0


class CachePolicy(msgspec.Struct, frozen=True, kw_only=True):
    """`ttl` in seconds. `sampled`: also requests that ask for variety, with a temperature above 0.

    `pace` of a stream that was kept: all of it at once, or event by event as a model would write.
    """

    enabled: bool = False
    ttl: float = 3600.0
    sampled: bool = False
    pace: CachePace = "instant"
    semantic: SemanticPolicy | None = None


class VectorStore(Protocol):
    """Sealed vectors by bucket, oldest first, for all replicas. What it loses costs a call and nothing more."""

    async def since(self, bucket: bytes, last: bytes | None) -> list[tuple[bytes, bytes]]:
        """(identifier, value) of what came after `last`, or of all; none where the store does not answer."""
        ...

    async def add(self, bucket: bytes, value: bytes, ttl: float, most: int) -> None:
        """Keep it for at most `ttl` seconds, among the newest `most` of its bucket. Raises nothing."""
        ...


class AnswerStore(Protocol):
    """Sealed answers by key. What it loses, or gives back altered, costs a call and nothing more."""

    async def get(self, key: bytes) -> bytes | None:
        """The value, or None where there is none, it has aged, or the store does not answer."""
        ...

    async def put(self, key: bytes, value: bytes, ttl: float) -> None:
        """Keep it for at most `ttl` seconds. Raises nothing: what cannot be kept is not."""
        ...


class ClaimStore(Protocol):
    """Who asks at the moment for what an answer is kept under, for all replicas."""

    async def take(self, key: bytes, owner: bytes, seconds: float) -> bool | None:
        """Whether the claim is `owner`'s, from now for so long: nobody had it, it had lapsed, or it was his already.

        None where the store does not answer.
        """
        ...

    async def give_back(self, key: bytes, owner: bytes) -> None:
        """Let others have it, where it is `owner`'s. Raises nothing: what cannot be given back lapses."""
        ...
