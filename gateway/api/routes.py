"""Which dialect and operation a request means.

The table of `contract.md` 4: prefixed bases are unambiguous; on shared paths the header tells, in this order:
`x-goog-api-key` or `x-goog-api-client` → Gemini; `anthropic-version` → Anthropic; else OpenAI. Mistral's SDK has no
header of its own and holds every answer to its types: it is known by its name, so that all of it works at the bare
address, too.
Slips that SDK users make (`/v1/v1/…`, `/v1/v1beta/…`, a missing `/v1` or `/v1beta`) are answered as meant.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import msgspec

from gateway.api.object_routes import match_object, not_allowed
from gateway.core.messages import Dialect
from gateway.core.objects import ObjectCall
from gateway.core.operations import Route as Operation
from gateway.core.safe_echo import shown
from gateway.errors import NotImplementedHere, UnknownRoute, WebSocketNotServed


class Route(msgspec.Struct, frozen=True):
    """`model` and `stream` where the URL names them (Gemini)."""

    dialect: Dialect
    operation: Operation
    model: str | None = None
    stream: bool = False
    call: ObjectCall | None = None


_PREFIXES: dict[str, Dialect] = {
    "/openai": "openai_chat",
    "/anthropic": "anthropic",
    "/gemini": "gemini",
    "/mistral": "mistral",
    "/xai": "openai_chat",
}

_POSTS: dict[str, tuple[Dialect, Operation]] = {
    "/v1/chat/completions": ("openai_chat", "chat"),
    "/v1/responses": ("openai_responses", "chat"),
    "/v1/messages": ("anthropic", "chat"),
    "/v1/embeddings": ("openai_chat", "embeddings"),
    "/v1/messages/count_tokens": ("anthropic", "count_tokens"),
    "/v1/completions": ("openai_chat", "completions"),
    "/v1/fim/completions": ("mistral", "fim"),
    "/v1/moderations": ("openai_chat", "moderations"),
    "/v1/responses/input_tokens": ("openai_responses", "count_tokens"),
    "/v1/responses/compact": ("openai_responses", "compact"),
}

_MISTRAL_TOO = frozenset(("/v1/chat/completions", "/v1/embeddings", "/v1/moderations"))
"""OpenAI's paths that are Mistral's too: below /mistral their bodies have Mistral's shape."""

_GEMINI_VERBS: dict[str, Operation] = {
    "generateContent": "chat",
    "streamGenerateContent": "chat",
    "embedContent": "embed_content",
    "batchEmbedContents": "embeddings",
    "countTokens": "count_tokens",
}

_GEMINI_ALONE = ("/v1beta", "/v1alpha", "/upload/")
"""Paths that no other API has: nothing has to tell whose they are."""

_NOT_YET = re.compile(
    r"/(?:v1(?:beta\d?|alpha)?|upload/v1(?:beta)?)/"
    r"(files|uploads|batches|batch|messages/batches|fine_tuning|tuningJobs|tunedModels|cachedContents|images|audio|videos"
    r"|assistants|threads|vector_stores|conversations|containers|evals|realtime|live|ocr|interactions|agents|libraries"
    r"|skills|chatkit|vaults|sessions|environments|memory_stores|fileSearchStores|auth_tokens|operations|workflows"
    r"|classifications|chat/moderations|chat/classifications|responses/[^/]+|chat/completions/[^/]+)(?:[/:?]|$)"
)
"""Known to the SDKs, and not served yet: told apart from what does not exist at all."""

_ENDPOINT_TWICE = re.compile(
    r"/v1/(?:chat/completions|completions|messages|responses|embeddings)(?:/v1)?"
    r"/(?:chat/completions|completions|messages|responses|embeddings)"
)
"""A whole endpoint was given as the base URL, and the SDK put its own behind it."""

_GEMINI_CALL = re.compile(r"(?:(?:/v1(?:beta\d?|alpha)?){1,2}|(?=/models/))/([^/]{1,64}/.{1,512}):(\w{1,64})", re.ASCII)
"""A model's name may hold colons too (`llama3:8b`), so the last one parts it from the verb. Some SDKs put no `models/`
before a name that has a slash of its own (`claude/claude-sonnet-4-5`)."""
_VERTEX = re.compile(r"(?:projects/[^/]+/locations/[^/]+/)?publishers/[^/]+/models/")
"""What Vertex's form of the SDK puts before a model's name; who asks there is still known by the gateway's own key."""
_MODEL = re.compile(r"/v1/models/(.{1,512})")
_SLIPS = re.compile(
    r"^(?:/v1(?:beta\d?|alpha)?){0,2}"
    r"(?=/(?:(?:chat|fim)/completions|messages|responses|models|embeddings|completions|moderations)(?:/|$))"
)


