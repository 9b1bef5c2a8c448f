"""The client side: Responses requests of OpenAI's SDKs, Codex and others read, answers and errors written for them."""

from __future__ import annotations

from typing import Any

from gateway.core.answer import Answer
from gateway.core.messages import Conversation, Dialect
from gateway.dialects.codec import AnswerFacts, Envelope
from gateway.dialects.openai_chat.errors_out import error_body
from gateway.dialects.openai_responses.answer_out import write_answer
from gateway.dialects.openai_responses.envelope import read_envelope
from gateway.dialects.openai_responses.errors_out import last_frames_alone
from gateway.dialects.openai_responses.request_in import read_request
from gateway.dialects.openai_responses.stream_out import ResponsesStreamEncoder
from gateway.errors import GatewayError


class ResponsesClient:
    """`gateway.dialects.codec.ClientCodec` for `/v1/responses`."""

    dialect: Dialect = "openai_responses"
    stream_content_type = "text/event-stream; charset=utf-8"

    def envelope(self, tree: dict[str, Any], path_model: str | None, path_stream: bool) -> Envelope:
        return read_envelope(tree)

    def decode_request(self, tree: dict[str, Any], envelope: Envelope) -> Conversation:
        return read_request(tree, envelope)

    def encode_answer(self, answer: Answer, facts: AnswerFacts) -> bytes:
        return write_answer(answer, facts)

    def stream_encoder(self, facts: AnswerFacts) -> ResponsesStreamEncoder:
        return ResponsesStreamEncoder(facts)

    def encode_error(self, error: GatewayError, request_id: str) -> bytes:
        return error_body(error)

    def encode_stream_error(self, error: GatewayError, request_id: str) -> bytes:
        return last_frames_alone(error, request_id)
