"""Which of several local servers of one model gets a request.

Promise: load follows the queues, and a conversation stays where its beginning lies in the cache, until that costs more
than it saves.

Invariants
- A server that is not ready (still loading, gone, told to rest), or says that it has not the model, gets nothing while
  somebody else can answer.
- The burden of a server is what we have under way there plus what it says is waiting there, from others too; and COLD
  where it would first have to load the model from its disk.
- Of servers within SLACK of the least burdened, the prefix decides, by rendezvous hashing: each prefix has its own
  order of servers, and a server that comes or goes moves only its own prefixes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from hashlib import blake2b
from typing import Final, TypeVar

from gateway.core.engines import EngineLoad
from gateway.core.policy import Target

PREFIX_BYTES: Final = 2048
"""Of a request's body: where its model, system text and first turns stand."""

SLACK: Final = 3
"""Requests by which the server that knows the prefix may be busier than the least busy one."""

COLD: Final = 8
"""Requests by which a server with the model in memory may be busier than one with it on its disk. Without an end to
that, of two servers that load on demand the second would never begin."""

FULL_CACHE: Final = 0.95
"""From this part of its key-value cache on, a server evicts: its prefixes are not worth a detour."""

Candidate = TypeVar("Candidate")


Seen = Mapping[str, EngineLoad | None]
"""What each watched server said last, by its provider's name: its load, or None while it is not ready."""

_UNWATCHED: Final = EngineLoad()


def hindrance(target: Target, seen: Seen) -> int:
    """What speaks against asking there, by the server's own word: 0 nothing, and the more the higher.

    What is not watched, or tells nothing of its models, can answer. 1: it is loading the model. 2: it is not ready at
    all. 3: it has no such model.
    """
    load = seen.get(target.provider, _UNWATCHED)
    if load is None:
        return 2
    if load.models is None:
        return 0
    state = load.models.states.get(target.model)
    if state is None:
        return 0 if load.models.any_name else 3
    return 1 if state == "loading" else 0


def answers_as_another(target: Target, seen: Seen) -> bool:
    """Whether the server has another model, and would answer with that."""
    load = seen.get(target.provider)
    return load is not None and load.models is not None and target.model not in load.models.states


def burden(target: Target, under_way: int, seen: Seen) -> int:
    load = seen.get(target.provider)
    if load is None:
        return under_way
    cold = load.models is not None and load.models.states.get(target.model) == "idle"
    return under_way + load.waiting + (COLD if cold else 0)


def choose(
    candidates: Sequence[Candidate],
    target_of: Callable[[Candidate], Target],
    under_way: Callable[[Candidate], int],
    seen: Seen,
    prefix: bytes,
) -> Candidate:
    """One of the candidates, not empty. `prefix`: the beginning of the request."""
    if len(candidates) == 1:
        return candidates[0]
    burdens = [burden(target_of(one), under_way(one), seen) for one in candidates]
    least = min(burdens)
    near = [
        one
        for one, weight in zip(candidates, burdens, strict=True)
        if weight == least or (weight <= least + SLACK and not _is_full(target_of(one).provider, seen))
    ]
    return max(near, key=lambda one: blake2b(prefix, key=target_of(one).provider.encode()[:64], digest_size=8).digest())


def _is_full(name: str, seen: Seen) -> bool:
    load = seen.get(name)
    return load is not None and load.cache_used is not None and load.cache_used >= FULL_CACHE
