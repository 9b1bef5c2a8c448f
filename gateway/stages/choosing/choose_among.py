"""Which of a model's targets can take a request at all: a part of Choose."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from gateway.core.limit_errors import ContextTooLong
from gateway.core.messages import Dialect
from gateway.core.policy import Alias, Target
from gateway.core.safe_echo import shown
from gateway.dialects.anthropic.named_models import named_models
from gateway.dialects.codec import Operation
from gateway.errors import BadParameter, ModelNotPermitted
from gateway.exchange import Attempt, Exchange
from gateway.policy.model_names import may_answer, targets_of
from gateway.providers.provider import Provider
from gateway.routing.conditions import met
from gateway.stages.account import prompt_text
from gateway.stages.choosing.request_facts import RequestFacts

Admitted = Sequence[tuple[Target, Attempt]]

USUAL_BYTES: Final = 4
"""Of a token, in prose and code."""
MOST_BYTES: Final = 8
"""Of a token, where a text is kind to tokenisers: what is longer by this count is too long by every other."""


def route_of(alias: Alias, exchange: Exchange) -> int | None:
    """The number of the first route whose condition is met."""
    facts = RequestFacts(exchange)
    return next((number for number, route in enumerate(alias.routes) if met(route.when, facts)), None)


def able(exchange: Exchange, asked: str, targets: Admitted, fallbacks: Admitted) -> tuple[Admitted, Admitted]:
    """Those that can take what the request needs; raises BadParameter, ContextTooLong where none can."""
    needed = RequestFacts(exchange).features if any(one.cannot for one, _ in (*targets, *fallbacks)) else frozenset()
    those = [[one for one in some if one[0].cannot.isdisjoint(needed)] for some in (targets, fallbacks)]
    if not any(those):
        missing = sorted(needed & frozenset().union(*(target.cannot for target, _ in (*targets, *fallbacks))))
        raise BadParameter(
            f"Nobody who serves {asked[:128]!r} can take {', '.join(missing)}. Name another model, or leave that out.",
            param="model",
        )
    return _roomy(exchange, asked, those[0], those[1])


def _roomy(exchange: Exchange, asked: str, targets: Admitted, fallbacks: Admitted) -> tuple[Admitted, Admitted]:
    """Those with room for the request and its answer; where none surely has, those that may have it."""
    contexts = [one.context for one, _ in (*targets, *fallbacks) if one.context is not None]
    answer = exchange.envelope.max_output_tokens or 0
    if not contexts or len(exchange.body) // USUAL_BYTES + answer <= min(contexts):
        return targets, fallbacks
    size = len(prompt_text(exchange))  # without pictures, which are no text however many bytes they have
    for needed in (size // USUAL_BYTES + answer, size // MOST_BYTES + answer):
        those = [[one for one in some if (one[0].context or needed) >= needed] for some in (targets, fallbacks)]
        if any(those):
            return those[0], those[1]
    least = size // MOST_BYTES + answer
    raise ContextTooLong(
        f"The request and its answer have {least} tokens or more, and nobody who serves {asked[:128]!r} takes more "
        f"than {max(contexts)}. Shorten it, ask for a shorter answer, or name another model.",
        param="model",
    )


def every_target(exchange: Exchange, asked: str) -> tuple[Target, ...]:
    """All targets of a name, the best first, for what is sent as it is: lines of a batch, an upload."""
    alias = exchange.policy.models.get(asked)
    if alias is not None and alias.prompt is not None:
        raise BadParameter(
            f"The model {asked[:128]!r} brings a prompt template along, which objects are not given. "
            "Name a model without one.",
            param="model",
        )
    targets, fallbacks = targets_of(exchange.policy, exchange.team, asked)
    return (*targets, *fallbacks)


def pinned(exchange: Exchange, attempts: list[Attempt]) -> Attempt:
    """The attempt at whoever keeps the objects that the request names; raises BadParameter."""
    keepers = {owned.provider for owned in exchange.owned_objects}
    for attempt in attempts:
        if keepers == {attempt.target.provider} and attempt.dialect == exchange.reader.dialect:
            return attempt
    raise BadParameter(
        f"The request names what {', '.join(sorted(keepers))} keeps, and nobody else can read it. "
        "Name a model that is served from there, in its own API.",
        param="model",
    )


def without_unpermitted(exchange: Exchange, attempts: list[Attempt]) -> list[Attempt]:
    """Those at which no model is called that the team may not use; raises ModelNotPermitted where none is left.

    A request of Anthropic's can name models besides its own. Other dialects are not told of them.
    """
    named = list(named_models(exchange.tree)) if exchange.reader.dialect == "anthropic" else []
    if not named:
        return attempts
    policy, team, obstacle = exchange.policy, exchange.team, None
    permitted: list[Attempt] = []
    for attempt in attempts:
        provider = attempt.target.provider
        for one in named if attempt.dialect == "anthropic" else ():
            if not may_answer(team, policy, provider, one.model):
                obstacle = obstacle or ModelNotPermitted(
                    f"Team {team.name!r} may not use {shown(one.model, 'this model')} of {provider!r}, which the "
                    "request names besides its own. Leave it out, or ask the gateway's administrators.",
                    param=one.place,
                )
                break
        else:
            permitted.append(attempt)
    if obstacle is not None and not permitted:
        raise obstacle
    return permitted


def alike(attempts: list[Attempt], operation: Operation) -> list[Attempt]:
    """Those that may follow the first: who can be called, and by whose answer nobody is misled."""
    first = attempts[0]
    return [
        attempt
        for attempt in attempts
        if attempt.estimated == first.estimated
        and (operation.interchangeable or attempt.target.model == first.target.model)
    ]


def attempt_at(provider: Provider, target: Target, operation: Operation, own: Dialect) -> Attempt | None:
    """In the client's dialect where the provider offers that, else in the provider's best; None where it cannot."""
    region, sovereign, offered = provider.policy.region, provider.policy.sovereign, provider.offers(operation.name)
    if own in offered:
        return Attempt(target, own, region, sovereign)
    if offered and operation.translated:
        return Attempt(target, offered[0], region, sovereign)
    return Attempt(target, own, region, sovereign, estimated=True) if operation.estimated else None
