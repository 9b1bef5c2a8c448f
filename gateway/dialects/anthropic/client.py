"""The client's side: requests of Anthropic's SDKs, and answers for them."""

from __future__ import annotations

from typing import Any

from gateway.core.answer import Answer
from gateway.core.messages import Conversation, Dialect
from gateway.dialects.anthropic.answer_out import write_answer
from gateway.dialects.anthropic.errors import error_body, error_frame
from gateway.dialects.anthropic.request_in import read_envelope, read_request
from gateway.dialects.anthropic.stream_out import AnthropicStreamEncoder
from gateway.dialects.codec import AnswerFacts, Envelope, StreamEncoder
from gateway.errors import GatewayError


class AnthropicClient:
    dialect: Dialect = "anthropic"
    stream_content_type: str = "text/event-stream; charset=utf-8"

    def envelope(self, tree: dict[str, Any], path_model: str | None, path_stream: bool) -> Envelope:
        return read_envelope(tree)

    def decode_request(self, tree: dict[str, Any], envelope: Envelope) -> Conversation:
        return read_request(tree, envelope)

    def encode_answer(self, answer: Answer, facts: AnswerFacts) -> bytes:
        return write_answer(answer, facts)

    def stream_encoder(self, facts: AnswerFacts) -> StreamEncoder:
        return AnthropicStreamEncoder(facts)

    def encode_error(self, error: GatewayError, request_id: str) -> bytes:
        return error_body(error, request_id)

    def encode_stream_error(self, error: GatewayError, request_id: str) -> bytes:
        return error_frame(error, request_id)
