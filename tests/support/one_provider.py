"""A gateway before one provider that answers as the test says: what it is asked, and what the client is told."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import httpx

from gateway.core.limits import Budget, Quotas
from gateway.core.policy import Policy, ProviderKind, ProviderPolicy, TeamPolicy, Timeouts
from tests.support.recorded_provider import Performance, RecordedProvider, playing
from tests.support.running import RunningGateway, serving

NO_QUOTAS = Quotas()
CHAT = {
    "id": "c",
    "object": "chat.completion",
    "created": 1,
    "model": "m",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "ok"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
}
MESSAGE = {
    "id": "m",
    "type": "message",
    "role": "assistant",
    "model": "m",
    "content": [{"type": "text", "text": "ok"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 1, "output_tokens": 1},
}


def events(*told: dict[str, Any]) -> Performance:
    frames = "".join(f"event: {one['type']}\ndata: {json.dumps(one)}\n\n" for one in told)
    return Performance(200, {"content-type": "text/event-stream"}, (frames.encode(),))


async def asked(
    kind: ProviderKind, answer: dict[str, Any] | Performance, path: str, tree: dict[str, Any], state: Path
) -> tuple[httpx.Response, Any]:
    """(what the client got, the body that the provider got) of `tree`, whose model's provider is called `p`.

    The second is None where the provider was not asked.
    """
    async with one_provider(kind, answer, state) as asking:
        response = await asking.ask(path, tree)
        bodies = asking.provider.asked("p")
        return response, bodies[-1] if bodies else None


async def accounted(
    kind: ProviderKind, answer: dict[str, Any] | Performance, path: str, tree: dict[str, Any], state: Path
) -> dict[str, Any]:
    """The usage row of `tree`."""
    async with one_provider(kind, answer, state) as asking:
        await asking.ask(path, tree)
        [row] = await asking.gateway.usage_rows()
        return row


async def spent(
    kind: ProviderKind,
    answer: dict[str, Any] | Performance,
    path: str,
    tree: dict[str, Any],
    state: Path,
    **policy: Any,
) -> tuple[httpx.Response, list[dict[str, Any]]]:
    """(what the client got, the usage rows) under a policy with these fields; `budgets` and `quotas` are the team's."""
    async with one_provider(kind, answer, state, **policy) as asking:
        return await asking.ask(path, tree), await asking.gateway.usage_rows()


async def asked_in_turn(
    kind: ProviderKind,
    answer: dict[str, Any] | Performance,
    path: str,
    trees: Iterable[dict[str, Any]],
    state: Path,
    **policy: Any,
) -> list[httpx.Response]:
    """What the client got of each, one after another; the policy as in `spent`."""
    async with one_provider(kind, answer, state, **policy) as asking:
        return [await asking.ask(path, tree) for tree in trees]


class Asking(NamedTuple):
    gateway: RunningGateway
    provider: RecordedProvider

    async def ask(
        self, path: str, tree: dict[str, Any], more: dict[str, str] | None = None, method: str = "POST"
    ) -> httpx.Response:
        """`more`: headers."""
        headers = {"authorization": f"Bearer {self.gateway.key}", **(more or {})}
        if "messages" in path:
            headers["anthropic-version"] = "2023-06-01"
        async with httpx.AsyncClient(timeout=30) as client:
            return await client.request(method, self.gateway.url + path, json=tree, headers=headers)


@contextlib.asynccontextmanager
async def one_provider(
    kind: ProviderKind,
    answer: dict[str, Any] | Performance,
    state: Path,
    budgets: tuple[Budget, ...] = (),
    quotas: Quotas = NO_QUOTAS,
    stores: Iterable[str] = (),
    **more: Any,
) -> AsyncIterator[Asking]:
    """A gateway in front of the provider `p`, under a policy as in `spent`."""
    performance = answer if isinstance(answer, Performance) else Performance(200, {}, (json.dumps(answer).encode(),))
    async with playing({"p": performance}) as provider:
        base = f"{provider.url}/p" + ("/v1" if kind in ("openai", "xai") else "")
        told = ProviderPolicy(name="p", kind=kind, base_url=base, region="us", timeouts=Timeouts(total=30))
        team = TeamPolicy(name="demo", models=("*",), budgets=budgets, quotas=quotas, stores=frozenset(stores))
        policy = Policy(version="v", providers={"p": told}, models={}, teams={"demo": team}, **more)
        async with serving(policy, state) as gateway:
            yield Asking(gateway, provider)