_BASES = (
    "Base URLs: OpenAI …/v1, Anthropic …, Gemini …, Mistral …/mistral (… is this gateway's address without a path)."
)


def surface(path: str, headers: Mapping[str, str]) -> tuple[Dialect, str]:
    """(dialect whose shape an answer or error takes, path below the dialect's base)."""
    end = path.find("/", 1)
    if end > 0 and (dialect := _PREFIXES.get(path[:end])) is not None:
        return dialect, path[end:]
    if "x-goog-api-key" in headers or "x-goog-api-client" in headers or path.startswith(_GEMINI_ALONE):
        return "gemini", path
    if "anthropic-version" in headers:
        return "anthropic", path
    if headers.get("user-agent", "").startswith("mistral-client"):
        return "mistral", path
    return "openai_chat", path


def refuse_upgrade(protocol: str) -> None:
    """Raises WebSocketNotServed. Other offers (h2c) are ignored, as the standard allows."""
    if protocol.strip().lower() == "websocket":
        raise WebSocketNotServed(
            "This gateway serves no WebSockets (Realtime, Responses, Live). Ask by plain HTTP, and stream by events: "
            "POST /v1/responses with stream: true, or :streamGenerateContent."
        )


def match(method: str, path: str, dialect: Dialect, below: str, query: bytes = b"") -> Route:
    """The route of a request whose surface is known; raises UnknownRoute, NotImplementedHere, MethodNotAllowed.

    HEAD is GET, of whose answer the server sends the head alone (RFC 9110, 9.3.2).
    """
    if method == "HEAD":
        method = "GET"
    if (
        ":" in below
        and not below.endswith(":cancel")
        and (named_call := _GEMINI_CALL.fullmatch(below)) is not None
        and (method != "GET" or named_call[2] in _GEMINI_VERBS)
    ):
        return _gemini_call(method, named_call[1], named_call[2], query)
    named = _POSTS.get(below)
    if named is None:
        below = _SLIPS.sub("/v1", below.rstrip("/"))
        named = _POSTS.get(below)
    if named is not None:
        _demand(method, "POST")
        own, operation = named
        return Route("mistral" if dialect == "mistral" and below in _MISTRAL_TOO else own, operation)
    if _ENDPOINT_TWICE.fullmatch(below) is not None:
        raise UnknownRoute(f"{shown(path, 'This path')} names an endpoint twice: the base URL is without one. {_BASES}")
    if (found := match_object(method, dialect, below)) is not None:
        return Route(found[0], found[1], call=found[2])
    if below == "/v1/models":
        _demand(method, "GET")
        return Route(dialect, "list_models")
    if below == "/me":
        _demand(method, "GET")
        return Route(dialect, "me")
    if (model := _MODEL.fullmatch(below)) is not None:
        _demand(method, "GET")
        return Route(dialect, "get_model", model.group(1))
    if (known := _NOT_YET.match(below)) is not None:
        # The whole path, since others of the same family may be served.
        what = shown(path, f"This path of {shown(known[1], 'this API')}")
        raise NotImplementedHere(f"{what} is not served by this gateway yet.")
    raise UnknownRoute(f"{shown(path, 'This path')} is not served here. {_BASES}")


def _gemini_call(method: str, model: str, verb: str, query: bytes) -> Route:
    _demand(method, "POST")
    model = _VERTEX.sub("", model).removeprefix("models/")
    if verb == "batchGenerateContent":
        return Route("gemini", "batches", model, call=ObjectCall("batch", "create"))
    operation = _GEMINI_VERBS.get(verb)
    if operation is None:
        verbs = ", ".join(_GEMINI_VERBS)
        raise NotImplementedHere(f"{shown(verb, 'This verb')} is not served by this gateway yet; {verbs} are.")
    if verb == "streamGenerateContent":
        events = b"alt=sse" in query.split(b"&")
        return Route("gemini", "chat" if events else "chat_array", model, stream=True)
    return Route("gemini", operation, model)


def _demand(method: str, wanted: str) -> None:
    if method != wanted:
        raise not_allowed(method, (wanted,))
