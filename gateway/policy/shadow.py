"""A policy that decides nothing, compared with the one that does: what a trial would change, counted on live requests.

Invariants
- Nothing of a request is kept but the number of each outcome.
- The verdicts of one key, model and operation are found once for a pair of policies.
"""

from __future__ import annotations

from typing import Final, Literal

from gateway.core.bounded_memory import make_room
from gateway.core.identity import Principal
from gateway.core.policy import Policy
from gateway.policy.resolve import Resolver
from gateway.policy.verdict import PERMITTED, Verdict, judge

Outcome = Literal["same", "refused", "admitted", "elsewhere"]

MOST_REMEMBERED: Final = 65_536


class Shadow:
    """`counts`: how many requests would have fared how, since the pair of policies is what it is."""

    def __init__(self) -> None:
        self.counts: dict[str, int] = {}
        self._pair: tuple[Policy, Policy] | None = None
        self._resolver = Resolver()
        self._known: dict[tuple[Principal, str, str], Outcome] = {}

    def compare(self, policy: Policy, trial: Policy, principal: Principal, model: str, operation: str) -> None:
        """Count what `trial` would have made of a request that `policy` has decided."""
        if self._pair is None or self._pair[0] is not policy or self._pair[1] is not trial:
            self._pair = policy, trial
            self.counts = {}
            self._known = {}
        key = principal, model, operation
        outcome = self._known.get(key)
        if outcome is None:
            make_room(self._known, MOST_REMEMBERED)
            outcome = self._known[key] = self._outcome(policy, trial, *key)
        self.counts[outcome] = self.counts.get(outcome, 0) + 1

    def _outcome(self, policy: Policy, trial: Policy, principal: Principal, model: str, operation: str) -> Outcome:
        before, after = (self._verdict(each, principal, model, operation) for each in (policy, trial))
        if (permitted := before is not None and before.code == PERMITTED) != (
            after is not None and after.code == PERMITTED
        ):
            return "refused" if permitted else "admitted"
        if before is None or after is None:
            return "same"
        same = (before.targets, before.fallbacks) == (after.targets, after.fallbacks)
        return "same" if same else "elsewhere"

    def _verdict(self, policy: Policy, principal: Principal, model: str, operation: str) -> Verdict | None:
        team = self._resolver.effective(policy, principal)
        return None if team is None else judge(policy, team, model, operation)
