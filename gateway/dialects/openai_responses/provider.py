"""The provider side: requests written for OpenAI and xAI, their answers and errors read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.core.edits import Edit
from gateway.core.events import Event
from gateway.core.messages import Conversation, Dialect
from gateway.dialects.codec import Encoded, Envelope
from gateway.dialects.openai_chat.refusals import refused
from gateway.dialects.openai_responses import xai
from gateway.dialects.openai_responses.answer_in import decode_answer
from gateway.dialects.openai_responses.encryption import Issuer
from gateway.dialects.openai_responses.request_out import write_request
from gateway.dialects.openai_responses.retarget import retarget
from gateway.dialects.openai_responses.stream_in import ResponsesStreamDecoder
from gateway.errors import UpstreamRefused


class ResponsesProvider:
    """`gateway.dialects.codec.ProviderCodec`."""

    dialect: Dialect = "openai_responses"

    def __init__(self, reader: Issuer) -> None:
        self._reader = reader
        """Who answers, and whose encrypted state it can read."""

    def encode_request(self, conversation: Conversation, model: str, strict: bool) -> Encoded:
        return write_request(conversation, model, strict, self._reader)

    def retarget(self, tree: dict[str, Any], envelope: Envelope, model: str) -> tuple[Edit, ...] | None:
        if self._reader == "xai" and not xai.takes(tree):
            return None
        return retarget(tree, envelope, model, self._reader)

    def decode_answer(self, body: bytes) -> list[Event]:
        return decode_answer(body, self._reader)

    def stream_decoder(self) -> ResponsesStreamDecoder:
        return ResponsesStreamDecoder(self._reader)

    def decode_error(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamRefused:
        return refused(status, headers, body)

    def hides(self, events: list[Event], envelope: Envelope) -> bool:
        return False  # nothing is asked for in the client's name: a Responses stream tells its usage unasked
