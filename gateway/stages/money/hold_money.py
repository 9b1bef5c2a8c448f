"""What a request may cost at most, held of every budget over it: a part of Reserve, and of Choose where a budget names
a cheaper model for when it is spent.

Invariants
- What is held is the dearest attempt's price of what the request may use: its input counted high, and of its output
  what the key's answers from that model seldom exceed, or all that it may say, as always where it goes on in the
  background; and of tools that the provider runs and bills by the call, as many calls as the request allows, or a few.
  Models that the request names besides its own are held for alike: each that may answer, since one that declines may be
  billed, too, and whoever may be asked for advice as often as that is allowed, by as long an answer as its own limit
  and what the key knows of it allow.
- A request that names what the provider keeps (an answer to go on from, files) is billed for that, too, however little
  it sends itself: held is what such requests of the key seldom exceed, or the model's context.
- What a request really cost is posted with its usage row (`quota.budgets`); what was held is held until then.
"""

from __future__ import annotations

from math import inf
from typing import Final

import msgspec

from gateway.core.calls import Held
from gateway.core.charging import OWN_KINDS
from gateway.core.identity import Principal
from gateway.core.limit_errors import PriceUnknown
from gateway.core.money import Money
from gateway.core.policy import Effective
from gateway.core.ports import FailedCall, PriceBook
from gateway.core.safe_echo import plain, shown
from gateway.core.usage import IN_THE_US, Usage
from gateway.dialects.anthropic.named_models import named_models
from gateway.dialects.billed_calls import calls_allowed
from gateway.dialects.bounds import A_PICTURE, BYTES_A_TOKEN, MOST_OUTPUT, PLAIN_BYTES, SOME, pictures_in
from gateway.exchange import Attempt, Exchange
from gateway.quota.allowances import Allowances, budgets_of
from gateway.quota.budgets import Budgets
from gateway.quota.usual_tokens import UsualTokens
from gateway.stages.account import prompt_text
from gateway.stages.money.bounds_of_jobs import said_in_background
from gateway.stages.money.input_at_provider import InputAtProvider

GRACE_SECONDS: Final = 60.0
A_REPLACED_VALUE: Final = 5
"""Tokens by which what stands for a personal value may come to more than its bytes: `PERSON_k7f3q2` for a name."""


def is_budgeted(exchange: Exchange, payer: Effective) -> bool:
    """Whether there is a budget over what is asked for: the payer's, or the model's."""
    return payer.budgeted or bool(budgets_of(exchange.policy, exchange.record.model_asked))


