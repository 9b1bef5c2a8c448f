"""Embeddings in each provider's shape: vectors of unit length that depend on the text only, near where words agree.

Source: recorded traffic; OpenAI's, Google's and Mistral's API references.
"""

from __future__ import annotations

import array
import base64
import hashlib
import math
import re
import sys
from operator import add
from typing import Any

from gateway.providers.simulated import words
from gateway.providers.simulated.ask import invalid
from gateway.providers.simulated.gemini_read import camel
from gateway.providers.simulated.mistral_read import unprocessable
from gateway.providers.simulated.openai_chat_write import created

_OPENAI_FIELDS = frozenset(("input", "model", "dimensions", "encoding_format", "user"))
_MISTRAL_FIELDS = frozenset(("model", "input", "metadata", "output_dimension", "output_dtype", "encoding_format"))
OPENAI_DIMENSIONS = 1536
MISTRAL_DIMENSIONS = 1024
GEMINI_DIMENSIONS = 768
_MAX_INPUTS = 2048

_WORDS = re.compile(r"\w+")


def vector(text: str, dimensions: int) -> array.array[float]:
    """Floats of 32 bits, length one."""
    numbers = [0] * dimensions
    for word in set(_WORDS.findall(text.lower())) or {text}:
        drawn = array.array("h", hashlib.shake_256(word.encode()).digest(2 * dimensions))
        numbers = list(map(add, numbers, drawn))
    length = math.sqrt(sum(number * number for number in numbers)) or 1.0
    return array.array("f", [number / length for number in numbers])


def openai(body: dict[str, Any], model: str) -> tuple[dict[str, Any], int]:
    """(body, prompt tokens) of OpenAI's POST /v1/embeddings."""
    for name in body:
        if name not in _OPENAI_FIELDS:
            raise invalid(f"Unknown parameter: '{name}'.", param=name, code="unknown_parameter")
    return _openai(body, model)


def local(body: dict[str, Any], model: str, seed: str) -> tuple[dict[str, Any], int]:
    """(body, prompt tokens) as vLLM answers: any field is taken, id and created are added."""
    made, tokens = _openai(body, model)
    made["usage"] |= {"completion_tokens": 0, "prompt_tokens_details": None}
    return {"id": f"embd-{seed}", "created": created(seed)} | made, tokens


def _openai(body: dict[str, Any], model: str) -> tuple[dict[str, Any], int]:
    tokens, texts = _inputs(body.get("input"))
    dimensions = body.get("dimensions") or OPENAI_DIMENSIONS
    as_text = body.get("encoding_format") == "base64"
    data = [
        {"object": "embedding", "index": index, "embedding": _shown(vector(text, dimensions), as_text=as_text)}
        for index, text in enumerate(texts)
    ]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    return {"object": "list", "data": data, "model": model, "usage": usage}, tokens


def mistral(body: dict[str, Any], model: str, seed: str) -> tuple[dict[str, Any], int]:
    """(body, prompt tokens) of Mistral's POST /v1/embeddings."""
    for name in body:
        if name not in _MISTRAL_FIELDS:
            raise unprocessable("extra_forbidden", ["body", name], "Extra inputs are not permitted")
    tokens, texts = _inputs(body.get("input"))
    dimensions = body.get("output_dimension") or MISTRAL_DIMENSIONS
    as_text = body.get("encoding_format") == "base64"
    data = [
        {"object": "embedding", "embedding": _shown(vector(text, dimensions), as_text=as_text), "index": index}
        for index, text in enumerate(texts)
    ]
    usage: dict[str, Any] = {"prompt_tokens": tokens, "total_tokens": tokens, "completion_tokens": 0}
    usage |= dict.fromkeys(("prompt_audio_seconds", "request_count", "prompt_token_details"))
    return {"id": seed, "object": "list", "data": data, "model": model, "usage": usage}, tokens


def gemini(request: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """({values}, prompt tokens) of one embedContent request."""
    named = camel(request)
    content = camel(named.get("content"))
    parts = content.get("parts")
    parts = [parts] if isinstance(parts, dict) else parts
    if not isinstance(parts, list) or not parts:
        raise invalid("* EmbedContentRequest.content: content is empty")
    text = "\n".join(str(part.get("text", "")) for part in parts)
    config = camel(named.get("embedContentConfig"))
    dimensions = named.get("outputDimensionality") or config.get("outputDimensionality") or GEMINI_DIMENSIONS
    return {"values": list(vector(text, dimensions))}, words.count(text)


def _inputs(given: Any) -> tuple[int, list[str]]:
    """(tokens, a text for each input); inputs may be token ids."""
    if isinstance(given, str):
        given = [given]
    if not isinstance(given, list) or not given or len(given) > _MAX_INPUTS:
        raise invalid("Invalid 'input': a text or a list of at most 2048 texts.", param="input", code="invalid_type")
    if isinstance(given[0], int):
        given = [given]
    if any(not isinstance(text, str | list) or not text for text in given):
        raise invalid("Invalid 'input': empty or of the wrong type.", param="input")
    tokens = sum(words.count(text) if isinstance(text, str) else len(text) for text in given)
    return tokens, [text if isinstance(text, str) else str(text) for text in given]


def _shown(numbers: array.array[float], *, as_text: bool) -> str | list[float]:
    if not as_text:
        return list(numbers)
    if sys.byteorder == "big":  # the wire is little-endian
        numbers.byteswap()
    return base64.b64encode(numbers.tobytes()).decode()
