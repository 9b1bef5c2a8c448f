"""Choose: which attempts are allowed, in which order.

Regions are a hard limit: a target outside the team's regions is not an attempt at all, so that no retry or fallback
can cross a border. Which of those that remain comes first is `routing.candidates`' business.

Where a budget over the request names a cheaper model for when it is spent, the money is held here, since who answers
depends on it: no stage below sees attempts that are not taken. The named model is chosen as if it had been asked for,
so that regions, permissions and the treatment of personal data hold for it alike.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from gateway.core.bounded_memory import make_room
from gateway.core.limit_errors import BudgetSpent
from gateway.core.messages import Dialect
from gateway.core.objects import ObjectCall
from gateway.core.operations import OperationName
from gateway.core.policy import Policy, Target
from gateway.core.ports import Clock
from gateway.core.routes import MarginalCost, Preference, rank
from gateway.dialects.codec import Operation
from gateway.errors import (
    BadParameter,
    GatewayError,
    NoPermittedRegion,
    PersonalDataRefused,
    UpstreamError,
    UpstreamUnreachable,
)
from gateway.exchange import Attempt, Exchange
from gateway.policy.interning import interned
from gateway.policy.model_names import borders_of, may_see, targets_of
from gateway.policy.per_policy import PerPolicy
from gateway.providers.provider import Provider
from gateway.routing.candidates import CandidateOrder, Rank
from gateway.routing.pace import TargetName
from gateway.routing.replicas import PREFIX_BYTES
from gateway.routing.trials import Trials
from gateway.stages.check_owner import CheckOwner
from gateway.stages.choosing.choose_among import (
    Admitted,
    able,
    alike,
    attempt_at,
    every_target,
    pinned,
    route_of,
    without_unpermitted,
)
from gateway.stages.choosing.choose_keeper import KeeperChoice
from gateway.stages.choosing.sticky import sticky_mark
from gateway.stages.money.hold_money import MoneyHolder
from gateway.stages.redact import Redact
from gateway.stages.stage import Stage

MAX_ATTEMPTS = 2
"""The first and one fallback: more would multiply what a failure costs."""
KEPT_POLICIES = 2
MAX_REMEMBERED = 65_536
"""Answers to which targets are admitted, of each of these policies."""

_Admissions = dict[tuple[str, str, int | None, Dialect, OperationName], tuple[Admitted, Admitted]]
"""(scope, model asked, route, request's dialect, operation) -> admitted targets and fallbacks."""


class Choose(Stage):
    """Sets `exchange.attempts`, never empty."""

    after = (CheckOwner, Redact)  # only its own provider can read what a request names; some content has to stay home

    def __init__(
        self,
        provider_of: Callable[[Policy, str], Provider | None],
        ways: CandidateOrder[Attempt],
        trials: Trials,
        clock: Clock,
        money: MoneyHolder,
        marginal: Callable[[Policy, Target], MarginalCost | None],
    ) -> None:
        self._provider_of = provider_of
        self._ways = ways
        self._trials = trials
        self._clock = clock
        self._money = money
        self._marginal = marginal
        self._keepers = KeeperChoice(provider_of)
        self._policy: Policy | None = None
        self._admitted: _Admissions = {}
        """Of `_policy`."""
        self._memories: PerPolicy[tuple[_Admissions]] = PerPolicy(KEPT_POLICIES, lambda: ({},))

    def enter(self, exchange: Exchange) -> Awaitable[None] | None:
        call = exchange.inbound.call
        if call is not None:
            return self._keep(exchange, call)
        attempts = self._attempts(exchange, exchange.envelope.model)
        if exchange.team.downgrades and not exchange.inbound.operation.free:
            return self._afford(exchange, attempts)
        exchange.attempts = attempts
        return None

    async def _keep(self, exchange: Exchange, call: ObjectCall) -> None:
        exchange.attempts = await self._keepers.attempts(exchange, call, lambda asked: every_target(exchange, asked))

    async def _afford(self, exchange: Exchange, attempts: tuple[Attempt, ...]) -> None:
        exchange.attempts = await self._afforded(exchange, attempts)

    async def _afforded(self, exchange: Exchange, attempts: tuple[Attempt, ...]) -> tuple[Attempt, ...]:
        """These, paid for, or those of the model that the budget without room names; raises BudgetSpent, …"""
        wanted, operation = attempts[0].target.model, exchange.inbound.operation
        tried, without_room = {exchange.envelope.model}, None
        while True:
            try:
                await self._money.hold(exchange, attempts)
            except BudgetSpent as spent:
                instead = spent.instead
                if instead is None or instead in tried:
                    raise
                tried.add(instead)
                try:
                    attempts = self._attempts(exchange, instead)
                except UpstreamError:
                    raise  # the way out is there, and will be passable again
                except GatewayError as obstacle:
                    raise spent from obstacle  # what this team, or this request, may not use is no way out
                if not operation.interchangeable and attempts[0].target.model != wanted:
                    raise  # a vector of another model misleads
                without_room = spent.budget
            else:
                exchange.record.downgraded = without_room
                return attempts

    def _attempts(self, exchange: Exchange, asked: str) -> tuple[Attempt, ...]:
        """The ways to an answer by this name, the best first, never none."""
        operation = exchange.inbound.operation
        alias = exchange.policy.models.get(asked)
        route = route_of(alias, exchange) if alias is not None and alias.routes else None
        targets, fallbacks = (
            self._at_home(exchange, asked, route) if exchange.stays_home else self._known(exchange, asked, route)
        )
        if exchange.owned_objects:
            keeper = pinned(exchange, [attempt for _, attempt in (*targets, *fallbacks)])
            return tuple(without_unpermitted(exchange, [keeper]))
        if any(target.cannot or target.context for target, _ in (*targets, *fallbacks)):
            targets, fallbacks = able(exchange, asked, targets, fallbacks)
        mark = None
        if alias is not None and alias.rollback is not None:
            targets = self._trials.in_service(exchange.policy, alias, targets, self._clock.monotonic())
        if alias is not None and alias.sticky is not None:
            mark = sticky_mark(exchange, alias.name, alias.sticky)
        prefer = alias.prefer if alias is not None else None
        attempts = self._ways.ordered(
            exchange.policy,
            targets,
            fallbacks,
            exchange.body[:PREFIX_BYTES],
            alias.overflow_at if alias is not None else None,
            mark,
            self._ranks(exchange.policy, prefer, targets) if prefer is not None else None,
        )
        attempts = without_unpermitted(exchange, attempts)
        if prefer is not None:
            exchange.record.chosen = self._because(exchange.policy, attempts[0].target)
        if operation.estimated or not operation.interchangeable:
            attempts = alike(attempts, operation)
        return tuple(attempts[:MAX_ATTEMPTS])

    def _ranks(self, policy: Policy, prefer: Preference, targets: Admitted) -> Rank | None:
        """By what a call costs there now; None while that is not known."""
        ranks: dict[TargetName, tuple[bool, int]] = {}
        for target, _ in targets:
            cost = self._marginal(policy, target)
            if cost is None:
                return None
            ranks[target.provider, target.model] = rank(prefer, cost)
        return lambda target: ranks[target.provider, target.model]

    def _because(self, policy: Policy, target: Target) -> str | None:
        cost = self._marginal(policy, target)
        return None if cost is None else f"{target.provider}/{target.model}: {cost.because}"

    def _known(self, exchange: Exchange, asked: str, route: int | None = None) -> tuple[Admitted, Admitted]:
        """What may be tried for a name, or for one of its routes, remembered."""
        if exchange.policy is not self._policy:  # also where the other policy's request came while this one waited
            self._policy = exchange.policy
            (self._admitted,) = self._memories.of(exchange.policy)
        operation = exchange.inbound.operation
        key = (exchange.team.scope, asked, route, exchange.reader.dialect, operation.name)
        admitted = self._admitted.get(key)
        if admitted is None:
            admitted = self._admit(exchange, operation, asked, route)
            make_room(self._admitted, MAX_REMEMBERED)
            self._admitted[key[0], interned(asked), *key[2:]] = admitted  # one text for all teams, not each body's own
        return admitted

    def _at_home(self, exchange: Exchange, asked: str, route: int | None) -> tuple[Admitted, Admitted]:
        """Those that are sovereign, or what the rules name instead; raises PersonalDataRefused where there is none."""
        redacted = exchange.redacted
        assert redacted is not None, "what stays at home was looked at"
        instead = redacted.rules.local_model
        for name, of_route in ((asked, route), (instead, None)):
            if name is not None:
                try:
                    targets, fallbacks = self._known(exchange, name, of_route)
                except GatewayError:
                    if name == asked:
                        raise
                    continue  # what the rules name is not for this team: the refusal says what can be done
                at_home = [[one for one in some if exchange.is_sovereign(one[1])] for some in (targets, fallbacks)]
                if any(at_home):
                    return at_home[0], at_home[1]
        raise PersonalDataRefused(
            f"This request holds data that only a sovereign provider may see, and {asked[:128]!r} "
            f"has none: {redacted.counts_text()}. Name a model that is served in the house, or take the data out."
        )

    def _admit(
        self, exchange: Exchange, operation: Operation, asked: str, route: int | None
    ) -> tuple[Admitted, Admitted]:
        """What may be tried, not both empty; raises UnknownModel, ModelNotPermitted, NoPermittedRegion, …"""
        policy, team, own = exchange.policy, exchange.team, exchange.reader.dialect
        targets, fallbacks = targets_of(policy, team, asked, route)
        crossing = False
        unable: dict[str, None] = {}

        def permitted(candidates: tuple[Target, ...]) -> Admitted:
            nonlocal crossing
            found = []
            for target in candidates:
                provider = self._provider_of(policy, target.provider)
                if provider is None:
                    continue
                if not may_see(team, provider.policy):
                    crossing = True
                    continue
                attempt = attempt_at(provider, target, operation, own)
                if attempt is None:
                    unable[target.provider] = None
                    continue
                found.append((target, attempt))
            return interned(tuple(found))

        admitted = interned((permitted(targets), permitted(fallbacks)))
        if not any(admitted) and unable:
            raise BadParameter(
                f"{operation.name} cannot be asked of {asked[:128]!r} in this API: "
                f"{', '.join(unable)} does not offer it here. Name another model.",
                param="model",
            )
        if not any(admitted) and crossing:
            raise NoPermittedRegion(
                f"Team {team.name!r} may use {borders_of(team)} only, "
                f"and {asked[:128]!r} is served from none of these. Name another model."
            )
        if not any(admitted):
            alias = policy.models.get(asked)
            obstacle = policy.obstacle(alias) if alias else None
            raise UpstreamUnreachable(
                f"{obstacle or 'No provider can be called.'} GET /v1/models lists what can be used."
            )
        return admitted
