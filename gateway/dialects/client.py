"""The client side of a dialect whose bodies name model and `stream`, and whose streams are server-sent events."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from gateway.core.answer import Answer
from gateway.core.messages import Conversation, Dialect
from gateway.dialects.codec import AnswerFacts, Envelope, StreamEncoder
from gateway.errors import GatewayError


class SseClient(msgspec.Struct, kw_only=True):
    """A `gateway.dialects.codec.ClientCodec` made of the dialect's functions; they raise what is said there."""

    dialect: Dialect
    read_envelope: Callable[[dict[str, Any]], Envelope]
    read_request: Callable[[dict[str, Any], Envelope], Conversation]
    write_answer: Callable[[Answer, AnswerFacts], bytes]
    encoder: Callable[[AnswerFacts], StreamEncoder]
    error_body: Callable[[GatewayError, str], bytes]
    """(error, request id) -> the body of a refusal."""
    error_frame: Callable[[GatewayError, str], bytes]
    """The same as the last bytes of a stream."""
    stream_content_type: str = "text/event-stream; charset=utf-8"

    def envelope(self, tree: dict[str, Any], path_model: str | None, path_stream: bool) -> Envelope:
        return self.read_envelope(tree)

    def decode_request(self, tree: dict[str, Any], envelope: Envelope) -> Conversation:
        return self.read_request(tree, envelope)

    def encode_answer(self, answer: Answer, facts: AnswerFacts) -> bytes:
        return self.write_answer(answer, facts)

    def stream_encoder(self, facts: AnswerFacts) -> StreamEncoder:
        return self.encoder(facts)

    def encode_error(self, error: GatewayError, request_id: str) -> bytes:
        return self.error_body(error, request_id)

    def encode_stream_error(self, error: GatewayError, request_id: str) -> bytes:
        return self.error_frame(error, request_id)
