"""The admin port's application: the API, its OpenAPI document, and the console."""

from __future__ import annotations

import asyncio
from functools import lru_cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any, Final

from litestar import Litestar, Response, Router, get
from litestar.exceptions import HTTPException
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme

from gateway.admin.context import AdminContext
from gateway.admin.guards import open_to_all, reads
from gateway.admin.keys import key_routes
from gateway.admin.personal_data import personal_data_routes
from gateway.admin.refusals import Refusal, failed, not_utf8, refused, refused_by_framework, too_deep, unreachable
from gateway.admin.rollouts import rollout_routes
from gateway.admin.sessions import session_routes
from gateway.admin.spending import spending_routes
from gateway.admin.transport import Transport
from gateway.admin.views import view_routes
from gateway.storage.engine import DATABASE_ERRORS

API: Final = "/admin/v1"
MAX_BODY_BYTES: Final = 64 * 1024

_CONSOLE: Final = {
    path: (files("gateway.admin").joinpath("console", name).read_bytes(), media_type)
    for path, name, media_type in (
        ("/", "index.html", "text/html"),
        ("/console.js", "console.js", "text/javascript"),
        ("/console.css", "console.css", "text/css"),
        ("/icon.svg", "icon.svg", "image/svg+xml"),
    )
}


def admin_litestar(context: AdminContext) -> Litestar:
    """The routes, without what stands before them."""
    described = [
        *key_routes(context),
        *view_routes(context),
        *spending_routes(context),
        *rollout_routes(context),
        *personal_data_routes(context),
        *session_routes(context),
    ]

    @lru_cache
    def written() -> dict[str, Any]:
        return _openapi(described)

    @reads(context.authenticator, "/openapi.json", None)
    async def document() -> dict[str, Any]:
        """What this API takes and gives."""
        return await asyncio.to_thread(written)

    return Litestar(
        route_handlers=[Router(API, route_handlers=[document, *described]), *_console()],
        exception_handlers={
            Refusal: refused,
            HTTPException: refused_by_framework,
            RecursionError: too_deep,
            UnicodeDecodeError: not_utf8,
            **dict.fromkeys(DATABASE_ERRORS, unreachable),
            Exception: failed,
        },
        openapi_config=None,  # its routes would have no guard
        request_max_body_size=MAX_BODY_BYTES,
        logging_config=None,
        debug=False,
    )


def _openapi(described: list[HTTPRouteHandler]) -> dict[str, Any]:
    """The document, from an application of the same handlers that serves nobody."""
    config = OpenAPIConfig(
        title="LLM gateway administration",
        version=version("llm-gateway"),
        components=Components(security_schemes={"token": SecurityScheme(type="http", scheme="bearer")}),
        security=[{"token": []}],
        operation_id_creator=lambda handler, _method, _path: handler.handler_name,
    )
    return Litestar([Router(API, route_handlers=described)], openapi_config=config).openapi_schema.to_schema()


def admin_application(context: AdminContext, url: str | None) -> Transport:
    """What the admin port serves. `url`: where browsers find it, if under a name of its own."""
    return Transport(admin_litestar(context), url)


def _console() -> list[HTTPRouteHandler]:
    return [_file(path, content, media_type) for path, (content, media_type) in _CONSOLE.items()]


def _file(path: str, content: bytes, media_type: str) -> HTTPRouteHandler:
    @open_to_all(get, path, include_in_schema=False)
    async def serve() -> Response[bytes]:
        return Response(content, media_type=media_type)

    return serve
