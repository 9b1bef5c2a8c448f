"""`POST /v1/embeddings`, as OpenAI defines it and local engines follow, both sides.

Source: the types of openai 3.54 and recorded traffic. The SDK asks for base64 where its user says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from gateway.core.answer import Answer
from gateway.core.edits import Edit
from gateway.core.events import Ended, Event, Produced, Started, UsageReported
from gateway.core.operations import EmbeddingsAnswer, EmbeddingsRequest
from gateway.core.usage import Usage
from gateway.dialects.claims import Claims, Ledger, checked_count, wrong
from gateway.dialects.codec import AnswerFacts, Encoded, Envelope
from gateway.dialects.losses import Verdict, assess
from gateway.dialects.openai_chat.envelope import MAX_MODEL_NAME
from gateway.dialects.openai_chat.retarget import BY
from gateway.dialects.openai_chat.usage import read_usage
from gateway.dialects.unstreamed import UnstreamedClient, UnstreamedProvider, encode_json, nonsense
from gateway.dialects.vectors import as_array, as_base64, read_vector
from gateway.errors import BadParameter

MAX_INPUTS: Final = 100_000
"""Providers take 2048 or less; this only bounds what we look at."""

_CARRIES: Final[Mapping[str, Verdict]] = {"dimensions": "carries", "token_inputs": "carries", "user": "carries"}


class _Member(msgspec.Struct, gc=False):
    embedding: msgspec.Raw
    index: int | None = 0


class _Body(msgspec.Struct, gc=False):
    data: list[_Member]
    model: str | None = None
    id: str | None = None
    usage: Any = None


_decode = msgspec.json.Decoder(_Body).decode


class EmbeddingsClient(UnstreamedClient):
    """`gateway.dialects.codec.ClientCodec`."""

    def envelope(self, tree: dict[str, Any], path_model: str | None, path_stream: bool) -> Envelope:
        return read_envelope(tree, "dimensions")

    def decode_request(self, tree: dict[str, Any], envelope: Envelope) -> EmbeddingsRequest:
        ledger = Ledger()
        claims = Claims(tree, (), ledger)
        claims.text("model")
        inputs = read_inputs(claims, ledger)
        dimensions = claims.integer("dimensions", "dimensions")
        packed = claims.text("encoding_format") == "base64"
        user = claims.text("user", "user")
        claims.leave()
        return EmbeddingsRequest(
            model=envelope.model,
            inputs=inputs,
            dimensions=dimensions,
            packed=packed,
            user=user,
            features=ledger.features,
            further=ledger.further,
            unclaimed=tuple(ledger.unclaimed),
        )

    def encode_answer(self, answer: Answer, facts: AnswerFacts) -> bytes:
        usage = answer.usage or Usage()
        told = {"prompt_tokens": usage.input_tokens, "total_tokens": usage.total_tokens}
        body = {"object": "list", "data": members(answer, facts), "model": answer.model or facts.model, "usage": told}
        return encode_json(body)


class EmbeddingsProvider(UnstreamedProvider):
    """`gateway.dialects.codec.ProviderCodec`."""

    def encode_request(self, conversation: EmbeddingsRequest, model: str, strict: bool) -> Encoded:
        losses = assess(conversation, self.dialect, _CARRIES, strict=strict)
        body: dict[str, Any] = {"model": model, "input": conversation.inputs}
        if conversation.dimensions is not None:
            body["dimensions"] = conversation.dimensions
        if conversation.user is not None:
            body["user"] = conversation.user
        return Encoded(encode_json(body), losses)

    def retarget(self, tree: dict[str, Any], envelope: Envelope, model: str) -> tuple[Edit, ...]:
        return () if envelope.model == model else (Edit(("model",), model, BY),)

    def decode_answer(self, body: bytes) -> list[Event]:
        return read_answer(body)


def read_envelope(tree: dict[str, Any], dimensions: str) -> Envelope:
    """Raises BadParameter. `dimensions` is what the dialect calls the length of vectors."""
    model = tree.get("model")
    if type(model) is not str or not 0 < len(model) <= MAX_MODEL_NAME:
        raise BadParameter(f"model must be a name of 1 to {MAX_MODEL_NAME} characters.", param="model")
    given = tree.get("input")
    if type(given) not in {str, list} or not given or (len(given) > MAX_INPUTS and type(given) is list):
        raise BadParameter(f"input must be a text or an array of 1 to {MAX_INPUTS} entries.", param="input")
    checked_count(tree, dimensions)
    if tree.get("encoding_format") not in (None, "float", "base64"):
        raise BadParameter("encoding_format must be float or base64.", param="encoding_format")
    return Envelope(model=model)


def read_inputs(claims: Claims, ledger: Ledger) -> tuple[str | tuple[int, ...], ...]:
    """A text, texts, tokens' ids, or several lists of those; raises BadParameter."""
    given = claims.any("input")
    if type(given) is list and given and type(given[0]) is int:
        given = [given]
    inputs: list[str | tuple[int, ...]] = []
    for number, entry in enumerate(given if type(given) is list else [given]):
        if type(entry) is str:
            inputs.append(entry)
        elif type(entry) is list and entry and all(type(token) is int for token in entry):
            ledger.note("token_inputs", ("input", number))
            inputs.append(tuple(entry))
        else:
            raise wrong(("input", number), "must be a text or an array of token ids")
    return tuple(inputs)


def read_answer(body: bytes) -> list[Event]:
    """The events of an answer; raises UpstreamNonsense."""
    try:
        told = _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise nonsense("it holds no list of embeddings") from None
    ordered = sorted(told.data, key=lambda member: member.index or 0)
    vectors = EmbeddingsAnswer(tuple(read_vector(member.embedding) for member in ordered))
    events: list[Event] = [Started(told.id, told.model), Produced(vectors)]
    usage = read_usage(told.usage)
    if usage is not None:
        events.append(UsageReported(usage))
    events.append(Ended())
    return events


def is_packed_as_asked(made: EmbeddingsAnswer, tree: dict[str, Any]) -> bool:
    """False where numbers came for a client that asked for base64, as of engines that do not know the wish.

    openai for JavaScript asks so by itself, and before version 7 reads an empty vector out of numbers.
    """
    return tree.get("encoding_format") != "base64" or all(vector.packed is not None for vector in made.vectors)


def members(answer: Answer, facts: AnswerFacts) -> list[dict[str, Any]]:
    """The vectors as `data` holds them, packed where the client asked for it."""
    vectors = answer.result.vectors if isinstance(answer.result, EmbeddingsAnswer) else ()
    shown = as_base64 if facts.request.get("encoding_format") == "base64" else as_array
    return [
        {"object": "embedding", "index": number, "embedding": shown(vector)} for number, vector in enumerate(vectors)
    ]