class MoneyHolder:
    def __init__(
        self,
        budgets: Budgets,
        allowances: Allowances,
        prices: PriceBook,
        outputs: UsualTokens,
        at_provider: InputAtProvider,
    ) -> None:
        self._budgets = budgets
        self._allowances = allowances
        self._prices = prices
        self._outputs = outputs
        self.input_at_provider = at_provider

    async def hold(
        self, exchange: Exchange, attempts: tuple[Attempt, ...], payer: tuple[Effective, Principal] | None = None
    ) -> None:
        """Of every budget of who asks, or of `payer`, or of none; raises BudgetSpent, PriceUnknown, LimitsUnavailable.

        There must be a budget.
        """
        record, policy = exchange.record, exchange.policy
        team, principal = payer or (exchange.team, exchange.principal)
        over = self._allowances.over(policy, team, principal, record.at, record.model_asked)
        costs = self._costs(exchange, attempts, principal.key_id)
        dearest = costs[0]
        if len(costs) > 1:
            worth = [over[0].units(cost, policy, record.at) for cost in costs]
            # One in a currency without a rate is the dearest: who may be asked must not cost what nobody can tell.
            dearest = max(zip(worth, costs, strict=True), key=lambda each: inf if each[0] is None else each[0])[1]
        seconds = max(policy.providers[attempt.target.provider].timeouts.total for attempt in attempts)
        seconds += GRACE_SECONDS
        await self._budgets.hold(record.request_id, policy, over, dearest, record.at, seconds, principal)

    async def hold_failed(self, exchange: Exchange, id: str, failed: FailedCall) -> None:
        """What a failed call cost, or may have cost, beside what its request holds and of the same budgets, until the
        row `id` is final. Raises BudgetSpent, LimitsUnavailable. Nothing where the request holds nothing.
        """
        record = exchange.record
        read = max(_input_at_most(exchange), self.input_at_provider.presumed(exchange, failed.provider, failed.model))
        used = failed.usage or msgspec.structs.replace(failed.presumed, input_tokens=read, service_tier=_tier(exchange))
        priced = self._prices.cost(exchange.policy, failed.provider, failed.model, used, record.at)
        if priced is not None:
            await self._budgets.hold_side_call(id, record.request_id, priced[0], record.at, GRACE_SECONDS)

    def held(self, id: str) -> tuple[Held, ...]:
        """See `Budgets.held`."""
        return self._budgets.held(id)

    def _costs(self, exchange: Exchange, attempts: tuple[Attempt, ...], key_id: str) -> list[Money]:
        envelope, policy = exchange.envelope, exchange.policy
        sent = _input_at_most(exchange)
        costs: list[Money] = []
        for attempt in attempts:
            target = attempt.target
            read = max(sent, self.input_at_provider.presumed(exchange, target.provider, target.model))
            if envelope.deferred:  # a process that dies charges so much, and never more than was held
                said = said_in_background(exchange, target)
            else:
                said = self._said(exchange, key_id, target.model, envelope.max_output_tokens)
            # OpenAI writes to its cache unasked. Where writing has no price of its own, it is input's.
            writes = policy.providers[target.provider].kind == "openai" or exchange.body.find(b'"cache_control"') >= 0
            usage = Usage(
                input_tokens=read,
                output_tokens=said,
                cache_write_tokens=read if writes else 0,
                cache_write_1h_tokens=read if writes and exchange.body.find(b'"1h"') >= 0 else 0,
                output_image_tokens=said if "image" in target.model or exchange.body.find(b'"IMAGE"') >= 0 else 0,
                service_tier=_tier(exchange),
                calls=None if exchange.inbound.operation.free else calls_allowed(exchange.tree, target.model),
            )
            if usage.calls is not None:
                bill = self._prices.bill(policy, target.provider, target.model, usage, exchange.record.at)
                if bill is not None and bill.unpriced_calls:
                    raise calls_without_price(target.provider, target.model, bill.unpriced_calls)
            priced = self._prices.cost(policy, target.provider, target.model, usage, exchange.record.at)
            if priced is not None:
                costs.append(self._with_named(exchange, key_id, attempt, usage, priced[0]))
            elif policy.providers[target.provider].kind in OWN_KINDS:
                costs.append(Money(0, policy.reporting.currency))
            else:
                raise model_without_price(target.provider, target.model)
        return costs

    def _said(self, exchange: Exchange, key_id: str, model: str, limit: int | None) -> int:
        if exchange.inbound.operation.wordless:
            return 0
        most, learned = limit or MOST_OUTPUT, self._outputs.expected(key_id, model)
        return (most if learned is None else min(most, learned)) * max(exchange.envelope.candidates, 1)

    def _with_named(self, exchange: Exchange, key_id: str, attempt: Attempt, usage: Usage, own: Money) -> Money:
        """What the attempt may cost: `own`, and what each model may that answers where it declines, or gives advice."""
        if not attempt.dialect == exchange.reader.dialect == "anthropic":
            return own
        policy, provider, at, nano = exchange.policy, attempt.target.provider, exchange.record.at, own.nano
        day = policy.reporting.day_of(at)
        for named in named_models(exchange.tree):
            limit = named.max_tokens if named.uses else named.max_tokens or exchange.envelope.max_output_tokens
            used = msgspec.structs.replace(
                usage,
                output_tokens=self._said(exchange, key_id, named.model, limit),
                service_tier=_tier(exchange, fast=named.fast),
                calls=None,
            )
            priced = self._prices.cost(policy, provider, named.model, used, at)
            cost = None if priced is None else policy.exchange.convert(priced[0], own.currency, day)
            if cost is None:
                raise model_without_price(provider, named.model)
            nano += max(named.uses, 1) * cost.nano
        return Money(nano, own.currency)


def model_without_price(provider: str, model: str) -> PriceUnknown:
    """No call is made that no budget could see. What to write is said; what it costs is the provider's to say."""
    written = model if plain(model) else "…"
    entry = f"{{provider: {provider}, model: {written}, input: … USD/Mtok, output: … USD/Mtok, since: its day}}"
    return PriceUnknown(
        f"The price of {shown(f'{provider}/{model}', 'this model')} is not known, and this key has a budget. Ask for "
        "another model, or have the provider's price added to the policies "
        f"('prices.overrides': [{entry}; 0 USD/Mtok for what is free]).",
        param="model",
    )


def calls_without_price(provider: str, model: str, kinds: tuple[str, ...]) -> PriceUnknown:
    """A tool is let do nothing that no budget could see."""
    return PriceUnknown(
        f"The request lets {shown(f'{provider}/{model}', 'the model')} use a tool that is billed by the call "
        f"({', '.join(kinds)}), the price of such a call is not known, and this key has a budget. Leave the tool out, "
        f"or have its price added to the policies ('prices.calls': provider: {provider}, {kinds[0]}: 10 USD/kcall).",
        param="tools",
    )


def _input_at_most(exchange: Exchange) -> int:
    """Tokens of the request, counted high, in microseconds."""
    body, redacted = exchange.body, exchange.redacted
    replaced = A_REPLACED_VALUE * sum(redacted.counts.values()) if redacted is not None else 0
    if len(body) <= PLAIN_BYTES:
        return len(body) // BYTES_A_TOKEN + SOME + replaced
    pictures = pictures_in(body)
    if not pictures:
        return len(body) // BYTES_A_TOKEN + replaced
    return len(prompt_text(exchange)) // BYTES_A_TOKEN + pictures * A_PICTURE + replaced


def _tier(exchange: Exchange, *, fast: bool = False) -> str | None:
    asked = exchange.tree.get("service_tier")
    tier = asked if isinstance(asked, str) and asked in {"priority", "flex", "fast"} else None
    if fast or exchange.tree.get("speed") == "fast":
        tier = "fast"
    return f"{tier or 'standard'}{IN_THE_US}" if exchange.tree.get("inference_geo") == "us" else tier
