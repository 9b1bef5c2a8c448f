"""Which path belongs to which provider and operation, and who may call it.

Credentials are checked for being there and of the right kind, not for being known: every key is good, unless it
contains "invalid" or "revoked".
"""

from __future__ import annotations

from typing import Literal, get_args
from urllib.parse import parse_qs

import msgspec

from gateway.providers.simulated.ask import Refusal
from gateway.providers.simulated.refusals import Surface
from gateway.providers.simulated.replies import Request

Operation = Literal[
    "chat",
    "responses",
    "embeddings",
    "completions",
    "fim",
    "moderations",
    "models",
    "messages",
    "count_tokens",
    "generateContent",
    "streamGenerateContent",
    "countTokens",
    "embedContent",
    "batchEmbedContents",
    "health",
    "metrics",
]

_SURFACES: dict[str, Surface] = {name: name for name in get_args(Surface)}
_PLAIN: dict[str, dict[str, Operation]] = {
    "openai": {
        "/v1/chat/completions": "chat",
        "/v1/responses": "responses",
        "/v1/embeddings": "embeddings",
        "/v1/completions": "completions",
        "/v1/moderations": "moderations",
        "/v1/models": "models",
    },
    "anthropic": {
        "/v1/messages": "messages",
        "/v1/messages/count_tokens": "count_tokens",
        "/v1/models": "models",
    },
    "gemini": {"/v1/models": "models", "/v1beta/models": "models"},
    "mistral": {
        "/v1/chat/completions": "chat",
        "/v1/embeddings": "embeddings",
        "/v1/fim/completions": "fim",
        "/v1/moderations": "moderations",
        "/v1/models": "models",
    },
    "xai": {"/v1/chat/completions": "chat", "/v1/responses": "responses", "/v1/models": "models"},
    "local": {
        "/v1/chat/completions": "chat",
        "/v1/embeddings": "embeddings",
        "/v1/completions": "completions",
        "/v1/models": "models",
        "/v1/messages": "messages",
        "/v1/messages/count_tokens": "count_tokens",
        "/health": "health",
        "/metrics": "metrics",
    },
}
_GEMINI: dict[str, Operation] = {
    "generateContent": "generateContent",
    "streamGenerateContent": "streamGenerateContent",
    "countTokens": "countTokens",
    "embedContent": "embedContent",
    "batchEmbedContents": "batchEmbedContents",
}
_READING: frozenset[Operation] = frozenset(("models", "health", "metrics"))


class Route(msgspec.Struct, frozen=True):
    """`model` where the path names it (Gemini, a single model's listing), with its suffix of faults."""

    surface: Surface
    operation: Operation
    model: str | None = None

    @property
    def method(self) -> str:
        return "GET" if self.operation in _READING else "POST"


def surface_of(path: str) -> Surface:
    """The provider whose errors a path deserves; OpenAI's where none is named."""
    return _SURFACES.get(path[1:].partition("/")[0], "openai")


def find(path: str) -> Route | None:
    """The route of a path without query; None where there is none."""
    name, _, rest = path[1:].partition("/")
    surface = _SURFACES.get(name)
    if surface is None:
        return None
    rest = f"/{rest}"
    if operation := _PLAIN[surface].get(rest):
        return Route(surface, operation)
    before, found, model = rest.partition("/models/")
    if not found or before not in ("/v1", "/v1beta"):
        return None
    if surface != "gemini":
        return Route(surface, "models", model)
    model, _, verb = model.rpartition(":") if ":" in model else (model, "", "")
    if not verb:
        return Route(surface, "models", model)
    return Route(surface, _GEMINI[verb], model) if verb in _GEMINI else None


def check_credential(surface: Surface, request: Request) -> None:
    """Raises the surface's own Refusal for a missing, misplaced or revoked key."""
    headers = request.headers
    scheme, _, bearer = headers.get("authorization", "").partition(" ")
    bearer = bearer if scheme.lower() == "bearer" else ""
    match surface:
        case "openai":
            if _bad(bearer):
                shown = f": {bearer[:8]}***{bearer[-4:]}" if bearer else ""
                raise Refusal(401, "authentication", f"Incorrect API key provided{shown}.", code="invalid_api_key")
        case "anthropic":
            key = headers.get("x-api-key") or bearer
            if _bad(key):
                message = "invalid x-api-key" if key else "x-api-key header is required"
                raise Refusal(401, "authentication", message)
            if "anthropic-version" not in headers:
                raise Refusal(400, "invalid", "anthropic-version: header is required")
        case "gemini":
            key = headers.get("x-goog-api-key") or parse_qs(request.query).get("key", [""])[0]
            if not key:
                raise Refusal(403, "permission", "Method doesn't allow unregistered callers.")
            if _bad(key):
                detail = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}]
                raise Refusal(400, "invalid", "API key not valid. Please pass a valid API key.", detail=detail)
        case "mistral":
            if _bad(bearer):
                raise Refusal(401, "authentication", "Invalid API Key")
        case "xai":
            if _bad(bearer):
                raise Refusal(400, "invalid", f"Incorrect API key provided: {bearer[:2]}***{bearer[-2:]}.")
        case "local":
            if bearer and _bad(bearer):
                raise Refusal(401, "authentication", "Unauthorized")


def _bad(key: str) -> bool:
    return not key or "invalid" in key or "revoked" in key
