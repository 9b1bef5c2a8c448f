"""Whether an answer is what its dialect's official types demand, member for member.

The SDKs themselves are lenient where they parse answers; their types, asked to validate, are not.
"""

from __future__ import annotations

import json
from typing import Any

from anthropic.types import Message, RawMessageStreamEvent
from google.genai.types import GenerateContentResponse
from mistralai.client.models import ChatCompletionResponse, CompletionChunk
from openai.types.chat import ChatCompletion, ChatCompletionChunk
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter, ValidationError

_TYPES: dict[tuple[str, bool], TypeAdapter[Any]] = {
    (dialect, stream): TypeAdapter(kind)
    for dialect, whole, piece in (
        ("openai_chat", ChatCompletion, ChatCompletionChunk),
        ("openai_responses", Response, ResponseStreamEvent),
        ("anthropic", Message, RawMessageStreamEvent),
        ("gemini", GenerateContentResponse, GenerateContentResponse),
        ("mistral", ChatCompletionResponse, CompletionChunk),
    )
    for stream, kind in ((False, whole), (True, piece))
}


def unclean(dialect: str, stream: bool, body: bytes) -> list[str]:
    """What is not as the types want it: where and why, without the content."""
    pieces = [body]
    if stream:
        frames = body.decode().replace("\r\n", "\n").split("\n\n")
        lines = [line[5:].strip() for frame in frames for line in frame.split("\n") if line.startswith("data:")]
        pieces = [line.encode() for line in lines if line != "[DONE]"]
    found = []
    for piece in pieces:
        if dialect == "anthropic" and json.loads(piece).get("type") == "ping":
            continue  # known to the SDK's reader, not to its types
        try:
            _TYPES[dialect, stream].validate_json(piece)
        except ValidationError as error:
            found += [f"schema {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()[:3]]
    return found
