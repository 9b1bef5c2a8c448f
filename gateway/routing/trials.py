"""How an alias's canaries do beside their peers, and who is taken out.

Promise: a new version of a model that does worse costs its clients no more than the answers that it takes to see it.

Invariants
- Only an alias with a `rollback` rule is counted, and judged by what this replica has seen under this very policy: what
  is on trial beside it, or was in force before, has counts of its own.
- A canary is taken out once: the alarm tells it, answers that have begun go on, and new requests go to its peers.
- It is back after the rule's `pause`, with its counts begun anew, or at once under another policy.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from gateway.core.policy import Alias, Policy, Target
from gateway.core.ports import UsageRow
from gateway.core.routes import Rollback
from gateway.routing.pace import TargetName

REFUSALS: Final = frozenset({"refusal", "content_filter"})
KEPT: Final = 4
"""Policies: the one in force, one on trial, and those under which answers still end."""
MOST: Final = 10
"""Times `after`: then counts are halved, so that what was long ago fades."""

Way = TypeVar("Way")


class Tally:
    """What one target's calls came to."""

    __slots__ = ("answers", "calls", "cost", "failures", "first_byte", "refusals")

    def __init__(self) -> None:
        self.calls = self.failures = self.answers = self.refusals = self.first_byte = self.cost = 0.0

    def add(self, record: UsageRow, *, failed: bool) -> None:
        self.calls += 1
        if failed:
            self.failures += 1
            return
        self.answers += 1
        self.refusals += record.finish_reason in REFUSALS
        self.first_byte += record.first_byte_ms or 0
        self.cost += record.cost.nano if record.cost is not None else 0

    def halve(self) -> None:
        for name in self.__slots__:
            setattr(self, name, getattr(self, name) / 2)

    def plus(self, other: Tally) -> Tally:
        total = Tally()
        for name in self.__slots__:
            setattr(total, name, getattr(self, name) + getattr(other, name))
        return total


def verdict(rule: Rollback, canary: Tally, peers: Tally) -> str | None:
    """What is wrong with the canary, in words; None where nothing is, or too little is known."""
    if canary.calls < rule.after or peers.calls < rule.after:
        return None
    if rule.errors is not None:
        own, usual = 100 * canary.failures / canary.calls, 100 * peers.failures / peers.calls
        if own > usual + rule.errors:
            return f"{own:.0f} % of its calls failed, and {usual:.0f} % of its peers'"
    if not canary.answers or not peers.answers:
        return None
    for limit, what, name in ((rule.slower, "time to the first byte", "first_byte"), (rule.dearer, "cost", "cost")):
        usual = getattr(peers, name) / peers.answers
        own = getattr(canary, name) / canary.answers
        if limit is not None and usual and own > usual * limit / 100:
            return f"its {what} is {100 * own / usual:.0f} % of its peers'"
    if rule.refusals is not None:
        own, usual = 100 * canary.refusals / canary.answers, 100 * peers.refusals / peers.answers
        if own > usual + rule.refusals:
            return f"{own:.0f} % of its answers refuse, and {usual:.0f} % of its peers'"
    return None


Name = tuple[str, TargetName]
"""(alias, target)."""


class _State:
    """Under one policy. `out`: canaries that are taken out, and until when."""

    __slots__ = ("out", "tallies")

    def __init__(self) -> None:
        self.tallies: dict[Name, Tally] = {}
        self.out: dict[Name, float] = {}

    def tally(self, alias: Alias, target: Target) -> Tally:
        return self.tallies.get((alias.name, (target.provider, target.model))) or Tally()

    def is_in(self, name: Name, now: float) -> bool:
        if self.out.get(name, 0.0) > now:
            return False
        self.out.pop(name, None)
        return True


class Trials:
    """Of one replica. `alarm`: (alias, target, why). Times are monotonic seconds."""

    def __init__(self, alarm: Callable[[str, str, str], None]) -> None:
        self._alarm = alarm
        self._known: OrderedDict[str, _State] = OrderedDict()
        """By the policy's version, those used last at the end."""

    def out(self, *versions: str) -> list[Name]:
        """Canaries that are taken out under these policies."""
        return [name for version in versions if (known := self._known.get(version)) for name in known.out]

    def in_service(
        self, policy: Policy, alias: Alias, targets: Sequence[tuple[Target, Way]], now: float
    ) -> Sequence[tuple[Target, Way]]:
        """The targets without canaries that are taken out; all, where nobody else would remain."""
        known = self._known.get(policy.version)
        if known is None or not known.out:
            return targets
        left = [one for one in targets if known.is_in((alias.name, (one[0].provider, one[0].model)), now)]
        return left or targets

    def ended(self, policy: Policy, target: TargetName, record: UsageRow, now: float, *, failed: bool) -> None:
        """Count how a call ended, and take the alias's canaries out that do worse than the rule allows."""
        alias = policy.models.get(record.model_asked or "")
        if alias is None or alias.rollback is None:
            return
        known = self._under(policy)
        tally = known.tallies.setdefault((alias.name, target), Tally())
        tally.add(record, failed=failed)
        if tally.calls >= MOST * alias.rollback.after:
            tally.halve()
        self._judge(known, alias, alias.rollback, now)

    def _judge(self, known: _State, alias: Alias, rule: Rollback, now: float) -> None:
        peers = Tally()
        for target in alias.targets:
            if not target.canary:
                peers = peers.plus(known.tally(alias, target))
        for target in alias.targets:
            name = alias.name, (target.provider, target.model)
            if target.canary and name not in known.out and (why := verdict(rule, known.tally(alias, target), peers)):
                known.out[name] = float("inf") if rule.pause is None else now + rule.pause
                known.tallies.pop(name, None)
                self._alarm(alias.name, f"{target.provider}/{target.model}", why)

    def _under(self, policy: Policy) -> _State:
        known = self._known.setdefault(policy.version, _State())
        self._known.move_to_end(policy.version)
        if len(self._known) > KEPT:
            self._known.popitem(last=False)
        return known
