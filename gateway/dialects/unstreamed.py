"""What the codecs of operations whose answers always come whole have in common: errors as in the dialect's chat, and
no streams.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from gateway.core.answer import Answer
from gateway.core.events import Event
from gateway.core.messages import Dialect
from gateway.dialects.codec import (
    AnswerFacts,
    ClientCodec,
    Envelope,
    ProviderCodec,
    Request,
    StreamDecoder,
    StreamEncoder,
)
from gateway.dialects.sse import ServerSentEvent
from gateway.dialects.text_pattern import TextPattern
from gateway.errors import GatewayError, UpstreamNonsense, UpstreamRefused

decode_tree = msgspec.json.Decoder().decode
encode_json = msgspec.json.Encoder().encode


def nonsense(what: str) -> UpstreamNonsense:
    return UpstreamNonsense(f"The provider's answer cannot be read: {what}.")


def answer_object(body: bytes) -> dict[str, Any]:
    """The JSON object of an answer; raises UpstreamNonsense."""
    try:
        tree = decode_tree(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise nonsense("it is not JSON") from None
    if type(tree) is not dict:
        raise nonsense("it is no object")
    return tree


class UnstreamedClient:
    """Half of a `gateway.dialects.codec.ClientCodec`: the errors, and the refusal to stream."""

    stream_content_type = "application/json"

    def __init__(self, chat: ClientCodec) -> None:
        self.dialect: Dialect = chat.dialect
        self._chat = chat

    def envelope(self, tree: dict[str, Any], path_model: str | None, path_stream: bool) -> Envelope:
        raise NotImplementedError

    def decode_request(self, tree: dict[str, Any], envelope: Envelope) -> Request:
        raise NotImplementedError

    def encode_answer(self, answer: Answer, facts: AnswerFacts) -> bytes:
        raise NotImplementedError

    def stream_encoder(self, facts: AnswerFacts) -> StreamEncoder:
        raise NotImplementedError  # an envelope of these operations never says `stream`

    def encode_error(self, error: GatewayError, request_id: str) -> bytes:
        return self._chat.encode_error(error, request_id)

    def encode_stream_error(self, error: GatewayError, request_id: str) -> bytes:
        return self._chat.encode_stream_error(error, request_id)


class AnsweredClient(UnstreamedClient):
    """For operations whose answers stand in the client's dialect from the start: lists of models, and objects."""


class NoStream:
    """A decoder for streams that nobody asked for."""

    pattern: TextPattern | None = None

    def feed(self, event: ServerSentEvent) -> list[Event]:
        raise nonsense("it is a stream, which nobody asked for")

    def close(self) -> list[Event]:
        return []


class UnstreamedProvider:
    """Half of a `gateway.dialects.codec.ProviderCodec`: errors, and no streams."""

    def __init__(self, chat: ProviderCodec) -> None:
        self.dialect: Dialect = chat.dialect
        self._chat = chat

    def stream_decoder(self) -> StreamDecoder:
        return NoStream()

    def decode_error(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamRefused:
        return self._chat.decode_error(status, headers, body)

    def hides(self, events: list[Event], envelope: Envelope) -> bool:
        return False
