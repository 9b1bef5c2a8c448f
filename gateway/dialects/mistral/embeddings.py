"""Mistral's `POST /v1/embeddings`: OpenAI's, with other names, integer vectors, and an `id` that its SDK demands.

Source: the types of mistralai 3.7 and recorded traffic.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from gateway.core.answer import Answer
from gateway.core.edits import Edit
from gateway.core.events import Event
from gateway.core.operations import EmbeddingsRequest
from gateway.core.usage import Usage
from gateway.dialects.claims import Claims, Ledger
from gateway.dialects.codec import AnswerFacts, Encoded, Envelope
from gateway.dialects.losses import Verdict, assess
from gateway.dialects.openai_chat.embeddings import members, read_answer, read_envelope, read_inputs
from gateway.dialects.openai_chat.retarget import BY
from gateway.dialects.unstreamed import UnstreamedClient, UnstreamedProvider, encode_json

_CARRIES: Final[Mapping[str, Verdict]] = {"dimensions": "carries", "number_type": "carries", "metadata": "carries"}


class EmbeddingsClient(UnstreamedClient):
    """`gateway.dialects.codec.ClientCodec`."""

    def envelope(self, tree: dict[str, Any], path_model: str | None, path_stream: bool) -> Envelope:
        return read_envelope(tree, "output_dimension")

    def decode_request(self, tree: dict[str, Any], envelope: Envelope) -> EmbeddingsRequest:
        ledger = Ledger()
        claims = Claims(tree, (), ledger)
        claims.text("model")
        inputs = read_inputs(claims, ledger)
        dimensions = claims.integer("output_dimension", "dimensions")
        number_type = claims.text("output_dtype")
        if number_type == "float":
            number_type = None
        if number_type is not None:
            ledger.note("number_type", ("output_dtype",))
        packed = claims.text("encoding_format") == "base64"
        metadata = claims.object("metadata", "metadata")
        claims.leave()
        return EmbeddingsRequest(
            model=envelope.model,
            inputs=inputs,
            dimensions=dimensions,
            packed=packed,
            number_type=number_type,
            metadata=metadata,
            features=ledger.features,
            further=ledger.further,
            unclaimed=tuple(ledger.unclaimed),
        )

    def encode_answer(self, answer: Answer, facts: AnswerFacts) -> bytes:
        usage = answer.usage or Usage()
        told = {
            "prompt_tokens": usage.input_tokens,
            "completion_tokens": usage.output_tokens,
            "total_tokens": usage.total_tokens,
        }
        return encode_json(
            {
                "id": answer.id or facts.fallback_id,
                "object": "list",
                "data": members(answer, facts),
                "model": answer.model or facts.model,
                "usage": told,
            }
        )


class EmbeddingsProvider(UnstreamedProvider):
    """`gateway.dialects.codec.ProviderCodec`."""

    def encode_request(self, conversation: EmbeddingsRequest, model: str, strict: bool) -> Encoded:
        losses = assess(conversation, self.dialect, _CARRIES, strict=strict)
        body: dict[str, Any] = {"model": model, "input": conversation.inputs}
        wishes = {
            "output_dimension": conversation.dimensions,
            "output_dtype": conversation.number_type,
            "metadata": conversation.metadata,
        }
        body |= {name: value for name, value in wishes.items() if value is not None}
        return Encoded(encode_json(body), losses)

    def retarget(self, tree: dict[str, Any], envelope: Envelope, model: str) -> tuple[Edit, ...]:
        return () if envelope.model == model else (Edit(("model",), model, BY),)

    def decode_answer(self, body: bytes) -> list[Event]:
        return read_answer(body)
