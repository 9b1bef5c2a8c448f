"""Mistral's `POST /v1/fim/completions` (a gap between `prompt` and `suffix`, for code editors): relayed.

Its answers are those of chat completions, and are read as such. Source: the types of mistralai 3.7.
"""

from __future__ import annotations

from typing import Any

from gateway.core.events import Event
from gateway.dialects.claims import checked_count
from gateway.dialects.codec import Envelope
from gateway.dialects.openai_chat.stream_in import ChatStreamDecoder
from gateway.dialects.relayed import RelayedProvider, checked_flag, checked_model
from gateway.errors import BadParameter


def read_envelope(tree: dict[str, Any]) -> Envelope:
    """Raises BadParameter."""
    model = checked_model(tree)
    for name in ("prompt", "suffix"):
        value = tree.get(name)
        if type(value) is not str and (value is not None or name == "prompt"):
            raise BadParameter(f"{name} must be a text.", param=name)
    return Envelope(
        model=model,
        stream=checked_flag(tree, "stream"),
        include_usage=True,
        max_output_tokens=checked_count(tree, "max_tokens", least=0),
    )


class FimProvider(RelayedProvider):
    """`gateway.dialects.codec.ProviderCodec`."""

    def decode_answer(self, body: bytes) -> list[Event]:
        return self._chat.decode_answer(body)

    def stream_decoder(self) -> ChatStreamDecoder:
        return ChatStreamDecoder("mistral")
