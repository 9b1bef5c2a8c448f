"""The lists of models that a key may use, in the shape of each dialect."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from gateway.api.answer import Answering
from gateway.api.routes import Route
from gateway.core.policy import Policy, TeamPolicy
from gateway.core.ports import KeyDirectory, PolicySource
from gateway.errors import NotAuthenticated, NotPermitted, UnknownModel

_CREATED = 1_750_000_000
"""Aliases have no birthday; SDKs want a number."""


class ModelLists:
    """Answers GET …/models and …/models/{id}."""

    def __init__(self, keys: KeyDirectory, policies: PolicySource) -> None:
        self._keys = keys
        self._policies = policies

    async def answer(
        self, route: Route, headers: Mapping[str, str], key: str | None, answering: Answering, request_id: str
    ) -> None:
        """Send the list, or the one model; raises NotAuthenticated, NotPermitted, UnknownModel."""
        if key is None:
            raise NotAuthenticated("No API key. Send the gateway's key as Authorization: Bearer.")
        principal = await self._keys.find(key)
        policy = self._policies.current
        team = policy.teams.get(principal.team)
        if team is None:
            raise NotPermitted(f"The key's team {principal.team!r} is no longer in the policies.")
        names = usable(policy, team)
        if route.operation == "get_model":
            wanted = route.model or ""
            if wanted not in names:
                raise UnknownModel(f"The model {wanted[:128]!r} does not exist here.", param="model")
            body = _one(route, wanted)
        else:
            body = _many(route, names)
        await answering.send_whole(
            200, [(b"x-gateway-request-id", request_id.encode())], msgspec.json.encode(body), b"application/json"
        )


def usable(policy: Policy, team: TeamPolicy) -> list[str]:
    """The aliases that the team may name and that some provider in its regions can answer."""
    return [
        name
        for name, alias in policy.models.items()
        if team.permits(name)
        and any(
            target.provider in policy.providers
            and (team.regions is None or policy.providers[target.provider].region in team.regions)
            for target in (*alias.targets, *alias.fallbacks)
        )
    ]


def _one(route: Route, name: str) -> dict[str, Any]:
    match route.dialect:
        case "anthropic":
            return {"type": "model", "id": name, "display_name": name, "created_at": "2025-06-15T00:00:00Z"}
        case "gemini":
            return {
                "name": f"models/{name}",
                "displayName": name,
                "supportedGenerationMethods": ["generateContent", "streamGenerateContent"],
            }
        case _:
            return {"id": name, "object": "model", "created": _CREATED, "owned_by": "gateway"}


def _many(route: Route, names: list[str]) -> dict[str, Any]:
    models = [_one(route, name) for name in names]
    match route.dialect:
        case "anthropic":
            ends = {"first_id": names[0] if names else None, "last_id": names[-1] if names else None}
            return {"data": models, "has_more": False, **ends}
        case "gemini":
            return {"models": models}
        case _:
            return {"object": "list", "data": models}
