"""The client side: requests of Mistral's SDK read, answers and errors written for it."""

from __future__ import annotations

from typing import Any

from gateway.core.answer import Answer
from gateway.core.messages import Conversation, Dialect
from gateway.dialects.codec import AnswerFacts, Envelope
from gateway.dialects.mistral.answer_out import write_answer
from gateway.dialects.mistral.errors_out import error_body, error_frame
from gateway.dialects.mistral.request_in import read_request
from gateway.dialects.mistral.stream_out import MistralStreamEncoder
from gateway.dialects.openai_chat.envelope import read_envelope
from gateway.errors import GatewayError


class MistralClient:
    """`gateway.dialects.codec.ClientCodec` for Mistral's `/v1/chat/completions`."""

    dialect: Dialect = "mistral"
    stream_content_type = "text/event-stream; charset=utf-8"

    def envelope(self, tree: dict[str, Any], path_model: str | None, path_stream: bool) -> Envelope:
        return read_envelope(tree)

    def decode_request(self, tree: dict[str, Any], envelope: Envelope) -> Conversation:
        return read_request(tree, envelope)

    def encode_answer(self, answer: Answer, facts: AnswerFacts) -> bytes:
        return write_answer(answer, facts)

    def stream_encoder(self, facts: AnswerFacts) -> MistralStreamEncoder:
        return MistralStreamEncoder(facts)

    def encode_error(self, error: GatewayError, request_id: str) -> bytes:
        return error_body(error, request_id)

    def encode_stream_error(self, error: GatewayError, request_id: str) -> bytes:
        return error_frame(error, request_id)
