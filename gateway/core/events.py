"""The answer as events: one vocabulary for a stream and for a body that came whole.

Block-scoped, because flattening blocks is easy and inventing their borders is not. Blocks of one answer are
numbered from 0 in the order of opening, whatever the provider's own numbering; several may be open at once
(parallel tool calls, several candidates).

    Started · BlockOpened · Delta · Signed · Cited · BlockClosed · LogprobsReported · UsageReported
    · Finished · Ended | Failed · OpaqueEvent · Produced

Invariants of what a decoder emits
- First Started, exactly once; then blocks; Finished once per candidate, after its blocks closed, but for text that its
  provider tells behind it, in a block that closes before the end; Ended last, or Failed.
- UsageReported may come several times; each replaces the one before it.
- A stream that stops without the dialect's own end gives Failed, never Ended.
"""

from __future__ import annotations

from typing import Any, Final, Literal, Protocol

import msgspec

from gateway.core.messages import Dialect, Media, ProviderState
from gateway.core.operations import EmbeddingsAnswer, TokenCount
from gateway.core.usage import Usage
from gateway.errors import GatewayError

BlockKind = Literal["text", "reasoning", "tool_call", "refusal", "media", "opaque"]

FinishReason = Literal[
    "stop",  # the model was done
    "stop_sequence",  # one of the client's stop texts
    "length",  # out of output tokens
    "tool_use",  # it waits for tool results
    "content_filter",  # the provider withheld
    "refusal",  # the model declined
    "pause",  # a long turn was paused (Anthropic pause_turn)
    "error",  # the provider says that it failed
    "other",
]


class Started(msgspec.Struct, frozen=True, gc=False):
    """`created` in Unix seconds where the dialect tells it."""

    id: str | None = None
    model: str | None = None
    created: int | None = None


class BlockOpened(msgspec.Struct, frozen=True, gc=False):
    """`id` and `name` for tool calls; `candidate` is the number of the choice it belongs to.

    `custom` marks a call of a freeform tool, whose deltas are text rather than JSON.
    """

    block: int
    kind: BlockKind
    id: str = ""
    name: str = ""
    candidate: int = 0
    custom: bool = False
    provider_state: ProviderState | None = None
    """A tool call's own, where the provider tells it with the opening (Gemini)."""
    media: Media | None = None
    opaque: Any = None
    """For kind `opaque`: (dialect, value)."""


class Delta(msgspec.Struct, frozen=True, gc=False):
    """More of a block: text of text, reasoning and refusal blocks; JSON text of a tool call's arguments."""

    block: int
    text: str

    def __repr__(self) -> str:
        return f"Delta({self.block}, {len(self.text)} characters)"


class Signed(msgspec.Struct, frozen=True, gc=False):
    block: int
    provider_state: ProviderState


class Cited(msgspec.Struct, frozen=True, gc=False):
    """An annotation of a text block, in the shape of `dialect`."""

    block: int
    dialect: Dialect
    citation: Any


class BlockClosed(msgspec.Struct, frozen=True, gc=False):
    block: int


class LogprobsReported(msgspec.Struct, frozen=True, gc=False):
    """`content` and `refusal` are lists in OpenAI's shape: {token, logprob, bytes, top_logprobs}."""

    candidate: int
    content: list[Any] | None = None
    refusal: list[Any] | None = None


class UsageReported(msgspec.Struct, frozen=True, gc=False):
    """`consulted`: (model, usage) of each other model of the provider's that is billed beside the one that answers.
    `answered_by`: who that is, in its provider's words, where it is not the one that was asked.
    """

    usage: Usage
    consulted: tuple[tuple[str, Usage], ...] = ()
    answered_by: str | None = None


class Finished(msgspec.Struct, frozen=True, gc=False):
    """`raw_reason` is the provider's own word; `stop_sequence` the text that stopped it, where told."""

    reason: FinishReason
    raw_reason: str | None = None
    candidate: int = 0
    stop_sequence: str | None = None


class Ended(msgspec.Struct, frozen=True, gc=False):
    """The dialect's own end was seen."""


class Failed(msgspec.Struct, frozen=True):
    """The answer broke after it had begun; the last event there is.

    The collector must see it: the error's traceback leads to the request, and from there to what was answered.
    `native`: its frame is an error as the dialect's own SDKs read one, and quotes no credential of the gateway's, so
    that it may be relayed as it came.
    """

    error: GatewayError
    native: bool = False


class OpaqueEvent(msgspec.Struct, frozen=True, gc=False):
    """An event of `dialect` with no canonical form. `within`: the block that it says more of, where it does."""

    dialect: Dialect
    value: Any
    within: int | None = None


class Produced(msgspec.Struct, frozen=True, gc=False):
    """The whole result of an operation that is no conversation."""

    result: EmbeddingsAnswer | TokenCount


Event = (
    Started
    | BlockOpened
    | Delta
    | Signed
    | Cited
    | BlockClosed
    | LogprobsReported
    | UsageReported
    | Finished
    | Ended
    | Failed
    | OpaqueEvent
    | Produced
)


PLAIN_ANSWER: Final = (Started, BlockOpened, Delta, BlockClosed, Finished, UsageReported, Ended)
"""Kinds of the events that nearly every answer is which comes whole (`dialects.openai_chat.plain_answer`)."""


class TextForm(Protocol):
    """How a stream writes the pieces of one text: the same bytes, but for the text, for padding and for a number."""

    def with_text(self, raw: bytes, text: str) -> bytes:
        """A piece of this form, with another text in its place."""
        ...


class Frame(msgspec.Struct, gc=False):
    """One piece of the provider's answer: its bytes as received, and what they mean.

    A body that came whole is one frame. A stage that changes `events` builds a new frame with `raw` None;
    untouched frames go out as they came when client and provider speak one dialect.

    `shown` is what the client gets to see where that is not `events`: values in place of the tokens that stand for
    them. Whoever records, counts or keeps an answer reads `events`.

    `form`: of a piece of text that is known by its form, and says nothing else that a client reads. The text is the
    last of its events.
    """

    events: list[Event]
    raw: bytes | None = None
    shown: list[Event] | None = None
    form: TextForm | None = None

    def __repr__(self) -> str:
        return f"<Frame of {len(self.events)} events>"


def shown_events(frame: Frame) -> list[Event]:
    """What the client gets to see of a frame."""
    return frame.events if frame.shown is None else frame.shown
