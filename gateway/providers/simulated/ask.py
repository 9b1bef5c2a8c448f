"""What a request asks the imitated model for, in no dialect's words, and how a request is refused."""

from __future__ import annotations

from typing import Any

import msgspec


class Refusal(Exception):
    """A request that the real provider would refuse.

    `kind` is one word for the reason (`invalid`, `authentication`, `permission`, `not_found`, `rate_limit`,
    `overloaded`, `timeout`, `too_large`, `api`); each surface has its own words for it. `detail` and `word` carry what
    only one surface tells (Mistral's list of validation errors, and its types of error).
    """

    def __init__(
        self,
        status: int,
        kind: str,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        detail: Any = None,
        word: str | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.kind = kind
        self.message = message
        self.param = param
        self.code = code
        self.detail = detail
        self.word = word


def invalid(message: str, *, param: str | None = None, code: str | None = None) -> Refusal:
    """A 400 for a request that does not follow the rules."""
    return Refusal(400, "invalid", message, param=param, code=code)


class Tool(msgspec.Struct, frozen=True):
    """`schema` is JSON Schema (upper-case type names allowed); `custom` marks a tool that takes free text."""

    name: str
    schema: dict[str, Any]
    custom: bool = False


class ToolResult(msgspec.Struct, frozen=True):
    name: str
    text: str


class Call(msgspec.Struct, frozen=True):
    """`arguments` is a JSON object, or the text for a custom tool."""

    id: str
    name: str
    arguments: str
    custom: bool = False


class Ask(msgspec.Struct, kw_only=True):
    """One request, read and found valid.

    Limits count tokens as `words` does. `forced` is a tool's name, or "*" where any tool must be called;
    `allow_tools` is False where the caller forbade them. `schema` is the answer's JSON Schema, `{}` for any JSON.
    """

    model: str
    stream: bool = False
    user_text: str = ""
    system_text: str = ""
    tool_results: list[ToolResult] = []
    images: list[str] = []
    prompt_tokens: int = 0
    continues: bool = False
    """True where the conversation holds an earlier answer."""
    cache_marks: list[str] = []
    """Lifetimes of Anthropic's cache marks, in order."""
    cacheable_tokens: int = 0
    """Tokens up to the last cache mark."""
    tools: dict[str, Tool] = {}
    forced: str | None = None
    allow_tools: bool = True
    one_call: bool = False
    schema: dict[str, Any] | None = None
    thinks: bool = False
    shows_thinking: bool = False
    thinking_limit: int | None = None
    max_tokens: int | None = None
    stops: list[str] = []
    choices: int = 1
    top_logprobs: int | None = None
    """None where log probabilities were not asked for."""
    text: str | None = None
    """The answer a test dictated, in place of the imitated one."""
    chunks: int | None = None
    tells_usage: bool = True
    in_the_us: bool = False
    """Anthropic's `inference_geo`."""
