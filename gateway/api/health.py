"""Liveness, readiness and metrics."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final

from litestar import Response, route
from litestar.handlers import HTTPRouteHandler
from litestar.types import Method

from gateway.telemetry.metrics import CONTENT_TYPE

_READING: Final[list[Method]] = ["GET", "HEAD"]
"""Balancers and `wget --spider` ask for the head alone."""

Check = Callable[[], Awaitable[dict[str, str]]]
"""What is not as it should be: name -> sentence. Empty: all is well."""


def health_routes(
    exposition_of: Callable[[], Awaitable[bytes]],
    obstacles: Check,
    degradations: Check,
    policy_version: Callable[[], str],
) -> list[HTTPRouteHandler]:
    """The handlers. `obstacles` make the replica not ready (503); `degradations` are told, with 200.

    The version of the policy shows whether replicas are of one mind.
    """

    @route("/health/live", http_method=_READING, include_in_schema=False)
    async def live() -> dict[str, str]:
        """The process runs its event loop."""
        return {"status": "live"}

    @route("/health/ready", http_method=_READING, include_in_schema=False)
    async def ready() -> Response[dict[str, object]]:
        """Whether requests should be sent here."""
        missing = await obstacles()
        degraded = await degradations()
        status = "not ready" if missing else "degraded" if degraded else "ready"
        told: dict[str, object] = {
            "status": status,
            "policy_version": policy_version(),
            "problems": {**missing, **degraded},
        }
        return Response(told, status_code=503 if missing else 200)

    @route("/metrics", http_method=_READING, include_in_schema=False)
    async def exposition() -> Response[bytes]:
        """For Prometheus."""
        return Response(await exposition_of(), headers={"content-type": CONTENT_TYPE})

    return [live, ready, exposition]
