"""Both sides of the dialect, as the seam `gateway.dialects.codec` wants them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gateway.core.answer import Answer
from gateway.core.edits import REMOVED, Edit
from gateway.core.events import Event
from gateway.core.messages import Conversation, Dialect
from gateway.dialects.codec import AnswerFacts, Encoded, Envelope, StreamEncoder
from gateway.dialects.gemini.answer_out import encode_answer
from gateway.dialects.gemini.envelope import read_envelope
from gateway.dialects.gemini.errors import decode_error, encode_error, ending_stream
from gateway.dialects.gemini.request_in import decode_request
from gateway.dialects.gemini.request_out import encode_request
from gateway.dialects.gemini.stream_in import GeminiStreamDecoder, decode_answer
from gateway.dialects.gemini.stream_out import ArrayEncoder, SseEncoder
from gateway.dialects.gemini.unsealing import unsealing_edits
from gateway.errors import GatewayError, UpstreamRefused


class GeminiClient:
    """Reads generateContent requests, writes their answers."""

    dialect: Dialect = "gemini"
    stream_content_type = "text/event-stream"

    def envelope(self, tree: dict[str, Any], path_model: str | None, path_stream: bool) -> Envelope:
        return read_envelope(tree, path_model, path_stream)

    def decode_request(self, tree: dict[str, Any], envelope: Envelope) -> Conversation:
        return decode_request(tree, envelope)

    def encode_answer(self, answer: Answer, facts: AnswerFacts) -> bytes:
        return encode_answer(answer, facts)

    def stream_encoder(self, facts: AnswerFacts) -> StreamEncoder:
        return SseEncoder(facts)

    def encode_error(self, error: GatewayError, request_id: str) -> bytes:
        return encode_error(error, request_id)

    def encode_stream_error(self, error: GatewayError, request_id: str) -> bytes:
        return ending_stream(_told(error) or encode_error(error, request_id))


class GeminiArrayClient(GeminiClient):
    """The same for streamGenerateContent without `alt=sse`, whose stream is one JSON array."""

    stream_content_type = "application/json; charset=UTF-8"

    def stream_encoder(self, facts: AnswerFacts) -> StreamEncoder:
        return ArrayEncoder(facts)

    def encode_stream_error(self, error: GatewayError, request_id: str) -> bytes:
        return b",\r\n" + (_told(error) or encode_error(error, request_id)) + b"]"


def _told(error: GatewayError) -> bytes | None:
    """As Google told it; what others tell never comes here as they did."""
    return error.raw if isinstance(error, UpstreamRefused) else None


class GeminiProvider:
    """Writes generateContent requests, reads their answers. Model and stream go into the URL."""

    dialect: Dialect = "gemini"

    def encode_request(self, conversation: Conversation, model: str, strict: bool) -> Encoded:
        return encode_request(conversation, model, strict)

    def retarget(self, tree: dict[str, Any], envelope: Envelope, model: str) -> tuple[Edit, ...]:
        """A `model` in the body goes, since the URL names it; so does state that other dialects must not see."""
        edits = unsealing_edits(tree)
        if tree.get("model") is not None:
            edits.append(Edit(("model",), REMOVED, "retarget"))
        return tuple(edits)

    def decode_answer(self, body: bytes) -> list[Event]:
        return decode_answer(body)

    def stream_decoder(self) -> GeminiStreamDecoder:
        return GeminiStreamDecoder()

    def decode_error(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamRefused:
        return decode_error(status, headers, body)

    def hides(self, events: list[Event], envelope: Envelope) -> bool:
        """Frames that say nothing, such as comments and OpenAI's `[DONE]`: the SDK takes each for JSON and raises."""
        return not events
