"""The models that a key may use, as each dialect's `GET …/models` and `GET …/models/{id}` show them.

Invariants
- One list, several renderings: order, names and number are the same in each.
- What is not known is left out (limits of tokens, prices, a birthday): no number is made up but where a dialect's SDK
  demands one, and then it is the same for all.
- Pages are cut as each dialect asks for them: Anthropic by `limit`, `after_id`, `before_id`, Gemini by `pageSize` and
  `pageToken`; OpenAI and Mistral know no pages.

Sources: the types of openai 3.54, anthropic 2.12, google-genai 3.4 and mistralai 3.7, which validates them; Codex, that
reads the list from a member `models` where OpenAI has `data`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from gateway.core.messages import Dialect
from gateway.core.operations import ListedModel
from gateway.errors import BadParameter

CREATED: Final = 1_750_000_000
CREATED_TEXT: Final = "2025-06-15T15:06:40Z"
"""Aliases have no birthday; SDKs want one."""

ANTHROPIC_PAGE: Final = 20
GEMINI_PAGE: Final = 50
LARGEST_PAGE: Final = 1000

_encode = msgspec.json.Encoder().encode


def one_model(dialect: Dialect, model: ListedModel) -> bytes:
    """The body that describes it."""
    return _encode(_entry(dialect, model))


def many_models(dialect: Dialect, models: Sequence[ListedModel], query: Mapping[str, str]) -> bytes:
    """The body that lists them, or the page of it that `query` asks for; raises BadParameter."""
    match dialect:
        case "anthropic":
            return _encode(_anthropic_page(models, query))
        case "gemini":
            return _encode(_gemini_page(models, query))
        case "mistral":
            return _encode({"object": "list", "data": [_entry(dialect, model) for model in models]})
        case "openai_chat" | "openai_responses":
            names = [{"slug": model.name, "name": model.name, "display_name": model.name} for model in models]
            data = [_entry(dialect, model) for model in models]
            return _encode({"object": "list", "data": data, "models": names})


def _entry(dialect: Dialect, model: ListedModel) -> dict[str, Any]:
    name = model.name
    match dialect:
        case "anthropic":
            entry = {"type": "model", "id": name, "display_name": name, "created_at": CREATED_TEXT}
            return entry | {"lifecycle": "active"}
        case "gemini":
            methods = ["generateContent", "streamGenerateContent", "countTokens"]
            methods += ["embedContent", "batchEmbedContents"] if model.embeds else []
            return {
                "name": f"models/{name}",
                "baseModelId": name,
                "version": "1",
                "displayName": name,
                "supportedGenerationMethods": methods,
            }
        case "mistral":
            return {
                "id": name,
                "object": "model",
                "created": CREATED,
                "owned_by": "gateway",
                "name": name,
                "capabilities": {"completion_chat": True, "function_calling": True},
                "aliases": [],
                "type": "base",
            }
        case "openai_chat" | "openai_responses":
            return {"id": name, "object": "model", "created": CREATED, "owned_by": "gateway"}


def _anthropic_page(models: Sequence[ListedModel], query: Mapping[str, str]) -> dict[str, Any]:
    size = _size(query, "limit", ANTHROPIC_PAGE)
    names = [model.name for model in models]
    start, end = 0, len(names)
    if (after := query.get("after_id")) is not None:
        start = _place(names, after, "after_id") + 1
        end = min(end, start + size)
        more = end < len(names)
    elif (before := query.get("before_id")) is not None:
        end = _place(names, before, "before_id")
        start = max(0, end - size)
        more = start > 0
    else:
        end = min(end, size)
        more = end < len(names)
    page = models[start:end]
    return {
        "data": [_entry("anthropic", model) for model in page],
        "has_more": more,
        "first_id": page[0].name if page else None,
        "last_id": page[-1].name if page else None,
    }


def _gemini_page(models: Sequence[ListedModel], query: Mapping[str, str]) -> dict[str, Any]:
    size = _size(query, "pageSize", GEMINI_PAGE)
    token = query.get("pageToken", "")
    start = _place([model.name for model in models], token, "pageToken") if token else 0
    body: dict[str, Any] = {"models": [_entry("gemini", model) for model in models[start : start + size]]}
    if start + size < len(models):
        body["nextPageToken"] = models[start + size].name
    return body


def _size(query: Mapping[str, str], name: str, usual: int) -> int:
    text = query.get(name)
    if text is None:
        return usual
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        raise BadParameter(f"{name} must be a whole number.", param=name)
    return min(int(text), LARGEST_PAGE) or usual


def _place(names: Sequence[str], name: str, param: str) -> int:
    try:
        return names.index(name)
    except ValueError:
        raise BadParameter(f"{param} names no model of this list.", param=param) from None
