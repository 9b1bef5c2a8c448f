"""Which of several local servers of one model gets a request.

Promise: load follows the queues, and a conversation stays where its beginning lies in the cache, until that costs more
than it saves.

Invariants
- A server that is not ready (still loading, gone, told to rest) gets nothing while a sister is ready.
- The burden of a server is what we have under way there plus what it says is waiting there, from others too.
- Of servers within SLACK of the least burdened, the prefix decides, by rendezvous hashing: each prefix has its own
  order of servers, and a server that comes or goes moves only its own prefixes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from typing import Final, TypeVar

from gateway.core.engines import EngineLoad

PREFIX_BYTES: Final = 2048
"""Of a request's body: where its model, system text and first turns stand."""

SLACK: Final = 3
"""Requests by which the server that knows the prefix may be busier than the least busy one."""

FULL_CACHE: Final = 0.95
"""From this part of its key-value cache on, a server evicts: its prefixes are not worth a detour."""

Candidate = TypeVar("Candidate")


Seen = Mapping[str, EngineLoad | None]
"""What each watched server said last, by its provider's name: its load, or None while it is not ready."""


def burden(name: str, under_way: int, seen: Seen) -> int:
    load = seen.get(name)
    return under_way + (load.waiting if load is not None else 0)


def is_ready(name: str, seen: Seen) -> bool:
    """Whether nothing speaks against it: what is not watched is taken to be ready."""
    return seen.get(name, _UNWATCHED) is not None


_UNWATCHED: Final = EngineLoad()


def choose(
    candidates: Sequence[Candidate],
    name_of: Callable[[Candidate], str],
    under_way: Callable[[Candidate], int],
    seen: Seen,
    prefix: bytes,
) -> Candidate:
    """One of the candidates, not empty. `prefix`: the beginning of the request."""
    ready = [one for one in candidates if is_ready(name_of(one), seen)] or list(candidates)
    if len(ready) == 1:
        return ready[0]
    burdens = [burden(name_of(one), under_way(one), seen) for one in ready]
    least = min(burdens)
    near = [
        one
        for one, weight in zip(ready, burdens, strict=True)
        if weight == least or (weight <= least + SLACK and not _is_full(name_of(one), seen))
    ]
    return max(near, key=lambda one: blake2b(prefix, key=name_of(one).encode()[:64], digest_size=8).digest())


def _is_full(name: str, seen: Seen) -> bool:
    load = seen.get(name)
    return load is not None and load.cache_used is not None and load.cache_used >= FULL_CACHE
