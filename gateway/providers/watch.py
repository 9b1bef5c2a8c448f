"""The watch over local inference servers: whether they are ready, and how busy.

Promise: `seen` is at most some seconds old; a server that does not answer is not ready, and nobody else waits for it.

Invariants
- Only providers of kind `local` with an engine that can be asked are watched, each of the policy in force once.
- A server is not ready only where it said so (503) or nobody is there; one that has no such path is taken at its work.
- Two answers in a row decide that a server is gone, one that it is back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from gateway.core.engines import EngineLoad
from gateway.core.policy import Policy, ProviderPolicy, Timeouts
from gateway.core.ports import PolicySource
from gateway.errors import GatewayError, UpstreamUnreachable
from gateway.providers.engines import HEALTH, NAMES, load_of
from gateway.providers.provider import Provider
from gateway.providers.transport import Upstream, UpstreamRequest
from gateway.tasks import spawn

LOOK_SECONDS: Final = 2.0
PATIENCE: Final = Timeouts(connect=1.0, first_byte=2.0, idle=2.0, total=4.0)
MAX_BYTES: Final = 4 * 1024 * 1024
MISSED: Final = 2
"""Looks in a row without an answer, after which a server is gone."""


class EngineWatch:
    """Of one process. `start` it on the loop."""

    def __init__(
        self,
        policies: PolicySource,
        provider_of: Callable[[Policy, str], Provider | None],
        upstream_of: Callable[[Provider], Upstream],
    ) -> None:
        self._policies = policies
        self._provider_of = provider_of
        self._upstream_of = upstream_of
        self._missed: dict[str, int] = {}
        self._task: asyncio.Task[None] | None = None
        self.seen: dict[str, EngineLoad | None] = {}

    def start(self, seconds: float = LOOK_SECONDS) -> None:
        self._task = spawn(self._watch(seconds), "watch local engines")

    async def close(self) -> None:
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def look(self) -> None:
        """Ask every local server once."""
        policy = self._policies.current
        local = [spec for spec in policy.providers.values() if spec.kind == "local" and spec.engine in HEALTH]
        for gone in self.seen.keys() - {spec.name for spec in local}:
            del self.seen[gone]
        await asyncio.gather(*(self._look_at(policy, spec) for spec in local))

    async def _watch(self, seconds: float) -> None:
        while True:
            await self.look()
            await asyncio.sleep(seconds)

    async def _look_at(self, policy: Policy, spec: ProviderPolicy) -> None:
        provider = self._provider_of(policy, spec.name)
        assert spec.engine is not None
        if provider is None:
            return
        name, upstream = spec.name, self._upstream_of(provider.lanes[0])
        try:
            status, _ = await _get(upstream, provider, HEALTH[spec.engine])
        except UpstreamUnreachable:
            self._missing(name)
            return
        except GatewayError:
            status = 503
        if status == 503:
            self._missing(name)
            return
        self._missed[name] = 0
        self.seen[name] = (await self._load(upstream, provider, spec)) or EngineLoad()

    async def _load(self, upstream: Upstream, provider: Provider, spec: ProviderPolicy) -> EngineLoad | None:
        if spec.engine is None or spec.engine not in NAMES:
            return None
        try:
            status, body = await _get(upstream, provider, "/metrics")
        except GatewayError:
            return None
        return load_of(spec.engine, body.decode("utf-8", "replace")) if status == 200 else None

    def _missing(self, name: str) -> None:
        missed = self._missed[name] = self._missed.get(name, 0) + 1
        if missed >= MISSED or name not in self.seen:
            self.seen[name] = None


async def _get(upstream: Upstream, provider: Provider, path: str) -> tuple[int, bytes]:
    headers = tuple(pair for pair in provider.headers("openai_chat", (), 0) if pair[0] != "content-length")
    root = urlsplit(provider.policy.base_url).path.rstrip("/").removesuffix("/v1")
    response = await upstream.send(UpstreamRequest(method="GET", path=root + path, headers=headers), PATIENCE)
    try:
        return response.status, await response.read(MAX_BYTES)
    finally:
        response.close()
