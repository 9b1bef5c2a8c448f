"""What is remembered of a policy, for each of those in use.

Promise: the request that is the first to see a new policy does not stand still for what was remembered of an old one.
Of ten thousand keys that takes tens of milliseconds to free, so it is left to a thread.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from gateway.background_work import FREED_LATER
from gateway.core.policy import Policy

_Memory = TypeVar("_Memory", bound=tuple[dict[Any, Any], ...])


class PerPolicy(Generic[_Memory]):
    """Of so many policies, those seen first the latest. `make`: the mappings of a policy that nothing is known of.

    Policies are told apart by identity. Mappings of one that is let go of are emptied, whoever may still have them.
    """

    def __init__(self, policies: int, make: Callable[[], _Memory]) -> None:
        self._policies = policies
        self._make = make
        self._known: list[tuple[Policy, _Memory]] = []

    def of(self, policy: Policy) -> _Memory:
        for known, memory in self._known:
            if known is policy:
                return memory
        made = self._make()
        self._known.insert(0, (policy, made))
        while len(self._known) > self._policies:
            FREED_LATER.drop(self._known.pop()[1])
        return made
