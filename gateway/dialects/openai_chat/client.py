"""The client side: requests of OpenAI's SDKs read, answers and errors written for them."""

from __future__ import annotations

from typing import Any

from gateway.core.answer import Answer
from gateway.core.messages import Conversation, Dialect
from gateway.dialects.codec import AnswerFacts, Envelope
from gateway.dialects.openai_chat.answer_out import write_answer
from gateway.dialects.openai_chat.envelope import read_envelope
from gateway.dialects.openai_chat.errors_out import error_body, error_frame
from gateway.dialects.openai_chat.request_in import read_request
from gateway.dialects.openai_chat.stream_out import ChatStreamEncoder
from gateway.errors import GatewayError


class ChatClient:
    """`gateway.dialects.codec.ClientCodec` for `/v1/chat/completions`."""

    dialect: Dialect = "openai_chat"
    stream_content_type = "text/event-stream; charset=utf-8"

    def envelope(self, tree: dict[str, Any], path_model: str | None, path_stream: bool) -> Envelope:
        return read_envelope(tree)

    def decode_request(self, tree: dict[str, Any], envelope: Envelope) -> Conversation:
        return read_request(tree, envelope)

    def encode_answer(self, answer: Answer, facts: AnswerFacts) -> bytes:
        return write_answer(answer, facts)

    def stream_encoder(self, facts: AnswerFacts) -> ChatStreamEncoder:
        return ChatStreamEncoder(facts)

    def encode_error(self, error: GatewayError, request_id: str) -> bytes:
        return error_body(error)

    def encode_stream_error(self, error: GatewayError, request_id: str) -> bytes:
        return error_frame(error)
