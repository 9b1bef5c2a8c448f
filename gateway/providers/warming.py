"""How a local server that has just started is brought to warmth: asked something small first, then more and more.

Invariants
- Its share grows evenly from FIRST_SHARE to the whole; there is no warm-up where policy asks for none.
- What it is asked first is the policy's own text, for one token, of each model that is there and that policy asks for;
  it is on nobody's bill.
- Whatever becomes of these questions, afterwards it serves: what it answers to real requests says more.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Final

import msgspec

from gateway.core.engines import WarmUp
from gateway.errors import GatewayError
from gateway.providers.provider import Provider
from gateway.providers.transport import Upstream, UpstreamRequest
from gateway.tasks import spawn

FIRST_SHARE: Final = 0.05
MAX_BYTES: Final = 1024 * 1024


class Warming:
    """Of one server, from its start to its warmth."""

    def __init__(self, rules: WarmUp) -> None:
        self._rules = rules
        self._since: float | None = None
        self._asking: asyncio.Task[None] | None = None

    def ask_first(self, upstream: Upstream, provider: Provider, models: Iterable[str]) -> None:
        """Begin with the prompt, where there is one."""
        if self._rules.prompt is not None:
            self._asking = spawn(self._ask(upstream, provider, tuple(models), self._rules.prompt), "warm up an engine")

    def share(self, now: float) -> float | None:
        """How much of its requests it may have, 1 when it is warm; None while it is asked first."""
        if self._asking is not None and not self._asking.done():
            return None
        if self._since is None:
            self._since = now
        return min(1.0, FIRST_SHARE + (1.0 - FIRST_SHARE) * (now - self._since) / self._rules.over)

    async def close(self) -> None:
        if self._asking is not None:
            self._asking.cancel()
            await asyncio.gather(self._asking, return_exceptions=True)

    @staticmethod
    async def _ask(upstream: Upstream, provider: Provider, models: tuple[str, ...], prompt: str) -> None:
        for model in models:
            body = msgspec.json.encode(
                {"model": model, "messages": [{"role": "user", "content": prompt}], "max_tokens": 1}
            )
            request = UpstreamRequest(
                method="POST",
                path=provider.path("chat", "openai_chat", model, stream=False),
                headers=provider.headers("openai_chat", ()),
                body=body,
            )
            try:
                response = await upstream.send(request, provider.policy.timeouts)
                try:
                    await response.read(MAX_BYTES)
                finally:
                    response.close()
            except GatewayError:
                continue  # a model of vectors answers no chat; one that is broken shows it to real requests
