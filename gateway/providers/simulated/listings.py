"""GET /v1/models in each provider's shape. The names are examples: every model's name is answered.

The local server names none, since its list says what it has, and what is not in one is not asked of it.
"""

from __future__ import annotations

from typing import Any

from gateway.providers.simulated.ask import Refusal
from gateway.providers.simulated.refusals import Surface

MODELS: dict[Surface, tuple[str, ...]] = {
    "openai": ("gpt-4o", "gpt-5", "gpt-5-mini", "text-embedding-3-small"),
    "anthropic": ("claude-opus-5", "claude-sonnet-5", "claude-haiku-4-5"),
    "gemini": ("gemini-2.5-flash", "gemini-3-pro-preview", "gemini-embedding-2"),
    "mistral": ("mistral-large-latest", "mistral-small-latest", "mistral-embed"),
    "xai": ("grok-4.3", "grok-4-fast-non-reasoning"),
    "local": (),
}
_CREATED = 1_790_000_000
_CREATED_TEXT = "2026-09-21T14:13:20Z"


def listing(surface: Surface, model: str | None) -> dict[str, Any]:
    """All models, or the one named; raises Refusal for one that is not an example."""
    if model is not None:
        if model not in MODELS[surface]:
            raise Refusal(404, "not_found", f"The model '{model}' does not exist.", code="model_not_found")
        return _entry(surface, model)
    entries = [_entry(surface, name) for name in MODELS[surface]]
    match surface:
        case "gemini":
            return {"models": entries}
        case "anthropic":
            ends = {"first_id": entries[0]["id"], "last_id": entries[-1]["id"]}
            return {"data": entries, "has_more": False} | ends
        case "openai" | "mistral" | "xai" | "local":
            return {"object": "list", "data": entries}


def _entry(surface: Surface, name: str) -> dict[str, Any]:
    match surface:
        case "gemini":
            methods = ["embedContent"] if "embedding" in name else ["generateContent", "countTokens"]
            return {
                "name": f"models/{name}",
                "version": "001",
                "displayName": name,
                "inputTokenLimit": 1_048_576,
                "outputTokenLimit": 65_536,
                "supportedGenerationMethods": methods,
            }
        case "anthropic":
            limits = {"max_input_tokens": 1_000_000, "max_tokens": 128_000}
            return {"type": "model", "id": name, "display_name": name, "created_at": _CREATED_TEXT} | limits
        case "mistral":
            capabilities = {"completion_chat": "embed" not in name, "function_calling": True, "fine_tuning": False}
            entry = {"id": name, "object": "model", "created": _CREATED, "owned_by": "mistralai"}
            more = {"capabilities": capabilities, "max_context_length": 131_072, "aliases": [], "type": "base"}
            return entry | more
        case "local":
            entry = {"id": name, "object": "model", "created": _CREATED, "owned_by": "vllm"}
            return entry | {"root": name, "parent": None, "max_model_len": 8192}
        case "openai" | "xai":
            return {"id": name, "object": "model", "created": _CREATED, "owned_by": surface}
