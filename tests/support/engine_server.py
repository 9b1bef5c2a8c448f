"""Local inference servers that speak their own endpoints, each with a state that a test can change while it runs.

    async with engine_server("vllm", loaded=["llama"]) as server:
        server.base_url                  # http://127.0.0.1:PORT/v1
        server.loading = True            # its health says so, as that engine says it
        server.asked                     # the models of the chats that came, in order

Forms: those that `gateway.providers.engines` and `engine_models` name as their source.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from gateway.core.engines import Engine


@dataclass
class EngineServer:
    """`loaded`, `loading_models` and `on_disk`: names of models. `hold`: while it is not set, chats wait."""

    engine: Engine
    base_url: str = ""
    loaded: list[str] = field(default_factory=list)
    loading_models: list[str] = field(default_factory=list)
    on_disk: list[str] = field(default_factory=list)
    router: bool = False
    loading: bool = False
    asleep: bool = False
    started: float = 1000.0
    running: int = 0
    waiting: int = 0
    hold: asyncio.Event = field(default_factory=asyncio.Event)
    chats: list[dict[str, Any]] = field(default_factory=list)

    @property
    def asked(self) -> list[str]:
        return [chat["model"] for chat in self.chats]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        path = request.path
        if path in ("/health", "/v2/health/ready", "/api/version"):
            if self.loading:
                told = {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}
                return web.json_response(told, status=503)
            return web.json_response({"status": "ok"})
        if path == "/metrics" and self.engine != "ollama":
            return web.Response(text=self._metrics())
        if path == "/v1/chat/completions":
            return await self._chat(request)
        told = self._list(path)
        return web.json_response({"error": "no such path"}, status=404) if told is None else web.json_response(told)

    def _list(self, path: str) -> Any:
        everything = {
            **dict.fromkeys(self.on_disk, "unloaded"),
            **dict.fromkeys(self.loading_models, "loading"),
            **dict.fromkeys(self.loaded, "loaded"),
        }
        match self.engine, path:
            case "ollama", "/api/tags":
                return {"models": [{"name": name, "model": name} for name in everything]}
            case "ollama", "/api/ps":
                return {"models": [{"name": name, "model": name} for name in self.loaded]}
            case "triton", "/v2/repository/index":
                states = {"loaded": "READY", "loading": "LOADING", "unloaded": "UNAVAILABLE"}
                return [{"name": name, "version": "1", "state": states[state]} for name, state in everything.items()]
            case "llama_cpp", "/v1/models" if self.router:
                return {"data": [{"id": name, "status": {"value": state}} for name, state in everything.items()]}
            case "vllm" | "sglang" | "llama_cpp", "/v1/models":
                return {"object": "list", "data": [{"id": name, "object": "model"} for name in self.loaded]}
        return None

    def _metrics(self) -> str:
        names = {
            "sglang": ("sglang:num_running_reqs", "sglang:num_queue_reqs"),
            "llama_cpp": ("llamacpp:requests_processing", "llamacpp:requests_deferred"),
        }
        running, waiting = names.get(self.engine, ("vllm:num_requests_running", "vllm:num_requests_waiting"))
        lines = [f"{running} {self.running}", f"{waiting} {self.waiting}"]
        if self.engine == "vllm":
            lines.append(f"process_start_time_seconds {self.started}")
            lines.append(f'vllm:engine_sleep_state{{engine="0",sleep_state="awake"}} {0.0 if self.asleep else 1.0}')
            lines.append(f'vllm:engine_sleep_state{{engine="0",sleep_state="discard_all"}} {float(self.asleep)}')
        return "\n".join(lines) + "\n"

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.chats.append(body)
        await self.hold.wait()
        if self.engine in ("vllm", "ollama", "triton") and body["model"] not in (*self.loaded, *self.on_disk):
            return web.json_response({"error": {"message": "no such model", "code": 404}}, status=404)
        about = {"id": "c", "object": "chat.completion", "created": 1, "model": body["model"]}
        usage = {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}
        choice = {"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}
        return web.json_response({**about, "choices": [choice], "usage": usage})


@contextlib.asynccontextmanager
async def engine_server(
    engine: Engine, *, loaded: Sequence[str] = (), on_disk: Sequence[str] = (), router: bool = False, port: int = 0
) -> AsyncIterator[EngineServer]:
    server = EngineServer(engine, loaded=list(loaded), on_disk=list(on_disk), router=router)
    server.hold.set()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", server.answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    server.base_url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    try:
        yield server
    finally:
        await runner.cleanup()
