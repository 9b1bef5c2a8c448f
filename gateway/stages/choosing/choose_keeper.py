"""Which provider keeps an object: a part of Choose.

In this order: who holds what the request names · who serves the model that it names · `x-gateway-provider` · the only
provider of this dialect that the team may use. Otherwise a 400 that lists the choice. Regions bind here, too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from gateway.core.edits import Edit
from gateway.core.multipart import Upload
from gateway.core.objects import ObjectCall, OwnedObject
from gateway.core.policy import Policy, Target
from gateway.core.tree import LARGE_BODY_BYTES
from gateway.dialects.anthropic.named_models import named_models
from gateway.dialects.batch_lines import summarise_lines, with_model
from gateway.dialects.objects import batched_models, requests_in
from gateway.errors import BadParameter, NoPermittedRegion, NotImplementedHere
from gateway.exchange import Attempt, Exchange
from gateway.policy.model_names import borders_of, may_see, reaches
from gateway.providers.provider import Provider

HEADER = "x-gateway-provider"

ProviderOf = Callable[[Policy, str], Provider | None]
Resolve = Callable[[str], tuple[Target, ...]]
_T = TypeVar("_T")


class KeeperChoice:
    """Of a call about stored objects: the one provider that keeps them, or is to."""

    def __init__(self, provider_of: ProviderOf) -> None:
        self._provider_of = provider_of

    async def attempts(self, exchange: Exchange, call: ObjectCall, resolve: Resolve) -> tuple[Attempt, ...]:
        """One attempt, or none for a list; raises BadParameter, NoPermittedRegion, …

        `resolve` gives the targets that a model's name stands for, where the team may use it. Edits the model in what
        is sent.
        """
        if call.verb == "list":
            return ()
        held = exchange.owned_objects
        if call.id is not None:
            return (self._attempt(exchange, call, held[0].provider, held[0].model or ""),)
        named = await _model_named(exchange)
        providers = dict.fromkeys(owned.provider for owned in held)
        if len(providers) > 1:
            raise BadParameter(f"The objects named are kept by {_listed(providers)}: name those of one.")
        targets = resolve(named) if named is not None else ()
        chosen = self._chosen(exchange, call, next(iter(providers), None), targets)
        model = next((target.model for target in targets if target.provider == chosen), "")
        if named is not None:
            await _retarget(exchange, named, model)
        if call.kind == "batch":
            model, named = _one_model(held, model, named)
        exchange.record.model_asked = named
        return (self._attempt(exchange, call, chosen, model),)

    def _chosen(self, exchange: Exchange, call: ObjectCall, holder: str | None, targets: tuple[Target, ...]) -> str:
        asked = exchange.inbound.headers.get(HEADER)
        if holder is not None and asked is not None and asked != holder:
            raise BadParameter(f"{HEADER} says another provider than the one that keeps the objects named, {holder!r}.")
        wanted = holder or asked
        permitted = self._permitted(exchange, call, [target.provider for target in targets] or None)
        if wanted is not None:
            if wanted in permitted:
                return wanted
            served = " for that model" if targets else ""
            raise BadParameter(
                f"{wanted[:64]!r} does not keep a {call.kind.replace('_', ' ')} for this team in this API{served}. "
                f"Permitted: {_listed(permitted)}.",
            )
        if targets or len(permitted) == 1:
            return next(iter(permitted))
        raise BadParameter(f"Several providers could keep it. Say which with {HEADER}: {_listed(permitted)}.")

    def _permitted(self, exchange: Exchange, call: ObjectCall, names: list[str] | None) -> dict[str, None]:
        """Of `names` (None: all that the team's models stand for), those that keep this kind in this dialect here."""
        policy, team, dialect = exchange.policy, exchange.team, exchange.inbound.dialect
        candidates = names if names is not None else [name for name in policy.providers if reaches(team, policy, name)]
        able = []
        for name in candidates:
            provider = self._provider_of(policy, name)
            if provider is not None and dialect in provider.keeps(call.kind):
                able.append(provider)
        if not able:
            raise NotImplementedHere(
                f"No provider that this request may use keeps a {call.kind.replace('_', ' ')} in this API. "
                "Objects are not translated: use the API of the provider that serves the model."
            )
        near = [one for one in able if may_see(team, one.policy)]
        if not near:
            raise _crossing(exchange)
        return dict.fromkeys(one.policy.name for one in near)

    def _attempt(self, exchange: Exchange, call: ObjectCall, name: str, model: str) -> Attempt:
        provider = self.keeper(exchange, call, name)
        if provider is None:
            raise _crossing(exchange)
        target, policy = Target(provider=name, model=model), provider.policy
        return Attempt(target, exchange.inbound.dialect, policy.region, policy.sovereign)

    def keeper(self, exchange: Exchange, call: ObjectCall, name: str) -> Provider | None:
        """The provider of this name, where the team may still reach it from its regions."""
        provider = self._provider_of(exchange.policy, name)
        if provider is None or exchange.inbound.dialect not in provider.keeps(call.kind):
            return None
        return provider if may_see(exchange.team, provider.policy) else None


def _one_model(files: tuple[OwnedObject, ...], model: str, named: str | None) -> tuple[str, str | None]:
    """Whom a batch asks, and by which name, by its files and by itself.

    Raises BadParameter where a file was never read, or they differ: limits are those of a name.
    """
    if any(one.kind == "file" and one.model is None for one in files):
        raise BadParameter("A batch takes files that were uploaded with purpose 'batch': only those were read.")
    models = {one.model for one in files if one.model} | ({model} if model else set())
    names = {one.model_asked for one in files if one.model_asked} | ({named} if named else set())
    if len(models) > 1 or len(names) > 1:
        raise BadParameter("A batch asks one model here, by one name, and its files name others.", param="model")
    if not models:
        raise BadParameter("Say which model the batch asks: in its lines, or in model.", param="model")
    return str(next(iter(models))), next(iter(names), None)


async def _model_named(exchange: Exchange) -> str | None:
    """The one model that a creation names; None where it names none. Raises BadParameter."""
    upload = exchange.upload
    if upload is not None:
        return (await _aside(upload, summarise_lines)).model if upload.field("purpose") == "batch" else None
    models = batched_models(exchange.tree)
    if exchange.inbound.dialect == "anthropic":
        for request in requests_in(exchange.tree):
            if (named := next(named_models(request), None)) is not None:
                raise BadParameter(
                    f"A batch asks one model here, and {named.place} of a request names another. Leave it out, or send "
                    "that request by itself.",
                    param="requests",
                )
    asked = exchange.inbound.path_model
    if asked is not None:
        models.setdefault(asked, [])
    if len(models) > 1:
        raise BadParameter("A batch asks one model here. Send one batch for each model.", param="requests")
    return next(iter(models), None)


async def _retarget(exchange: Exchange, named: str, model: str) -> None:
    upload = exchange.upload
    if upload is not None:
        upload.content = await _aside(upload, lambda content: with_model(content, model))
    elif named != model:
        spelt = f"models/{model}" if exchange.inbound.dialect == "gemini" else model
        exchange.edits.extend(Edit(at, spelt, "retarget") for at in batched_models(exchange.tree).get(named, ()))


async def _aside(upload: Upload, work: Callable[[bytes], _T]) -> _T:
    """In a thread where the file is large, so that no other request waits for it."""
    if len(upload.content) <= LARGE_BODY_BYTES:
        return work(upload.content)
    return await asyncio.to_thread(work, upload.content)


def _listed(names: dict[str, None]) -> str:
    return ", ".join(sorted(names))


def _crossing(exchange: Exchange) -> NoPermittedRegion:
    return NoPermittedRegion(
        f"Team {exchange.team.name!r} may use {borders_of(exchange.team)} only, "
        "and the object is kept elsewhere, or its provider is not called any more. Ask the gateway's administrators."
    )
