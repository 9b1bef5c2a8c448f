"""In which order the permitted ways are tried.

Invariants
- Nothing is added: what comes out is a choice among what came in.
- What cannot answer now (an open breaker, a local server that is not ready, or says that it has not the model) is left
  out while another way remains; so is a server that would answer with another model than the one it is asked for,
  while somebody has that.
- Among an alias's targets the weights decide; among local servers of one model then their queues and their caches
  (`routing.replicas`).
- A request that was given to a local server counts there from that moment, though its call begins when it is on record
  and paid for: else all of a burst would go where nothing was under way when it came.
- A server that warms up is passed over for the other targets but for its share of the draws, never for fallbacks.
- A local server with `overflow_at` requests waiting or more is passed over for the fallbacks, where there are any: they
  have passed the same borders.
- Sisters take over only where there are no fallbacks, or as second choice where the alias prefers some of its targets.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeVar

from gateway.core.policy import Policy, Target
from gateway.core.ports import Clock
from gateway.routing.health import Health, circuit_open
from gateway.routing.pace import TargetName
from gateway.routing.replicas import Seen, answers_as_another, burden, choose, hindrance

Way = TypeVar("Way")
Pairs = Sequence[tuple[Target, Way]]
Rank = Callable[[Target], tuple[bool, int]]

GIVEN_SECONDS: Final = 0.1
"""So long a request counts where it was given to, if its call does not begin: it may be refused, or answered before."""


class CandidateOrder(Generic[Way]):
    """`draw` gives a number from 0 up to, not including, 1; `seen` is what local servers last told."""

    def __init__(self, draw: Callable[[], float], health: Health, clock: Clock, seen: Seen) -> None:
        self._draw = draw
        self._health = health
        self._clock = clock
        self._seen = seen
        self._given: dict[TargetName, deque[tuple[float, int]]] = {}
        """Of local servers among peers: when each request was given to them, and what had begun there then."""

    def ordered(
        self,
        policy: Policy,
        targets: Pairs[Way],
        fallbacks: Pairs[Way],
        prefix: bytes,
        overflow_at: int | None,
        mark: float | None = None,
        rank: Rank | None = None,
    ) -> list[Way]:
        """All that may be tried, not both empty, the best first. Raises CircuitOpen where nothing can be called now.

        `rank`: only targets of the least one are drawn from, and the others follow in its order.
        `mark`, from 0 up to 1, stands in place of a draw: equal marks get the same target, while the weights stand.
        """
        if self._health.open:
            targets, fallbacks = self._closed(targets, fallbacks)
        if self._seen and any(target.provider in self._seen for target, _ in (*targets, *fallbacks)):
            targets, fallbacks = self._able(targets, fallbacks)
        if rank is not None and len(targets) > 1:
            targets, later = _ranked(targets, rank)
            fallbacks = [*later, *fallbacks]
        rest = [way for _, way in fallbacks]
        is_full = overflow_at is not None and all(
            self._is_local(policy, target) and self._burden(target) >= overflow_at for target, _ in targets
        )
        drawn = self._drawn(policy, targets, prefix, mark)
        if not rest or not drawn:
            return drawn or rest
        return [*rest, drawn[0]] if is_full else [drawn[0], *rest]

    def _closed(self, targets: Pairs[Way], fallbacks: Pairs[Way]) -> tuple[Pairs[Way], Pairs[Way]]:
        """Without those whose breaker is open."""
        now = self._clock.monotonic()
        waits = {_name(target): self._health.wait(_name(target), now) for target, _ in (*targets, *fallbacks)}
        if all(waits.values()):
            raise circuit_open(min(waits.values()))
        closed = {name for name, wait in waits.items() if not wait}
        return [one for one in targets if _name(one[0]) in closed], [
            one for one in fallbacks if _name(one[0]) in closed
        ]

    def _able(self, targets: Pairs[Way], fallbacks: Pairs[Way]) -> tuple[Pairs[Way], Pairs[Way]]:
        """Without those that cannot answer, by their own word; where nobody can, those nearest to it."""
        seen = self._seen
        against = [[hindrance(target, seen) for target, _ in some] for some in (targets, fallbacks)]
        if any(map(any, against)):
            least = min(min(some) for some in against if some)
            targets, fallbacks = (
                [one for one, its in zip(some, its_own, strict=True) if its == least]
                for some, its_own in zip((targets, fallbacks), against, strict=True)
            )
        if any(answers_as_another(target, seen) for target, _ in targets):
            served = {one.model for one, _ in (*targets, *fallbacks) if not answers_as_another(one, seen)}
            targets = [one for one in targets if one[0].model not in served or not answers_as_another(one[0], seen)]
        return targets, fallbacks

    def _drawn(self, policy: Policy, targets: Pairs[Way], prefix: bytes, mark: float | None) -> list[Way]:
        """One by weight, then its peers."""
        if len(targets) < 2:
            return [way for _, way in targets]
        mark = self._draw() if mark is None else mark
        drawn = self._one(policy, targets, prefix, mark)
        return [drawn[1], *(way for target, way in targets if target is not drawn[0])]

    def _one(self, policy: Policy, targets: Pairs[Way], prefix: bytes, mark: float) -> tuple[Target, Way]:
        drawn = _by_weight(targets, mark)
        if not self._is_local(policy, drawn[0]):
            return drawn
        model = drawn[0].model
        replicas = [one for one in targets if one[0].model == model and self._is_local(policy, one[0])]
        warm = [one for one in replicas if self._is_warm(policy, one[0])]
        if not warm:
            others = [one for one in targets if one not in replicas]
            if others:
                return self._one(policy, others, prefix, mark)
        found = choose(warm or replicas, lambda one: one[0], lambda one: self._under_way(one[0]), self._seen, prefix)
        if len(replicas) > 1:
            name = _name(found[0])
            begun = self._health.begun.setdefault(name, 0)
            self._given.setdefault(name, deque()).append((self._clock.monotonic(), begun))
        return found

    def _is_warm(self, policy: Policy, target: Target) -> bool:
        """Whether it may be drawn this time. One that nobody has looked at yet since policy names it waits for that."""
        if policy.providers[target.provider].warm_up is None:
            return True
        load = self._seen.get(target.provider)
        share = 0.0 if load is None else load.share
        return share >= 1.0 or self._draw() < share

    def _burden(self, target: Target) -> int:
        return burden(target, self._under_way(target), self._seen)

    def _under_way(self, target: Target) -> int:
        name = _name(target)
        return self._health.under_way.get(name, 0) + (self._on_their_way(name) if name in self._given else 0)

    def _on_their_way(self, name: TargetName) -> int:
        """Requests that were given to it lately and have not begun."""
        given, since = self._given[name], self._clock.monotonic() - GIVEN_SECONDS
        while given and given[0][0] < since:
            given.popleft()
        return max(0, len(given) - (self._health.begun[name] - given[0][1])) if given else 0

    def _is_local(self, policy: Policy, target: Target) -> bool:
        return policy.providers[target.provider].kind == "local"


def _by_weight(targets: Pairs[Way], mark: float) -> tuple[Target, Way]:
    mark *= sum(target.weight for target, _ in targets)
    for pair in targets:
        mark -= pair[0].weight
        if mark < 0:
            return pair
    return targets[-1]


def _ranked(targets: Pairs[Way], rank: Rank) -> tuple[Pairs[Way], Pairs[Way]]:
    """Those of the least rank, and the others in order."""
    ranks = [rank(target) for target, _ in targets]
    least = min(ranks)
    others = sorted((place for place in range(len(targets)) if ranks[place] != least), key=ranks.__getitem__)
    return [one for one, its in zip(targets, ranks, strict=True) if its == least], [targets[place] for place in others]


def _name(target: Target) -> TargetName:
    return target.provider, target.model
