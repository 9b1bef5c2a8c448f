"""What can be asked of a model beside a conversation, as values that no dialect owns.

Promise: an embedding's numbers are those that the provider wrote, digit by digit, until a client asks for them packed.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from gateway.core.edits import Path

OperationName = Literal[
    "chat",
    "embeddings",
    "count_tokens",
    "list_models",
    "get_model",
    "me",
    "completions",
    "fim",
    "moderations",
    "compact",
    "files",
    "batches",
    "fine_tuning",
    "responses",
]
"""As usage rows, logs and metrics call it."""

Route = Literal[OperationName, "embed_content", "chat_array"]
"""What a path asks for. Two are operations in a shape of their own: `embed_content` is Gemini's path for one text,
`chat_array` its stream without `alt=sse`, one JSON array."""


class EmbeddingsRequest(msgspec.Struct, frozen=True, kw_only=True):
    """Texts (or tokens' ids) to be turned into vectors, in this order.

    `features`, `further` and `unclaimed` as in `core.messages.Conversation`.
    """

    model: str
    inputs: tuple[str | tuple[int, ...], ...]
    dimensions: int | None = None
    packed: bool = False
    """The client asked for base64 of little-endian 32-bit floats."""
    number_type: str | None = None
    """Mistral's output_dtype, where it is not `float`."""
    task: str | None = None
    """Gemini's taskType."""
    title: str | None = None
    user: str | None = None
    metadata: dict[str, Any] | None = None
    features: dict[str, Path] = {}
    further: dict[str, list[Path]] = {}
    unclaimed: tuple[Path, ...] = ()

    @property
    def texts(self) -> list[str]:
        """What a provider bills; tokens' ids as digits, one token each or little more."""
        return [part if isinstance(part, str) else " ".join(map(str, part)) for part in self.inputs]

    def __repr__(self) -> str:
        return f"<EmbeddingsRequest of {len(self.inputs)} inputs for {self.model}>"


class RelayedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request that is only ever sent on in its own dialect: the text that a provider bills."""

    model: str
    texts: list[str]

    def __repr__(self) -> str:
        return f"<RelayedRequest of {len(self.texts)} texts for {self.model}>"


class Vector(msgspec.Struct, frozen=True):
    """Exactly one is set: `numbers`, the JSON array as the provider wrote it, or `packed`, base64 of 32-bit floats."""

    numbers: bytes | None = None
    packed: str | None = None

    def __repr__(self) -> str:
        return "<Vector>"


class EmbeddingsAnswer(msgspec.Struct, frozen=True):
    """One vector for each input, in the inputs' order."""

    vectors: tuple[Vector, ...]


class TokenCount(msgspec.Struct, frozen=True):
    """What a request would read; `estimated` where it is the gateway's own count."""

    tokens: int
    estimated: bool = False


class ListedModel(msgspec.Struct, frozen=True, kw_only=True):
    """A name that a key may use, and what can be done with it."""

    name: str
    embeds: bool = False
    """Some provider behind it offers embeddings (of that model or another: nobody tells)."""
