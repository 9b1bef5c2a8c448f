"""DescribeKey: `GET /me`: what a key may use, what it spent, what is left, why it was refused, and what becomes of
what it sends: what is recorded, and how personal data is treated where.

Promise: nothing of anybody else: another key's spend shows only as far as it is part of a budget that this key shares.
The answer is the same JSON whatever the dialect.
"""

from __future__ import annotations

import math
from collections.abc import Awaitable, Iterable, Sequence
from datetime import UTC, datetime
from typing import Any, Final

import msgspec

from gateway.core.audit import DAY, DEFAULT_AUDIT, AuditPolicy
from gateway.core.events import Ended, Frame
from gateway.core.identity import Principal
from gateway.core.key_status import KeyHistory, ModelSpend, PriceTag, PriceTags, Refusal, Unknown
from gateway.core.limits import Budget
from gateway.core.money import ExchangeRates, Money, times
from gateway.core.policy import Alias, Effective, Level, Policy, Target
from gateway.core.ports import Clock
from gateway.core.reporting import zone
from gateway.errors import Overloaded
from gateway.exchange import Exchange
from gateway.policy.model_names import may_see
from gateway.quota.allowances import Allowance, allowances_at
from gateway.quota.budgets import Budgets
from gateway.quota.throttle import Throttle, quotas_over
from gateway.quota.windows import window
from gateway.stages.answers.flows import WholeAnswer
from gateway.stages.govern import Govern
from gateway.stages.stage import Stage

REFUSALS: Final = 5

FIXES: Final[dict[str, str]] = {
    "invalid_request": "Correct the request: the answer named the field.",
    "malformed_body": "Send a JSON object.",
    "context_length_exceeded": "Shorten the request, or name a model that takes more.",
    "invalid_parameter": "Correct the parameter that the answer named.",
    "thread_unsupported_request": "Send the whole history: conversations are not kept at a provider for you.",
    "untranslatable": "Leave the field out, or name a model whose provider has it: the answer named both.",
    "not_permitted": "Ask the gateway's administrators whether the team still exists.",
    "address_not_permitted": "Call from a network that the key is good for, or have it widened.",
    "model_not_permitted": "Name one of the models below, or ask your team's administrators for this one.",
    "operation_not_permitted": "Ask your team's administrators to permit the operation.",
    "not_found": "Check the id: what another team made cannot be found.",
    "model_not_found": "Name one of the models below.",
    "no_permitted_region": "Name a model that is served from a region your team permits.",
    "body_too_large": "Send less in one request.",
    "personal_data": "Take the personal data out: the answer named its kinds.",
    "rate_limit_exceeded": "Wait as long as Retry-After said, or spread the calls out.",
    "price_unknown": "Name a model that has a price, leave out a tool that has none, or have one stated.",
    "budget_spent": "Wait until the budget resets, or have it increased.",
    "overloaded": "Try again shortly.",
}
COUNTED: Final = {"requests": "requests a minute", "tokens": "tokens a minute", "concurrent": "calls at once"}
OTHERWISE: Final = "The answer said what to do; if that does not help, quote the request id to the administrators."

_encode: Final = msgspec.json.Encoder().encode


