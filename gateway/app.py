"""The ASGI application.

Litestar carries health, metrics and the life cycle; the edge is mounted under it as it is, so that the hot path pays
for no framework.
"""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from litestar import Litestar, Response, route
from litestar.handlers import asgi
from sqlalchemy import text

from gateway.api.health import health_routes
from gateway.core.ports import PolicySource
from gateway.policy.source import FolderPolicies
from gateway.settings import Settings, load_settings
from gateway.storage.engine import DATABASE_ERRORS
from gateway.telemetry import logs
from gateway.wiring import Gateway

DRAIN_SECONDS = 120.0
"""How long streams may go on after SIGTERM."""

ABOUT = {
    "service": "llm-gateway",
    "base_urls": {"openai": "/v1", "anthropic": "/", "google-genai": "/", "mistralai": "/mistral"},
}


class Application:
    """One process's gateway, between start and stop of the server."""

    def __init__(self, settings: Settings, policies: Callable[[], PolicySource], environ: Mapping[str, str]) -> None:
        self._settings = settings
        self._policies = policies
        self._environ = environ
        self.gateway: Gateway | None = None
        self.asgi = self._litestar()

    def _running(self) -> Gateway:
        assert self.gateway is not None, "the server starts the lifespan before it serves"
        return self.gateway

    @asynccontextmanager
    async def _lifespan(self, _: Litestar) -> AsyncGenerator[None, None]:
        source = self._policies()
        self.gateway = Gateway(self._settings, source, self._environ)
        watching = source if isinstance(source, FolderPolicies) else None
        if watching is not None:
            watching.start()
        logs.event(logs.STARTED, policy_version=source.current.version)
        try:
            yield
        finally:
            if watching is not None:
                await watching.close()
            await self.gateway.close(DRAIN_SECONDS)

    async def _obstacles(self) -> dict[str, str]:
        gateway = self._running()
        found: dict[str, str] = {}
        try:
            async with gateway.engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except DATABASE_ERRORS:
            found["database"] = "does not answer"
        if gateway.ledger.full:
            found["ledger"] = "cannot take more usage rows"
        return found

    async def _degradations(self) -> dict[str, str]:
        reason = getattr(self._running().policies, "degraded", None)
        return {"policies": reason} if reason else {}

    def _litestar(self) -> Litestar:
        @asgi("/", is_mount=True, copy_scope=False)
        async def edge(scope: Any, receive: Any, send: Any) -> None:
            await self._running().edge(scope, receive, send)

        @route("/", http_method=["GET", "HEAD"], include_in_schema=False)
        async def about() -> Response[dict[str, object]]:
            """A probe finds a gateway (Claude Code asks HEAD /)."""
            return Response(dict(ABOUT))

        return Litestar(
            route_handlers=[
                edge,
                about,
                *health_routes(lambda: self._running().metrics, self._obstacles, self._degradations),
            ],
            lifespan=[self._lifespan],
            openapi_config=None,
            logging_config=None,
            debug=False,
        )


def create() -> Litestar:
    """The application as the environment configures it; what each server worker calls."""
    settings = load_settings(os.environ)
    logs.configure(settings.log_level)
    folder = Path(settings.policies)
    return Application(settings, lambda: FolderPolicies(folder, os.environ), os.environ).asgi
