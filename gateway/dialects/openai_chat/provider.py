"""The provider side: requests written for whoever speaks chat completions, answers and errors read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.core.edits import Edit
from gateway.core.events import Event, UsageReported
from gateway.core.messages import Conversation, Dialect
from gateway.dialects.codec import Encoded, Envelope
from gateway.dialects.openai_chat.answer_in import decode_answer
from gateway.dialects.openai_chat.flavours import Flavour
from gateway.dialects.openai_chat.plain_answer import plain_answer
from gateway.dialects.openai_chat.refusals import refused
from gateway.dialects.openai_chat.request_out import write_request
from gateway.dialects.openai_chat.retarget import retarget
from gateway.dialects.openai_chat.stream_in import ChatStreamDecoder
from gateway.errors import UpstreamRefused


class ChatProvider:
    """`gateway.dialects.codec.ProviderCodec`; the flavour says what hosted APIs and local engines call differently."""

    dialect: Dialect = "openai_chat"

    def __init__(self, flavour: Flavour) -> None:
        self._flavour = flavour

    def encode_request(self, conversation: Conversation, model: str, strict: bool) -> Encoded:
        return write_request(conversation, model, self._flavour, strict)

    def retarget(self, tree: dict[str, Any], envelope: Envelope, model: str) -> tuple[Edit, ...] | None:
        if not self._flavour.takes(tree):
            return None
        return retarget(tree, envelope, model, self._flavour)

    def decode_answer(self, body: bytes) -> list[Event]:
        return plain_answer(body) or decode_answer(body)

    def stream_decoder(self) -> ChatStreamDecoder:
        return ChatStreamDecoder()

    def decode_error(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamRefused:
        return refused(status, headers, body)

    def hides(self, events: list[Event], envelope: Envelope) -> bool:
        """The usage chunk that the gateway's own `include_usage` called forth."""
        return bool(events) and not envelope.include_usage and all(type(event) is UsageReported for event in events)
