"""What a policy would have made of recorded requests: who is refused, where requests go, what they cost.

Promise: two equal policies show no difference, and a difference comes from the policies alone: both are asked about
the same requests, and both costs are of the tokens that were recorded.

Invariants
- Nothing but metadata is read: who asked, for which model, with how many tokens.
- Where a name is shared out by weight, requests and costs are shared out alike: what is told is the mean, not a draw.
- Costs are priced at the mean size of a group of requests. Quotas and budgets are not played through.
- What shadows would be asked is reported apart (`policy.simulated_shadows`): others may pay for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Final

import msgspec

from gateway.core.money import Money
from gateway.core.policy import Effective, Policy, Target
from gateway.core.ports import PriceBook
from gateway.core.traffic import Traffic
from gateway.policy.resolve import Resolver
from gateway.policy.simulated_shadows import Mirrored, Mirroring
from gateway.policy.verdict import PERMITTED, Verdict, judge

NO_TEAM: Final = Verdict("not_permitted", "The policy does not name the team.")


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What changes for one team and model. Requests are whole, moved ones rounded; costs by currency."""

    team: str
    model: str
    requests: int
    refused: int = 0
    admitted: int = 0
    """Refused before, and not any more."""
    moved: int = 0
    why: tuple[str, ...] = ()
    """Codes of new refusals, and where requests go instead."""
    before: tuple[Money, ...] = ()
    after: tuple[Money, ...] = ()
    unpriced: int = 0
    """Requests of which one side has no price: they are in neither cost."""
    mirrored: tuple[Mirrored, ...] = ()
    """Shadows that are asked otherwise than before; their costs are in neither of the two."""

    @property
    def concerns_clients(self) -> bool:
        return bool(self.refused or self.admitted or self.moved or self.before != self.after)

    @property
    def changes(self) -> bool:
        return self.concerns_clients or bool(self.mirrored)


_Shares = dict[Target, Fraction]


class _Sum:
    """Of one team and model."""

    def __init__(self) -> None:
        self.requests = self.refused = self.admitted = self.unpriced = 0
        self.moved = Fraction(0)
        self.why: dict[str, None] = {}
        self.costs: tuple[dict[str, int], dict[str, int]] = ({}, {})
        self.mirroring = Mirroring()


def simulate(
    old: Policy,
    new: Policy,
    traffic: Sequence[Traffic],
    prices: PriceBook,
    now: float,
    progress: Callable[[int, int], None] = lambda *_: None,
) -> list[Effect]:
    """The effects by team and model, with the unchanged ones. `progress(done, of)` before each group."""
    sums: dict[tuple[str, str], _Sum] = {}
    resolver = Resolver()
    for number, group in enumerate(traffic):
        progress(number, len(traffic))
        found = sums.setdefault((group.principal.team, group.model), _Sum())
        teams = [resolver.effective(policy, group.principal) for policy in (old, new)]
        before, after = (_verdict(policy, team, group) for policy, team in zip((old, new), teams, strict=True))
        _add(found, group, before, after)
        for place, (policy, team, verdict) in enumerate(zip((old, new), teams, (before, after), strict=True)):
            if team is not None and verdict.code == PERMITTED:
                found.mirroring.add(place, policy, team, group, prices, now)
        costs = [
            _cost(policy, verdict, group, prices, now) if verdict.code == PERMITTED else {}
            for policy, verdict in ((old, before), (new, after))
        ]
        if None in costs:
            found.unpriced += group.requests
            continue
        for side, cost in zip(found.costs, costs, strict=True):
            for currency, nano in (cost or {}).items():
                side[currency] = side.get(currency, 0) + nano
    return [_effect(team, model, sums[team, model]) for team, model in sorted(sums)]


def _verdict(policy: Policy, team: Effective | None, group: Traffic) -> Verdict:
    return NO_TEAM if team is None else judge(policy, team, group.model, group.operation)


def _add(found: _Sum, group: Traffic, before: Verdict, after: Verdict) -> None:
    found.requests += group.requests
    if before.code == after.code == PERMITTED:
        old, new = _shares(before), _shares(after)
        lost = {target: share - new.get(target, 0) for target, share in old.items() if share > new.get(target, 0)}
        gained = [target for target, share in new.items() if share > old.get(target, 0)]
        if lost:
            found.moved += sum(lost.values()) * group.requests
            found.why[f"{_names(lost)} → {_names(gained)}"] = None
    elif before.code == PERMITTED:
        found.refused += group.requests
        found.why[after.code] = None
    elif after.code == PERMITTED:
        found.admitted += group.requests


def _names(targets: Iterable[Target]) -> str:
    return ", ".join(sorted(f"{target.provider}/{target.model}" for target in targets))


def _shares(verdict: Verdict) -> _Shares:
    """Who answers which part of the requests, while all goes well."""
    targets = verdict.targets or verdict.fallbacks[:1]
    total = sum(target.weight for target in targets)
    shares: _Shares = {}
    for target in targets:
        plain = Target(provider=target.provider, model=target.model)
        shares[plain] = shares.get(plain, Fraction(0)) + Fraction(target.weight, total)
    return shares


def _cost(policy: Policy, verdict: Verdict, group: Traffic, prices: PriceBook, now: float) -> dict[str, int] | None:
    """Nano-units by currency; None where a price is missing."""
    costs: dict[str, Fraction] = {}
    for target, share in _shares(verdict).items():
        for requests, usage in group.sizes():
            bill = prices.bill(policy, target.provider, target.model, usage, now)
            if bill is None or bill.unpriced_calls:
                return None
            money = bill.cost
            costs[money.currency] = costs.get(money.currency, Fraction(0)) + share * money.nano * requests
    return {currency: round(nano) for currency, nano in costs.items()}


def _effect(team: str, model: str, found: _Sum) -> Effect:
    before, after = (
        tuple(Money(nano, currency) for currency, nano in sorted(side.items()) if nano) for side in found.costs
    )
    return Effect(
        team=team,
        model=model,
        requests=found.requests,
        refused=found.refused,
        admitted=found.admitted,
        moved=round(found.moved),
        why=tuple(found.why),
        before=before,
        after=after,
        unpriced=found.unpriced,
        mirrored=found.mirroring.changed(),
    )