class DescribeKey(Stage):
    """For its operation: sets `answer`, `streamed` and `native`."""

    after = (Govern,)  # limits are the team's, and the key's
    answers = True

    def __init__(
        self, history: KeyHistory, tags: PriceTags, throttle: Throttle, budgets: Budgets, clock: Clock
    ) -> None:
        self._history = history
        self._tags = tags
        self._throttle = throttle
        self._budgets = budgets
        self._clock = clock

    def enter(self, exchange: Exchange) -> Awaitable[None] | None:
        return self._write_answer(exchange) if exchange.inbound.operation.name == "me" else None

    async def _write_answer(self, exchange: Exchange) -> None:
        try:
            body = _encode(await self._answer(exchange.policy, exchange.team, exchange))
        except Unknown:
            raise Overloaded(
                "Usage cannot be read from the database at the moment. Try again shortly.", retry_after=5
            ) from None
        exchange.streamed = False
        exchange.native = True
        exchange.answer = WholeAnswer(Frame([Ended()], body))

    async def _answer(self, policy: Policy, team: Effective, exchange: Exchange) -> dict[str, Any]:
        await self._history.written()  # or the answer of a moment ago would seem to have cost nothing
        principal, now = exchange.principal, self._clock.now()
        today = policy.reporting.day_of(now)
        month = window("month", now, policy.reporting.timezone).day
        spends = await self._history.spent(month, today, {"key_id": principal.key_id})
        models = self._models(policy, team, now)
        limited = [policy.models[each["name"]] for each in models]
        return {
            "key": {"id": principal.key_id, "name": principal.name, "user": principal.user},
            "team": team.name,
            "project": team.project,
            "cost_center": team.cost_center,
            "regions": None if team.regions is None else sorted(team.regions),
            "operators": None if team.operators is None else sorted(team.operators),
            "tags": sorted(team.tags or ()),
            "recorded": _recorded(team.audit or DEFAULT_AUDIT),
            "personal_data": _treated(policy, team, policy.reporting.day_of(now)),
            "quotas": await self._quotas(team, principal, exchange.record.request_id, limited),
            "budgets": [
                *[
                    await self._budget(policy, team, principal, level, budget, now)
                    for level in team.levels
                    for budget in level.rules.budgets
                ],
                *[
                    await self._budget_of_a_model(policy, allowance, now, exchange.record.request_id)
                    for alias in limited
                    for allowance in allowances_at(policy, (), principal, now, alias.name)
                ],
            ],
            "spend": {"since": month, "by_model": _by_model(spends, policy)},
            "models": models,
            "refusals": [_refusal(each) for each in await self._history.refusals(principal.key_id, REFUSALS)],
        }

    async def _budget(
        self, policy: Policy, team: Effective, principal: Principal, level: Level, budget: Budget, now: float
    ) -> dict[str, Any]:
        today, zone_name = policy.reporting.day_of(now), policy.reporting.timezone
        during, whose = window(budget.period, now, zone_name), _whose(level, team, principal)
        spends = await self._history.spent(during.day, today, whose)
        held = await self._history.held(during.start, during.end, whose)
        currency = budget.limit.currency
        spent = sum(_converted(spend, currency, policy.exchange) for spend in spends)
        converted = [policy.exchange.convert(each.money, currency, policy.reporting.day_of(each.at)) for each in held]
        waiting = sum(money.nano for money in converted if money is not None)
        return _limit(policy, budget, level.kind, level.name, now, (spent, waiting))

    async def _budget_of_a_model(self, policy: Policy, allowance: Allowance, now: float, id: str) -> dict[str, Any]:
        """By the counters: no report sums up by the name that was asked for."""
        spent, held = await self._budgets.spent_and_held(f"{id}/me/{allowance.counter}", policy, allowance, now)
        return _limit(policy, allowance.budget, "model", allowance.scope.name, now, (spent.nano, held.nano))

    async def _quotas(
        self, team: Effective, principal: Principal, id: str, limited: Sequence[Alias]
    ) -> list[dict[str, Any]]:
        quotas = quotas_over(team, principal, 0, *limited)
        if not quotas:
            return []
        lefts = await self._throttle.left(f"me-{id}", quotas)
        return [
            {
                "of": quota.scope.title,
                "counts": COUNTED[quota.of],
                "limit": quota.limit,
                "left": left,
                "full_again_in_seconds": math.ceil((quota.limit - left) * 60 / quota.limit)
                if quota.kind == "rate"
                else None,
            }
            for quota, left in zip(quotas, lefts, strict=True)
        ]

    def _models(self, policy: Policy, team: Effective, now: float) -> list[dict[str, Any]]:
        listed = []
        for name, alias in policy.models.items():
            if team.permits(name):
                served = [
                    self._target(policy, target, now)
                    for target in (*alias.targets, *alias.fallbacks)
                    if target.provider in policy.providers and may_see(team, policy.providers[target.provider])
                ]
                listed.append({"name": name, "served_by": served})
        return [each for each in listed if each["served_by"]]

    def _target(self, policy: Policy, target: Target, now: float) -> dict[str, Any]:
        tag = self._tags.tag(policy, target.provider, target.model, now)
        return {
            "provider": target.provider,
            "model": target.model,
            "region": policy.providers[target.provider].region,
            "price_per_million_tokens": None if tag is None else _price(tag),
        }


