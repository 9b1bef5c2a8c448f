"""The conversation, free of any dialect.

A view onto the client's own tree, which is never thrown away: each part says in `at` where it came from.
Dialects decode their requests into these values and encode requests from them; answers are built of the same parts.

Invariants
- Tool results stand in messages of role `tool`, one message for the results that came together.
- System and developer texts stay messages, in their place.
- Binary data is standard base64, whatever alphabet the client used.
- What no value here can express is `Opaque`, never dropped.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from gateway.core.edits import Path

Dialect = Literal["openai_chat", "openai_responses", "anthropic", "gemini", "mistral"]
DIALECTS: tuple[Dialect, ...] = ("openai_chat", "openai_responses", "anthropic", "gemini", "mistral")

Role = Literal["system", "developer", "user", "assistant", "tool"]


class ProviderState(msgspec.Struct, frozen=True):
    """Opaque state that only the dialect that issued it can read: signatures, encrypted reasoning.

    Replayed to its own dialect, whole or not at all. `kind` is the issuer's name for it
    (`signature`, `redacted_thinking`, `thoughtSignature`, `encrypted_content`, …).
    """

    dialect: Dialect
    kind: str
    value: str

    def __repr__(self) -> str:
        return f"ProviderState({self.dialect}, {self.kind})"


class CacheMark(msgspec.Struct, frozen=True):
    """Ask the provider to cache the prompt up to here; `ttl` as the client wrote it (`5m`, `1h`)."""

    ttl: str | None = None


class Part(msgspec.Struct, frozen=True, kw_only=True, repr_omit_defaults=True):
    """What messages are made of. The repr of a part never shows content."""

    at: Path = ()
    cache: CacheMark | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} at {self.at}>"


class Text(Part, frozen=True, kw_only=True):
    text: str
    citations: tuple[Any, ...] = ()
    """Annotations of an answer's text, in the issuing dialect's shape."""
    provider_state: ProviderState | None = None

    __repr__ = Part.__repr__


class Media(Part, frozen=True, kw_only=True):
    """An image, a sound, a document or a film: exactly one of `data`, `url`, `file_id`, `text` is set."""

    kind: Literal["image", "audio", "document", "video"]
    media_type: str | None = None
    data: str | None = None
    """Standard base64."""
    url: str | None = None
    file_id: str | None = None
    text: str | None = None
    """A document given as plain text."""
    name: str | None = None
    detail: str | None = None
    """OpenAI's `low | high | auto`."""
    cite: bool = False
    """The client asked for citations from this document (Anthropic)."""

    __repr__ = Part.__repr__


class ToolCall(Part, frozen=True, kw_only=True):
    id: str
    name: str
    arguments: str
    """JSON text of an object, as it came; for a custom (freeform) tool its raw input."""
    provider_state: ProviderState | None = None
    custom: bool = False

    __repr__ = Part.__repr__


class ToolResult(Part, frozen=True, kw_only=True):
    call_id: str
    name: str | None = None
    parts: tuple[Text | Media | Opaque, ...] = ()
    is_error: bool = False
    custom: bool = False

    __repr__ = Part.__repr__


class Reasoning(Part, frozen=True, kw_only=True):
    """Thinking: shown text (may be empty), and the provider state under which it may be replayed."""

    text: str = ""
    provider_state: ProviderState | None = None
    id: str | None = None

    __repr__ = Part.__repr__


class Refusal(Part, frozen=True, kw_only=True):
    text: str

    __repr__ = Part.__repr__


class Opaque(Part, frozen=True, kw_only=True):
    """A part of `dialect` that has no canonical form, kept as it came."""

    dialect: Dialect
    value: Any

    __repr__ = Part.__repr__


AnyPart = Text | Media | ToolCall | ToolResult | Reasoning | Refusal | Opaque


class Message(msgspec.Struct, frozen=True, kw_only=True):
    role: Role
    parts: tuple[AnyPart, ...]
    name: str | None = None
    at: Path = ()

    def __repr__(self) -> str:
        return f"<Message {self.role} of {len(self.parts)} parts>"


class Grammar(msgspec.Struct, frozen=True):
    """`syntax` is `lark` or `regex`."""

    syntax: str
    definition: str


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """A function the client offers. `schema` is JSON Schema of the arguments, None where none was given."""

    name: str
    description: str | None = None
    schema: dict[str, Any] | None = None
    strict: bool | None = None
    custom: bool = False
    """A freeform tool (OpenAI `custom`): input is text, not JSON."""
    grammar: Grammar | None = None
    """What a freeform tool's input is held to."""
    cache: CacheMark | None = None
    at: Path = ()


class ServerTool(msgspec.Struct, frozen=True, kw_only=True):
    """A tool that the provider runs itself, in the shape of `dialect`."""

    dialect: Dialect
    type: str
    value: Any
    at: Path = ()


class ToolChoice(msgspec.Struct, frozen=True, kw_only=True):
    """`named` carries the tools' names in `names` (one, or several where only those are allowed)."""

    mode: Literal["auto", "none", "required", "named"]
    names: tuple[str, ...] = ()


class ResponseFormat(msgspec.Struct, frozen=True, kw_only=True):
    """`schema` is JSON Schema; None with kind json_schema never occurs."""

    kind: Literal["text", "json_object", "json_schema"]
    schema: dict[str, Any] | None = None
    name: str | None = None
    description: str | None = None
    strict: bool | None = None


class ReasoningWish(msgspec.Struct, frozen=True, kw_only=True):
    """How much to think. `enabled` False: do not; `budget_tokens` and `effort` as the client set them."""

    enabled: bool | None = None
    effort: str | None = None
    """none, minimal, low, medium, high, xhigh, max."""
    budget_tokens: int | None = None
    """-1: as the model likes (Gemini, Anthropic's adaptive)."""
    show: bool | None = None
    """Summaries or thoughts are to be sent back."""


class Conversation(msgspec.Struct, frozen=True, kw_only=True):
    """One request to a chat model.

    `features` names what the request uses (`dialects.losses.FEATURES`) and where first; an encoder for another dialect
    compares it with what the target carries. `further`: where else. `unclaimed` lists the paths that decode did not
    understand.
    """

    model: str
    messages: tuple[Message, ...]
    stream: bool = False
    include_usage: bool = False
    """The client itself asked for usage in the stream (OpenAI `stream_options.include_usage`)."""
    tools: tuple[Tool | ServerTool, ...] = ()
    tool_choice: ToolChoice | None = None
    parallel_tool_calls: bool | None = None
    response_format: ResponseFormat | None = None
    reasoning: ReasoningWish | None = None
    max_output_tokens: int | None = None
    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    candidates: int | None = None
    logprobs: bool | None = None
    top_logprobs: int | None = None
    logit_bias: dict[str, Any] | None = None
    user: str | None = None
    metadata: dict[str, Any] | None = None
    service_tier: str | None = None
    verbosity: str | None = None
    prompt_cache_key: str | None = None
    features: dict[str, Path] = {}
    further: dict[str, list[Path]] = {}
    unclaimed: tuple[Path, ...] = ()

    def __repr__(self) -> str:
        return f"<Conversation of {len(self.messages)} messages for {self.model}>"
