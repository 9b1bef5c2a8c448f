"""The provider's side: requests to Claude, and its answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.core.edits import Edit
from gateway.core.events import Event
from gateway.core.messages import Conversation, Dialect
from gateway.dialects.anthropic.answer_in import read_answer
from gateway.dialects.anthropic.errors import refusal
from gateway.dialects.anthropic.replayed import edits_of_history
from gateway.dialects.anthropic.request_out import write_request
from gateway.dialects.anthropic.stream_in import AnthropicStreamDecoder
from gateway.dialects.codec import Encoded, Envelope, StreamDecoder
from gateway.errors import UpstreamRefused


class AnthropicProvider:
    dialect: Dialect = "anthropic"

    def encode_request(self, conversation: Conversation, model: str, strict: bool) -> Encoded:
        return write_request(conversation, model, strict)

    def retarget(self, tree: dict[str, Any], envelope: Envelope, model: str) -> tuple[Edit, ...]:
        edits = edits_of_history(tree)
        if envelope.model != model:
            edits.insert(0, Edit(("model",), model, "choose"))
        return tuple(edits)

    def decode_answer(self, body: bytes) -> list[Event]:
        return read_answer(body)

    def stream_decoder(self) -> StreamDecoder:
        return AnthropicStreamDecoder()

    def decode_error(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamRefused:
        return refusal(status, headers, body)

    def hides(self, events: list[Event], envelope: Envelope) -> bool:
        return False  # nothing is asked for in the client's name: a Messages stream tells its usage unasked