def _limit(
    policy: Policy, budget: Budget, level: str, of: str | None, now: float, gone: tuple[int, int]
) -> dict[str, Any]:
    """`gone`: what is spent and what is held, in nano-units."""
    today, zone_name = policy.reporting.day_of(now), policy.reporting.timezone
    limit = budget.limit.nano + sum(more.by.nano for more in budget.increases if today <= more.until)
    spent, held = gone
    currency = budget.limit.currency
    return {
        "level": level,
        "of": of,
        "name": budget.name,
        "period": budget.period,
        "limit": _money(limit, currency),
        "spent": _money(spent, currency),
        "held": _money(held, currency),
        "left": _money(max(limit - spent - held, 0), currency),
        "resets_at": datetime.fromtimestamp(window(budget.period, now, zone_name).end, zone(zone_name)).isoformat(),
        "when_spent": f"downgrade to {budget.downgrade}" if budget.downgrade else "refuse",
    }


def _recorded(audit: AuditPolicy) -> dict[str, Any]:
    """What is kept of this key's requests: `prompts_and_answers` sealed for so many days, or none."""
    kept = audit.content != "none"
    return {
        "prompts_and_answers": "sealed" if kept else "not kept",
        "readable_for_days": round(audit.retention / DAY, 1) if kept else 0,
        "address": not audit.omit_ip and kept,
    }


def _treated(policy: Policy, team: Effective, today: str) -> dict[str, Any] | None:
    """What becomes of personal data: type -> action, by where a model runs; None where nothing is looked for."""
    if team.pii is None:
        return None
    rules = policy.pii[team.pii.rules]
    return {
        "rules": rules.name,
        "mode": rules.mode,
        "sent_to_clouds": rules.actions_on(today, team.pii.actions),
        "sent_to_sovereign_places": rules.sovereign,
    }


def _whose(level: Level, team: Effective, principal: Principal) -> dict[str, str]:
    """The usage that counts against a limit of that level."""
    match level.kind:
        case "organisation":
            return {}
        case "team":
            return {"team": team.name}
        case "project":
            return {"team": team.name, "project": level.name}
        case "user":
            return {"team": team.name, "user": level.name}
        case "key" | "issued":
            return {"key_id": principal.key_id}


def _by_model(spends: Iterable[ModelSpend], policy: Policy) -> list[dict[str, Any]]:
    currency = policy.reporting.currency
    found: dict[tuple[str, str], list[int]] = {}
    for spend in spends:
        entry = found.setdefault((spend.provider, spend.model), [0, 0])
        entry[0] += spend.requests
        entry[1] += _converted(spend, currency, policy.exchange)
    return [
        {"provider": provider, "model": model, "requests": requests, "cost": _money(nano, currency)}
        for (provider, model), (requests, nano) in sorted(found.items(), key=lambda item: -item[1][1])
    ]


def _converted(spend: ModelSpend, currency: str, rates: ExchangeRates) -> int:
    """Nano-units; what has no price or no rate counts as nothing, as `gateway report costs` tells finance."""
    if spend.cost is None:
        return 0
    ratio = rates.ratio(spend.cost.currency, currency, spend.day)
    return 0 if ratio is None else times(spend.cost.nano, ratio)


def _money(nano: int, currency: str) -> str:
    return str(Money(nano, currency))


def _price(tag: PriceTag) -> dict[str, Any]:
    sides = {"input": tag.input, "output": tag.output, "cached_input": tag.cached_input}
    told: dict[str, Any] = {side: None if nano is None else _money(nano, tag.currency) for side, nano in sides.items()}
    if tag.calls:
        told["calls"] = {kind: _money(nano, tag.currency) for kind, nano in tag.calls}
    return told


def _refusal(refusal: Refusal) -> dict[str, Any]:
    return {
        "request_id": refusal.request_id,
        "at": datetime.fromtimestamp(int(refusal.at), UTC).isoformat(),
        "code": refusal.code,
        "model": refusal.model,
        "fix": FIXES.get(refusal.code, OTHERWISE),
    }
