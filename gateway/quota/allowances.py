"""Which budgets are over a request, and what each is counted with.

Invariants
- A counter's name says whose money and which window it is, so that a new window begins with a new counter.
- Amounts are whole nano-units, or thousands of them where a limit is too large for a counter to be exact: reserved and
  posted amounts are rounded up then, never down.
- What a principal is under is worked out once a window, not once a request.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import msgspec

from gateway.core.bounded_memory import make_room
from gateway.core.counting import BIGGEST, Line
from gateway.core.identity import Principal
from gateway.core.limits import Budget
from gateway.core.money import NANO, Money
from gateway.core.policy import Effective, Level, Policy
from gateway.core.spending import Scope
from gateway.quota.windows import Window, window

EXACT_NANO: Final = BIGGEST // 2
"""Limits up to here, some 4.5 million, are counted in nano-units."""
COARSE: Final = 1000
KEPT: Final = 65_536
"""Keys. Where there are more, each request works its own out again."""
ESCROW_PART: Final = 200
"""A process keeps at most one part in so many of a budget for when nobody can be asked."""
ESCROW_NANO: Final = 5 * NANO
"""And at most so much, in the budget's currency."""
_FAR_LIMIT: Final = BIGGEST - 1


class Allowance(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One budget in its present window."""

    scope: Scope
    budget: Budget
    window: Window
    limit: int
    unit: int
    """Nano-units in one of the counter's."""
    counter: str = ""
    """Made of all that tells it from others."""

    def __post_init__(self) -> None:
        name = f"{self.scope.path}/{self.budget.name}/{self.budget.limit.currency}/{self.unit}/{self.window.day}"
        msgspec.structs.force_setattr(self, "counter", name)

    def units(self, money: Money, policy: Policy, at: float) -> int | None:
        """The amount in the counter's units, rounded up, at the rate of that moment's day; None where none is known."""
        if not money.nano:
            return 0
        limited = self.budget.limit.currency
        if money.currency != limited:
            converted = policy.exchange.convert(money, limited, policy.reporting.day_of(at))
            if converted is None:
                return None
            money = converted
        return min(-(-money.nano // self.unit), _FAR_LIMIT)

    def line(self, amount: int) -> Line:
        return Line("spend", self.counter, amount, self.limit, self.window.end)

    def money(self, units: int) -> Money:
        return Money(units * self.unit, self.budget.limit.currency)


def escrow_of(counter: str, limit: int) -> int:
    """What a process keeps of this budget for when nobody can be asked, in the counter's units."""
    unit = int(counter.rsplit("/", 2)[1])
    return min(limit // ESCROW_PART, ESCROW_NANO // unit)


class _Known(msgspec.Struct, frozen=True, gc=False):
    """What was worked out of what a policy says of a principal; it holds from one of these Unix seconds to the other.

    `team` is made anew for each policy. The policy itself is not held: a key that is not used any more would keep all
    teams of an old one in memory.
    """

    team: Effective
    since: float
    until: float
    allowances: tuple[Allowance, ...]


class Allowances:
    """Of the principals seen lately."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}
        """By the key's id; where the model that is asked for has budgets of its own, `id/model`, as no id has a `/`."""

    def over(
        self, policy: Policy, team: Effective, principal: Principal, at: float, asked: str | None
    ) -> tuple[Allowance, ...]:
        """Every budget over this principal, outermost level first, then those of the model as it was asked for."""
        name = f"{principal.key_id}/{asked}" if asked and budgets_of(policy, asked) else principal.key_id
        known = self._known.get(name)
        if known is not None and known.team is team and known.since <= at < known.until:
            return known.allowances
        found = allowances_at(policy, team.levels, principal, at, asked)
        make_room(self._known, KEPT)
        # An increase ends with a day, so what holds is looked at anew each day. All windows begin and end with one.
        today = window("day", at, policy.reporting.timezone)
        self._known[name] = _Known(team, today.start, today.end if found else at, found)
        return found


def budgets_of(policy: Policy, asked: str | None) -> tuple[Budget, ...]:
    """Those of the model that is asked for by this name."""
    alias = policy.models.get(asked or "")
    return () if alias is None else alias.budgets


def allowances_at(
    policy: Policy, levels: tuple[Level, ...], principal: Principal, at: float, asked: str | None
) -> tuple[Allowance, ...]:
    """Every budget of these levels and of the model as it was asked for, in its window at that time."""
    scoped = [(scope_of(level, principal), budget) for level in levels for budget in level.rules.budgets]
    scoped += [(Scope(kind="model", name=asked or ""), budget) for budget in budgets_of(policy, asked)]
    return tuple(_allowance(policy, budget, scope, at) for scope, budget in scoped)


def scope_of(level: Level, principal: Principal) -> Scope:
    """Whose requests a level is about."""
    match level.kind:
        case "organisation":
            return Scope(kind="organisation")
        case "team":
            return Scope(kind="team", team=level.name)
        case "project":
            return Scope(kind="project", team=principal.team, name=level.name)
        case "user":
            return Scope(kind="user", team=principal.team, name=principal.user or level.name)
        case "key" | "issued":
            return Scope(kind="key", team=principal.team, name=principal.key_id)


def _allowance(policy: Policy, budget: Budget, scope: Scope, at: float) -> Allowance:
    limit, unit = _limit_on(budget, policy.reporting.day_of(at))
    return Allowance(
        scope=scope,
        budget=budget,
        window=window(budget.period, at, policy.reporting.timezone),
        limit=limit,
        unit=unit,
    )


@lru_cache(maxsize=4096)
def _limit_on(budget: Budget, today: str) -> tuple[int, int]:
    """(limit, nano-units in each of it) on a day (ISO date): the same objects for all teams that have such a budget."""
    nano = budget.limit.nano + sum(more.by.nano for more in budget.increases if more.until >= today)
    unit = 1 if nano <= EXACT_NANO else COARSE
    return min(nano // unit, BIGGEST), unit


def in_words(money: Money) -> str:
    """An amount as people write it: two decimals, and more where it has more: rounded ones contradict each other."""
    told = str(money)
    tenths = money.nano % NANO and money.nano % (NANO // 10) == 0
    return told.replace(" ", "0 ") if tenths else told
