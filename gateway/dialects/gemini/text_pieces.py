"""How a Gemini stream says "more text": a piece of it and, beside it, what was used until then.

Such a piece is known by its pattern (`dialects.text_pattern`), and only its counts are decoded.
"""

from __future__ import annotations

from typing import Any

import msgspec

from gateway.core.events import Delta, Event, UsageReported
from gateway.core.usage import Calls, Usage
from gateway.dialects.gemini.usage import usage_in
from gateway.dialects.text_pattern import PROBE, TextPattern, quoted_at

_OF_RESPONSE = frozenset({"candidates", "usageMetadata", "modelVersion", "responseId"})
_OF_CANDIDATE = frozenset({"content", "index"})
_OF_CONTENT = frozenset({"parts", "role"})
_OF_PART = frozenset({"text", "thought"})
_ANOTHER_COUNT = b'{"promptTokenCount":7}'


class _Response(msgspec.Struct):
    usageMetadata: msgspec.Raw  # noqa: N815  Gemini's name


_response = msgspec.json.Decoder(_Response).decode
_tree = msgspec.json.Decoder(dict[str, Any]).decode


class CountedText(TextPattern):
    """Where other patterns have padding, an object of counts."""

    __slots__ = ("_calls", "_counts")
    demanding = True

    def __init__(self, before: bytes, behind: bytes, end: bytes, block: int, calls: Calls | None) -> None:
        """`calls`: what is billed beside the tokens; a piece that tells more of that is none of this pattern."""
        super().__init__(before, behind, b"", end, block)
        self._calls = calls

    def events_of(self, chunk: bytes) -> list[Event] | None:
        more = super().events_of(chunk)
        return None if more is None else [UsageReported(usage_in(self._counts, self._calls)), *more]

    def _is_padding(self, found: bytes) -> bool:
        try:
            self._counts = _tree(found)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return False
        return True


def learned(raw: bytes, data: bytes, told: Usage, more: Delta) -> CountedText | None:
    """The pattern of an event that says `more` and tells usage; None where it cannot be told for certain.

    `raw`: the event as it came, one line of `data`. `told`: the usage that was read from it.
    """
    head, _, ending = raw.partition(data)
    start, end = quoted_at(data, more.text)
    if head != b"data: " or not start:
        return None
    try:
        counts = bytes(_response(data).usageMetadata)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    before, (behind, found, rest) = data[:start], data[end:].partition(counts)
    if not found or not _says(before + PROBE.encode() + behind + _ANOTHER_COUNT + rest):
        return None
    return CountedText(head + before, behind, rest + ending, more.block, told.calls)


def _says(data: bytes) -> bool:
    """Whether such data says no more than the probe and the other count."""
    try:
        tree = _tree(data)
        [candidate] = tree["candidates"]
        content = candidate["content"]
        [part] = content["parts"]
        return (
            tree.keys() <= _OF_RESPONSE
            and candidate.keys() <= _OF_CANDIDATE
            and content.keys() <= _OF_CONTENT
            and part.keys() <= _OF_PART
            and part["text"] == PROBE
            and tree["usageMetadata"] == _tree(_ANOTHER_COUNT)
        )
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, ValueError, TypeError, KeyError, AttributeError):
        return False
