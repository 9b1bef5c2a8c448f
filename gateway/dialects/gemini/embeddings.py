"""Gemini's `:embedContent` and `:batchEmbedContents`, both sides.

A content is one vector, however many parts it has. Google's SDK sends one text as a batch of one. Translated, parts of
text are joined by a line break, and other parts refuse.

Source: the types of google-genai 3.4 and recorded traffic.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from gateway.core.answer import Answer
from gateway.core.edits import Edit, Path
from gateway.core.events import Ended, Event, Produced, UsageReported
from gateway.core.operations import EmbeddingsAnswer, EmbeddingsRequest
from gateway.dialects.claims import Ledger, wrong
from gateway.dialects.codec import AnswerFacts, Encoded, Envelope
from gateway.dialects.gemini.embeddings_in import read_one
from gateway.dialects.gemini.envelope import MAX_MODEL_LENGTH
from gateway.dialects.gemini.usage import usage_in
from gateway.dialects.losses import Verdict, assess
from gateway.dialects.unstreamed import UnstreamedClient, UnstreamedProvider, encode_json, nonsense
from gateway.dialects.vectors import as_array, read_vector
from gateway.errors import BadParameter

_CARRIES: Final[Mapping[str, Verdict]] = {"dimensions": "carries", "task_type": "carries", "title": "carries"}
_NAMED: Final = ("models/", "tunedModels/", "publishers/", "projects/")


class _Values(msgspec.Struct, gc=False):
    values: msgspec.Raw = msgspec.Raw(b"[]")


class _Body(msgspec.Struct, gc=False):
    embedding: _Values | None = None
    embeddings: list[_Values] | None = None
    usageMetadata: Any = None  # noqa: N815  Google's name


_decode = msgspec.json.Decoder(_Body).decode


class BatchEmbeddingsClient(UnstreamedClient):
    """`gateway.dialects.codec.ClientCodec` for `:batchEmbedContents`."""

    def envelope(self, tree: dict[str, Any], path_model: str | None, path_stream: bool) -> Envelope:
        requests = tree.get("requests")
        if type(requests) is not list or not requests:
            raise BadParameter("requests must be an array with at least one request.", param="requests")
        return Envelope(model=_checked_model(path_model))

    def decode_request(self, tree: dict[str, Any], envelope: Envelope) -> EmbeddingsRequest:
        return _request([(("requests", place), one) for place, one in enumerate(tree["requests"])], envelope)

    def encode_answer(self, answer: Answer, facts: AnswerFacts) -> bytes:
        return encode_json({"embeddings": _values(answer), **_usage(answer)})


class SingleEmbeddingClient(UnstreamedClient):
    """`gateway.dialects.codec.ClientCodec` for `:embedContent`."""

    def envelope(self, tree: dict[str, Any], path_model: str | None, path_stream: bool) -> Envelope:
        if type(tree.get("content")) is not dict:
            raise BadParameter("content must be an object.", param="content")
        return Envelope(model=_checked_model(path_model))

    def decode_request(self, tree: dict[str, Any], envelope: Envelope) -> EmbeddingsRequest:
        return _request([((), tree)], envelope)

    def encode_answer(self, answer: Answer, facts: AnswerFacts) -> bytes:
        values = _values(answer)
        if len(values) != 1:
            raise nonsense("it holds more or less than one embedding")
        return encode_json({"embedding": values[0], **_usage(answer)})


class EmbeddingsProvider(UnstreamedProvider):
    """`gateway.dialects.codec.ProviderCodec` for both; what is translated goes out as a batch."""

    def encode_request(self, conversation: EmbeddingsRequest, model: str, strict: bool) -> Encoded:
        losses = assess(conversation, self.dialect, _CARRIES, strict=strict)
        named = resource(model)
        settings = {
            "taskType": conversation.task,
            "title": conversation.title,
            "outputDimensionality": conversation.dimensions,
        }
        settings = {name: value for name, value in settings.items() if value is not None}
        requests = [
            {"model": named, "content": {"parts": [{"text": text}]}, **settings} for text in conversation.inputs
        ]
        return Encoded(encode_json({"requests": requests}), losses)

    def retarget(self, tree: dict[str, Any], envelope: Envelope, model: str) -> tuple[Edit, ...]:
        """Each request of a batch names the model once more."""
        named = resource(model)
        edits = [] if tree.get("model") in (None, named) else [Edit(("model",), named, "retarget")]
        requests = tree.get("requests")
        for place, one in enumerate(requests if type(requests) is list else ()):
            if type(one) is dict and one.get("model") not in (None, named):
                edits.append(Edit(("requests", place, "model"), named, "retarget"))
        return tuple(edits)

    def decode_answer(self, body: bytes) -> list[Event]:
        try:
            told = _decode(body)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise nonsense("it holds no embeddings") from None
        found = told.embeddings if told.embedding is None else [told.embedding]
        if found is None:
            raise nonsense("it holds no embeddings")
        events: list[Event] = [Produced(EmbeddingsAnswer(tuple(read_vector(one.values) for one in found)))]
        if type(told.usageMetadata) is dict:
            events.append(UsageReported(usage_in(told.usageMetadata)))
        events.append(Ended())
        return events


def resource(model: str) -> str:
    """A model as bodies name it: `models/…`, unless it names itself in full."""
    return model if model.startswith(_NAMED) else f"models/{model}"


def _checked_model(path_model: str | None) -> str:
    model = (path_model or "").removeprefix("models/")
    if not 0 < len(model) <= MAX_MODEL_LENGTH:
        raise BadParameter(f"model must be a name of 1 to {MAX_MODEL_LENGTH} characters.", param="model")
    return model


def _request(requests: list[tuple[Path, Any]], envelope: Envelope) -> EmbeddingsRequest:
    ledger = Ledger()
    read = [read_one(one, at, ledger) for at, one in requests]
    settings = read[0].settings
    for (at, _), one in zip(requests, read, strict=True):
        if one.settings != settings:
            raise wrong(at, "must have the task type, title and dimensions of the first request to be translated")
    return EmbeddingsRequest(
        model=envelope.model,
        inputs=tuple(one.text for one in read),
        dimensions=settings.dimensions,
        task=settings.task,
        title=settings.title,
        features=ledger.features,
        further=ledger.further,
        unclaimed=tuple(ledger.unclaimed),
    )


def _values(answer: Answer) -> list[dict[str, Any]]:
    vectors = answer.result.vectors if isinstance(answer.result, EmbeddingsAnswer) else ()
    return [{"values": as_array(vector)} for vector in vectors]


def _usage(answer: Answer) -> dict[str, Any]:
    if answer.usage is None:
        return {}
    return {"usageMetadata": {"promptTokenCount": answer.usage.input_tokens}}
