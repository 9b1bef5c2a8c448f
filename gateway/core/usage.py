"""Tokens of one call, in one convention.

OpenAI's: cached and written tokens are part of `input_tokens`, reasoning is part of `output_tokens`.
Codecs convert: Anthropic counts caches outside its input, Gemini its thoughts outside its candidates,
xAI its reasoning outside its completion.
"""

from __future__ import annotations

import msgspec


class Usage(msgspec.Struct, frozen=True):
    """All fields are counts of tokens, ≥ 0. `estimated`: our count, since the provider reported none."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    """Read from the provider's prompt cache; part of input_tokens."""
    cache_write_tokens: int = 0
    """Written to the provider's prompt cache, all lifetimes; part of input_tokens."""
    cache_write_1h_tokens: int = 0
    """The share of cache_write_tokens with the one-hour lifetime (Anthropic)."""
    reasoning_tokens: int = 0
    """Hidden or shown thinking; part of output_tokens."""
    input_audio_tokens: int = 0
    output_audio_tokens: int = 0
    tool_prompt_tokens: int = 0
    """Gemini's toolUsePromptTokenCount; part of input_tokens."""
    service_tier: str | None = None
    """As answered, which may differ from what was asked."""
    estimated: bool = False

    @property
    def total_tokens(self) -> int:
        return self.input_tokens + self.output_tokens


MAX_TOKENS = 2**40
"""More than any call can use: a count beyond it is nonsense."""


def count(value: object) -> int:
    """A provider's number of tokens, made safe: a whole number from 0 to MAX_TOKENS, else 0."""
    if type(value) is int:
        return value if 0 <= value <= MAX_TOKENS else 0
    if type(value) is float and value.is_integer() and 0 <= value <= MAX_TOKENS:
        return int(value)
    return 0
