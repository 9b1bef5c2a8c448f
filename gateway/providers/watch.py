"""The watch over local inference servers: whether they are ready, how busy, with which models, and how warm.

Promise: `seen` is at most some seconds old; a server that does not answer is not ready, and nobody else waits for it.

Invariants
- Only providers of kind `local` with an engine that can be asked are watched, each of the policy in force once.
- A server is not ready only where it said so (503, asleep) or nobody is there; one that has no such path is taken at
  its work.
- Two answers in a row decide that a server is gone, one that it is back; its own word that it loads, or rests, at once.
- A server that was found gone or loading, whose process is another, or that policy names anew, is brought to warmth
  where its policy says how. One that stood before this replica of the gateway did is taken to be warm.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

import msgspec

from gateway.core.engines import Engine, EngineLoad, Models
from gateway.core.policy import Policy, ProviderPolicy, Timeouts
from gateway.core.ports import PolicySource
from gateway.core.targeted_models import models_by_provider
from gateway.errors import GatewayError, UpstreamUnreachable
from gateway.providers.engine_models import LISTS, Question, models_of
from gateway.providers.engines import HEALTH, NAMES, ServerReport, read_metrics, restarted
from gateway.providers.provider import Provider
from gateway.providers.transport import Upstream, UpstreamRequest
from gateway.providers.warming import Warming
from gateway.tasks import cancel, spawn_for_good

LOOK_SECONDS: Final = 2.0
PATIENCE: Final = Timeouts(connect=1.0, first_byte=2.0, idle=2.0, total=4.0)
MAX_BYTES: Final = 4 * 1024 * 1024
MISSED: Final = 2
"""Looks in a row without an answer, after which a server is gone."""
LOADING: Final = b"loading"
"""In the body of a 503, in any case: the server says why (llama.cpp)."""


class _Server:
    """What is remembered of one server between looks."""

    __slots__ = ("address", "fresh", "life", "missed", "warming")

    def __init__(self, address: str, *, fresh: bool) -> None:
        self.address = address
        self.missed = 0
        self.fresh = fresh
        """Whether it is to be brought to warmth once it answers."""
        self.life: tuple[float | None, float | None] = (None, None)
        self.warming: Warming | None = None


class EngineWatch:
    """Of one process. `start` it on the loop. `monotonic`: seconds that never go back."""

    def __init__(
        self,
        policies: PolicySource,
        provider_of: Callable[[Policy, str], Provider | None],
        upstream_of: Callable[[Provider], Upstream],
        monotonic: Callable[[], float],
    ) -> None:
        self._policies = policies
        self._provider_of = provider_of
        self._upstream_of = upstream_of
        self._monotonic = monotonic
        self._servers: dict[str, _Server] = {}
        self._looked = False
        self._task: asyncio.Task[None] | None = None
        self.seen: dict[str, EngineLoad | None] = {}

    def start(self, seconds: float = LOOK_SECONDS) -> None:
        self._task = spawn_for_good(self._watch(seconds), "watch local engines")

    async def close(self) -> None:
        await cancel(self._task)
        for server in self._servers.values():
            if server.warming is not None:
                await server.warming.close()

    async def look(self) -> None:
        """Ask every local server once."""
        policy = self._policies.current
        local = {spec.name: spec for spec in policy.providers.values() if spec.kind == "local" and spec.engine}
        for gone in self._servers.keys() - local.keys():
            await self._forget(gone)
        for spec in local.values():
            known = self._servers.get(spec.name)
            if known is not None and known.address != spec.base_url:
                await self._forget(spec.name)
                known = None
            if known is None:
                self._servers[spec.name] = _Server(spec.base_url, fresh=self._looked)
        self._looked = True
        await asyncio.gather(*(self._look_at(policy, spec, self._servers[spec.name]) for spec in local.values()))

    async def _forget(self, name: str) -> None:
        self.seen.pop(name, None)
        if (warming := self._servers.pop(name).warming) is not None:
            await warming.close()

    async def _watch(self, seconds: float) -> None:
        while True:
            await self.look()
            await asyncio.sleep(seconds)

    async def _look_at(self, policy: Policy, spec: ProviderPolicy, server: _Server) -> None:
        provider = self._provider_of(policy, spec.name)
        assert spec.engine is not None
        if provider is None:
            return
        try:
            upstream = self._upstream_of(provider.lanes[0])
        except UpstreamUnreachable:
            self._missing(spec.name, server)
            return
        try:
            status, body = await _ask(upstream, provider, ("GET", HEALTH[spec.engine]))
        except UpstreamUnreachable as nobody:
            server.fresh = server.fresh or not nobody.waited
            self._missing(spec.name, server)
            return
        except GatewayError:
            status, body = 503, b""
        if status == 503:
            loads = LOADING in body[:4096].lower()
            server.fresh = server.fresh or loads
            self._missing(spec.name, server, at_once=loads)
            return
        told, models = await asyncio.gather(
            self._metrics(upstream, provider, spec.engine), self._models(upstream, provider, spec.engine)
        )
        if told.asleep:
            self._missing(spec.name, server, at_once=True)
            return
        server.fresh = server.fresh or server.missed >= MISSED or restarted(server.life, told.life)
        server.missed, server.life = 0, told.life
        asked = (
            models_by_provider(policy.models).get(spec.name, ()) if spec.warm_up is not None and server.fresh else ()
        )
        there = [model for model in asked if models is None or model in models.states]
        share = self._warmth(spec, server, upstream, provider, there)
        load = told.load or EngineLoad()
        self.seen[spec.name] = None if share is None else msgspec.structs.replace(load, models=models, share=share)

    def _warmth(
        self, spec: ProviderPolicy, server: _Server, upstream: Upstream, provider: Provider, models: list[str]
    ) -> float | None:
        """The server's share; None while it is asked its first."""
        if spec.warm_up is None:
            server.fresh = False
            return 1.0
        if server.fresh:
            server.fresh = False
            server.warming = Warming(spec.warm_up)
            server.warming.ask_first(upstream, provider, models)
        if server.warming is None:
            return 1.0
        share = server.warming.share(self._monotonic())
        if share == 1.0:
            server.warming = None
        return share

    async def _metrics(self, upstream: Upstream, provider: Provider, engine: Engine) -> ServerReport:
        if engine not in NAMES:
            return ServerReport()
        body = await _answer(upstream, provider, ("GET", "/metrics"))
        return ServerReport() if body is None else read_metrics(engine, body.decode("utf-8", "replace"))

    async def _models(self, upstream: Upstream, provider: Provider, engine: Engine) -> Models | None:
        answers = [await _answer(upstream, provider, question) for question in LISTS[engine]]
        return models_of(engine, answers)

    def _missing(self, name: str, server: _Server, *, at_once: bool = False) -> None:
        server.missed += 1
        if at_once or server.missed >= MISSED or name not in self.seen:
            self.seen[name] = None


async def _answer(upstream: Upstream, provider: Provider, question: Question) -> bytes | None:
    """The body of a 200; None for everything else."""
    try:
        status, body = await _ask(upstream, provider, question)
    except GatewayError:
        return None
    return body if status == 200 else None


async def _ask(upstream: Upstream, provider: Provider, question: Question) -> tuple[int, bytes]:
    method, path = question
    headers = provider.headers("openai_chat", ())
    root = urlsplit(provider.policy.base_url).path.rstrip("/").removesuffix("/v1")
    response = await upstream.send(UpstreamRequest(method=method, path=root + path, headers=headers), PATIENCE)
    try:
        return response.status, await response.read(MAX_BYTES)
    finally:
        response.close()
