"""What a dialect can do: the seam between wire shapes and the canonical values.

A dialect's package exports one object per side, registered in `gateway.dialects.registry`:

- the client side (`ClientCodec`) reads requests and writes answers and errors;
- the provider side (`ProviderCodec`) writes requests and reads answers and errors.

Each operation (chat, embeddings, …) has codecs of its own on both sides, put together in an `Operation`; the stages
know no more of it than that.

Invariants
- Codecs are pure and synchronous: no I/O, no clock, no randomness (ids and times come in as arguments).
- Stream decoders and encoders are state machines that belong to one answer.
- Decoders trust nothing: whatever bytes come, the worst outcome is UpstreamNonsense (provider side)
  or BadRequest (client side), and no message quotes content.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol

import msgspec

from gateway.core.answer import Answer
from gateway.core.edits import Edit
from gateway.core.events import Event
from gateway.core.messages import Conversation, Dialect
from gateway.core.operations import EmbeddingsRequest, OperationName, RelayedRequest, Route
from gateway.core.policy import ProviderKind
from gateway.dialects.losses import Loss
from gateway.dialects.sse import ServerSentEvent
from gateway.dialects.text_pattern import TextPattern
from gateway.errors import GatewayError, UpstreamRefused

Request = Conversation | EmbeddingsRequest | RelayedRequest
"""A request, canonical; which one it is, is the operation's business."""


ANOTHERS: Final = "another's state"
"""Asks for an edit that takes out what another provider encrypted: a loss, though the dialect is the same."""
ANOTHER_TEAMS: Final = "state that another team was told"
"""Asks for an edit that takes out an id of what the provider keeps, and told somebody else: a loss, too."""


class Encoded(msgspec.Struct, frozen=True):
    """A request in the provider's dialect, and what the translation could not carry."""

    body: bytes
    losses: tuple[Loss, ...] = ()


class Envelope(msgspec.Struct, frozen=True, kw_only=True):
    """What must be known of a request before it is decoded in full.

    `model` as asked. `max_output_tokens` and `candidates` are checked: whole, in range.
    `include_usage` says that the client itself asked for usage in the stream.
    """

    model: str
    stream: bool = False
    include_usage: bool = False
    max_output_tokens: int | None = None
    candidates: int = 1
    deferred: bool = False
    """The answer is made in the background, whether or not somebody stays to hear it: what it uses is told when it is
    asked for again."""


class AnswerFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What an encoder needs to know beyond the events. `now` in Unix seconds; `fallback_id` is unique per request."""

    fallback_id: str
    now: int
    model: str
    """The model as the client named it; used where the provider did not name one."""
    include_usage: bool = False
    request: dict[str, Any] = {}
    """The client's own tree, for dialects whose answers echo it (Responses)."""


class StreamDecoder(Protocol):
    @property
    def pattern(self) -> TextPattern | None:
        """How the next event looks if it is more text of the block that is open; None where that is not known."""
        ...

    def feed(self, event: ServerSentEvent) -> list[Event]:
        """The canonical events of one wire event; raises UpstreamNonsense."""
        ...

    def close(self) -> list[Event]:
        """What is to be said once the bytes have ended: nothing after a proper end, else Failed(UpstreamCut)."""
        ...


class StreamEncoder(Protocol):
    def feed(self, events: Iterable[Event]) -> bytes:
        """Wire bytes, possibly none, for these events. Failed becomes the dialect's native error frame."""
        ...

    def heartbeat(self) -> bytes:
        """Bytes that keep an idle connection alive without meaning; empty where the dialect's SDKs tolerate none."""
        ...


class ClientCodec(Protocol):
    dialect: Dialect
    stream_content_type: str

    def envelope(self, tree: dict[str, Any], path_model: str | None, path_stream: bool) -> Envelope:
        """Check the fields that cost or endanger; raises BadParameter naming the field.

        `path_model` and `path_stream` come from the URL where the dialect puts them there (Gemini).
        """
        ...

    def decode_request(self, tree: dict[str, Any], envelope: Envelope) -> Request:
        """The whole request; raises BadParameter where a field has a wrong type."""
        ...

    def encode_answer(self, answer: Answer, facts: AnswerFacts) -> bytes:
        """The body; raises UpstreamError where the provider says that it failed, and the dialect has no word for it."""
        ...

    def stream_encoder(self, facts: AnswerFacts) -> StreamEncoder: ...

    def encode_error(self, error: GatewayError, request_id: str) -> bytes:
        """The error's body in the shape that makes the dialect's SDK raise its own class."""
        ...

    def encode_stream_error(self, error: GatewayError, request_id: str) -> bytes:
        """The native error frame for an answer that broke after it began (also behind relayed raw frames)."""
        ...


class ProviderCodec(Protocol):
    dialect: Dialect

    def encode_request(self, conversation: Any, model: str, strict: bool) -> Encoded:
        """The request for `model`, from what the operation's client codecs decode; raises DialectCannotCarry.

        `strict`: refuse what would be dropped.
        """
        ...

    def retarget(self, tree: dict[str, Any], envelope: Envelope, model: str) -> tuple[Edit, ...] | None:
        """The edits that send a request already in this dialect to `model` (alias, include_usage).

        None where this provider refuses what the dialect has: such a request is encoded, as one of another dialect.
        """
        ...

    def decode_answer(self, body: bytes) -> list[Event]:
        """The events of a body that came whole; raises UpstreamNonsense."""
        ...

    def stream_decoder(self) -> StreamDecoder: ...

    def decode_error(self, status: int, headers: Mapping[str, str], body: bytes) -> UpstreamRefused:
        """The provider's refusal as a value; never raises, whatever the body. `headers` with lower-case names."""
        ...

    def hides(self, events: list[Event], envelope: Envelope) -> bool:
        """Whether a frame exists only because the gateway asked for it (the usage chunk): clients do not see it."""
        ...


class Operation(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a path asks for: its codecs by dialect, and how the pipeline treats it."""

    name: OperationName
    path: Route
    clients: Mapping[Dialect, ClientCodec]
    providers: Mapping[Dialect, ProviderCodec] = {}
    flavours: Mapping[ProviderKind, Mapping[Dialect, ProviderCodec]] = {}
    """For kinds of provider that make something else of these dialects; all dialects of `providers` are here too."""
    translated: bool = True
    """A request may go out in another dialect than it came in."""
    interchangeable: bool = True
    """Another model's answer will do where the first fails. Vectors of two models cannot be compared: a fallback
    between them would spoil an index unseen."""
    reframed: bool = False
    """Streams go out in other frames than the dialect's own, so that no frame is relayed as it came."""
    wordless: bool = False
    """Answers are vectors or verdicts, in which nothing is said: no provider bills any output."""
    free: bool = False
    """No provider charges for it, so nothing is counted or priced."""
    estimated: bool = False
    """Where a provider does not offer it, the gateway answers with an estimate."""

    def __repr__(self) -> str:
        return f"<Operation {self.name}>"
