"""The real stages on a real port before a provider that echoes; five providers, one of them in the house."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator

import uvicorn

from gateway.api.connection import Connection
from gateway.core.policy import Policy
from gateway.graceful_shutdown import serve_until
from gateway.policy.load import policy_of_text
from tests.support.echoing import Echo
from tests.support.fakes import Stand

PROVIDERS = """\
version: 1
providers:
  chat: {kind: xai, base_url: http://127.0.0.1:9/v1, api_key: k, region: us}
  responses: {kind: openai, base_url: http://127.0.0.1:9/v1, api_key: k, region: us}
  messages: {kind: anthropic, base_url: http://127.0.0.1:9, api_key: k, region: us}
  generate: {kind: gemini, base_url: http://127.0.0.1:9, api_key: k, region: us}
  mistral: {kind: mistral, base_url: http://127.0.0.1:9/mistral, api_key: k, region: us}
  house: {kind: local, engine: vllm, base_url: http://127.0.0.1:9/v1, region: on_prem}
models:
  either: {targets: [{provider: chat, model: m}], fallbacks: [{provider: house, model: m}]}
  local: {targets: [{provider: house, model: m}]}
"""


def policy_with(rules: str = "{}", team: str = "rules") -> Policy:
    """One rule set, `rules`, under which the team `demo` is."""
    demo = f"{{models: ['*'], stores: [pmpt_1], pii: {team}}}"
    return policy_of_text("p.yaml", f"{PROVIDERS}pii: {{rules: {rules}}}\nteams: {{demo: {demo}}}\n", {})


@contextlib.asynccontextmanager
async def echoing(policy: Policy) -> AsyncIterator[tuple[str, Echo, Stand]]:
    echo = Echo()
    stand = Stand(policy, echo)
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.bind(("127.0.0.1", 0))
    listener.listen(100)
    config = uvicorn.Config(stand.edge, http=Connection, log_config=None, access_log=False, lifespan="off")
    server = uvicorn.Server(config)
    with contextlib.closing(listener):
        done = asyncio.Event()
        task = asyncio.get_running_loop().create_task(serve_until(done, server, listener))
        while not server.started:
            await asyncio.sleep(0.005)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}", echo, stand
        finally:
            done.set()
            await task
