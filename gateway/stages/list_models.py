"""ListModels: the models that a key may use, and one of them by name; answered from policy, without any provider.

Shows aliases. A direct name (`provider/model`) is not listed, since nobody lists what a provider has, but it is found
by name where the team may use it.
"""

from __future__ import annotations

from collections.abc import Callable

from gateway.core.events import Ended, Frame
from gateway.core.operations import ListedModel
from gateway.core.policy import Effective, Policy, Target
from gateway.core.safe_echo import plain, shown
from gateway.dialects.listings import many_models, one_model
from gateway.errors import UnknownModel
from gateway.exchange import Exchange
from gateway.policy.model_names import may_see
from gateway.providers.provider import Provider
from gateway.stages.answers.flows import WholeAnswer
from gateway.stages.calls.url_query import query_of
from gateway.stages.govern import Govern
from gateway.stages.stage import Stage


class ListModels(Stage):
    """For its two operations: sets `answer`, `streamed` and `native`."""

    after = (Govern,)  # the list is the team's
    answers = True

    def __init__(self, provider_of: Callable[[Policy, str], Provider | None]) -> None:
        self._provider_of = provider_of

    def enter(self, exchange: Exchange) -> None:
        operation = exchange.inbound.operation.name
        if operation == "list_models":
            body = self._all(exchange)
        elif operation == "get_model":
            body = self._one(exchange)
        else:
            return
        exchange.streamed = False
        exchange.native = True
        exchange.answer = WholeAnswer(Frame([Ended()], body))

    def _all(self, exchange: Exchange) -> bytes:
        policy, team = exchange.policy, exchange.team
        listed = [
            ListedModel(name=name, embeds=self._embeds(policy, targets))
            for name, alias in policy.models.items()
            if team.permits(name) and (targets := _usable(policy, team, (*alias.targets, *alias.fallbacks)))
        ]
        return many_models(exchange.inbound.dialect, listed, query_of(exchange))

    def _one(self, exchange: Exchange) -> bytes:
        policy, team, asked = exchange.policy, exchange.team, exchange.inbound.path_model or ""
        alias = policy.models.get(asked)
        provider, _, model = asked.partition("/")
        named = (*alias.targets, *alias.fallbacks) if alias else (Target(provider=provider, model=model),)
        targets = _usable(policy, team, named) if team.permits(asked) and (alias or model) else ()
        if not targets:
            raise UnknownModel(
                f"The model {shown(asked, 'asked for')} does not exist here. "
                "GET /v1/models lists what this key may use.",
                param="model",
            )
        exchange.record.model_asked = asked if plain(asked) else None  # the name may be anything: nobody is asked
        return one_model(exchange.inbound.dialect, ListedModel(name=asked, embeds=self._embeds(policy, targets)))

    def _embeds(self, policy: Policy, targets: tuple[Target, ...]) -> bool:
        providers = (self._provider_of(policy, target.provider) for target in targets)
        return any(provider is not None and provider.offers("embeddings") for provider in providers)


def _usable(policy: Policy, team: Effective, targets: tuple[Target, ...]) -> tuple[Target, ...]:
    """Those whose provider can be called from the team's regions."""
    return tuple(
        target
        for target in targets
        if (provider := policy.providers.get(target.provider)) is not None and may_see(team, provider)
    )
