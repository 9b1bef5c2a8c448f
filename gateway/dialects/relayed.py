"""Operations that are only ever sent on in their own dialect: checked, counted and billed, never translated.

What is common to their codecs; a provider's answer that is not in the form that was asked for is nonsense, since
nothing here could put it into the other form.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from gateway.core.answer import Answer
from gateway.core.edits import Edit
from gateway.core.events import Event
from gateway.core.operations import RelayedRequest
from gateway.dialects.claims import wrong
from gateway.dialects.codec import AnswerFacts, ClientCodec, Encoded, Envelope, StreamEncoder
from gateway.dialects.unstreamed import UnstreamedClient, UnstreamedProvider, nonsense
from gateway.errors import BadParameter, DialectCannotCarry

MAX_MODEL_NAME: Final = 512
MAX_ENTRIES: Final = 100_000

Check = Callable[[dict[str, Any]], Envelope]


class RelayedClient(UnstreamedClient):
    """`gateway.dialects.codec.ClientCodec`: `check` reads the envelope, `texts` are the members that are billed."""

    def __init__(self, chat: ClientCodec, check: Check, texts: tuple[str, ...]) -> None:
        super().__init__(chat)
        self._check = check
        self._texts = texts
        self.stream_content_type = chat.stream_content_type

    def envelope(self, tree: dict[str, Any], path_model: str | None, path_stream: bool) -> Envelope:
        return self._check(tree)

    def decode_request(self, tree: dict[str, Any], envelope: Envelope) -> RelayedRequest:
        texts = [text for name in self._texts for text in _texts(tree.get(name))]
        return RelayedRequest(model=envelope.model, texts=texts)

    def encode_answer(self, answer: Answer, facts: AnswerFacts) -> bytes:
        raise nonsense("it is a stream, which nobody asked for")

    def stream_encoder(self, facts: AnswerFacts) -> StreamEncoder:
        return _NothingButHeartbeats(self._chat.stream_encoder(facts))


class _NothingButHeartbeats:
    def __init__(self, chat: StreamEncoder) -> None:
        self.heartbeat = chat.heartbeat

    def feed(self, events: Iterable[Event]) -> bytes:
        raise nonsense("a stream was asked for, and it is none")


class RelayedProvider(UnstreamedProvider):
    """Half of a `gateway.dialects.codec.ProviderCodec`: the model is edited, nothing else."""

    def encode_request(self, conversation: RelayedRequest, model: str, strict: bool) -> Encoded:
        raise DialectCannotCarry("This operation is not translated. Name a model of its own provider.", param="model")

    def retarget(self, tree: dict[str, Any], envelope: Envelope, model: str) -> tuple[Edit, ...]:
        return () if envelope.model == model else (Edit(("model",), model, "retarget"),)


def checked_model(tree: dict[str, Any]) -> str:
    """Raises BadParameter."""
    model = tree.get("model")
    if type(model) is not str or not 0 < len(model) <= MAX_MODEL_NAME:
        raise BadParameter(f"model must be a name of 1 to {MAX_MODEL_NAME} characters.", param="model")
    return model


def checked_texts(tree: dict[str, Any], name: str) -> None:
    """A text, or a list that is not empty; raises BadParameter."""
    value = tree.get(name)
    if type(value) is not str and (type(value) is not list or not 0 < len(value) <= MAX_ENTRIES):
        raise BadParameter(f"{name} must be a text or an array of 1 to {MAX_ENTRIES} entries.", param=name)


def checked_flag(tree: dict[str, Any], name: str) -> bool:
    """False where absent; raises BadParameter."""
    value = tree.get(name)
    if value is not None and type(value) is not bool:
        raise wrong((name,), "must be true or false")
    return value is True


def _texts(value: Any) -> list[str]:
    """The texts in a member, however they are listed; tokens' ids as digits."""
    match value:
        case str():
            return [value]
        case int():
            return [str(value)]
        case list():
            return [text for entry in value for text in _texts(entry)]
        case {"text": str(text)}:
            return [text]
        case {"content": content}:
            return _texts(content)
        case _:
            return []
