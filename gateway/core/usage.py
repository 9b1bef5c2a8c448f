"""What one call used, in one convention: tokens, and what providers bill by the call beside them.

Tokens are counted as OpenAI counts them: cached and written tokens are part of `input_tokens`, reasoning is part of
`output_tokens`. Codecs convert: Anthropic counts caches outside its input, Gemini its thoughts outside its candidates,
xAI its reasoning outside its completion.
"""

from __future__ import annotations

from typing import Final

import msgspec


class Calls(msgspec.Struct, frozen=True):
    """What a provider did by itself for an answer, and bills by the call: counts, ≥ 0, by kind."""

    web_search: int = 0
    """Searches of the web, or of X; for Gemini before 3 answers that searched, however often."""
    file_search: int = 0
    """Searches of files that are kept at the provider (vector stores, collections)."""
    code_session: int = 0
    """Containers that programs ran in; for xAI and Mistral runs of a program."""
    image: int = 0
    """Pictures made by a tool."""
    map_search: int = 0
    """Answers that asked Google Maps."""
    source: int = 0
    """Sources that xAI's Live Search read."""
    connector: int = 0
    """Calls of whatever else a provider runs and counts, or may: Mistral's connectors, other searches of Google's."""
    audio_second: int = 0
    """Seconds of sound that Mistral read, which it bills by their number, and not by tokens."""

    def __add__(self, other: Calls) -> Calls:
        pairs = zip(msgspec.structs.astuple(self), msgspec.structs.astuple(other), strict=True)
        return Calls(*(one + two for one, two in pairs))

    @property
    def total(self) -> int:
        return sum(msgspec.structs.astuple(self))

    @property
    def summary(self) -> str:
        """`web_search=3,code_session=1`: as usage rows, logs and journals say it; without what there was none of."""
        return ",".join(f"{kind}={count}" for kind in CALL_KINDS if (count := getattr(self, kind)))


CALL_KINDS: Final = Calls.__struct_fields__
NO_CALLS: Final = Calls()


def read_calls(told: str | None) -> Calls | None:
    """The counts of a `Calls.summary`; None where it names none. Kinds of a later release are left out."""
    if not told:
        return None
    named = (one.partition("=") for one in told.split(","))
    counts = {
        kind: int(number) for kind, _, number in named if kind in CALL_KINDS and number.isascii() and number.isdecimal()
    }
    return Calls(**counts) if counts else None


def calls_or_none(calls: Calls) -> Calls | None:
    return calls if calls.total else None


IN_THE_US: Final = "+us"
"""Behind the service tier of what Claude computed in the United States alone (`inference_geo: us`)."""


class Usage(msgspec.Struct, frozen=True):
    """The fields `…_tokens` are counts, ≥ 0. `estimated`: our count, since the provider reported none."""

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
    """As answered, which may differ from what was asked; with IN_THE_US behind it where that was dearer."""
    estimated: bool = False
    calls: Calls | None = None
    """None where nothing was billed by the call."""
    output_image_tokens: int = 0
    """Of pictures that were made; part of output_tokens, and dearer by a multiple (Gemini)."""

    @property
    def tier_alone(self) -> str | None:
        """The service tier as clients know it."""
        return None if self.service_tier is None else self.service_tier.removesuffix(IN_THE_US)

    @property
    def total_tokens(self) -> int:
        return self.input_tokens + self.output_tokens

    def with_tokens_of(self, other: Usage) -> Usage:
        """The tokens of both; what else there is to say is this one's."""
        return msgspec.structs.replace(
            self, **{name: getattr(self, name) + getattr(other, name) for name in _TOKEN_FIELDS}
        )

    @property
    def billed(self) -> bool:
        """Whether anything was used that a provider bills: tokens, or calls of tools alone."""
        return bool(self.input_tokens or self.output_tokens or (self.calls is not None and self.calls.total))


_TOKEN_FIELDS: Final = tuple(name for name in Usage.__struct_fields__ if name.endswith("_tokens"))

MAX_TOKENS = 2**40
"""More than any call can use: a count beyond it is nonsense."""


def count(value: object) -> int:
    """A provider's number of tokens, made safe: a whole number from 0 to MAX_TOKENS, else 0."""
    if type(value) is int:
        return value if 0 <= value <= MAX_TOKENS else 0
    if type(value) is float and value.is_integer() and 0 <= value <= MAX_TOKENS:
        return int(value)
    return 0
