"""How a stream says "more text", learned from one piece of it, so that the next need not be decoded.

Between two chunks of a stream the processor has done something else, and finds none of a decoder's code and tables in
its caches: what costs two microseconds in a loop costs twenty there. Comparing a beginning and an end touches nothing.

Promise: what `events_of` tells is what decoding the chunk would. The chunk is, byte for byte, one that was decoded, but
for what stands inside of one JSON string, and for padding; that this string is the text, and that the padding says
nothing, was tried out with others in their places; and what stands there now is one string, read as decoding reads it.

Providers pad what they stream, so that nobody can tell from the lengths what was said: OpenAI and Mistral by a member
of letters and digits, Anthropic by blanks before the last brace. And the events of Responses are counted, before the
text or behind it.
"""

from __future__ import annotations

import re
import string
from collections.abc import Callable
from typing import ClassVar, Final

import msgspec

from gateway.core.events import Delta, Event, Frame

PROBE: Final = "A probe, which no provider sends."
_PADDED: Final = (b'"obfuscation":"', b'"p":"')
_LETTERS: Final = (string.ascii_letters + string.digits).encode()
_COUNTER: Final = b'"sequence_number":'
_DIGITS: Final = string.digits.encode()
_END_OF_EVENT: Final = b"\n\n"
_BACKSLASH, _QUOTE = b'\\"'  # found as numbers, for a tenth of the price (`core.tree`)
_ANOTHER: Final = b"7"
"""A number for the probe."""

_string = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.DOTALL)
"""Up to the quote that ends a string."""
_decode = msgspec.json.Decoder(str).decode
_encode = msgspec.json.Encoder().encode


class TextPattern:
    """Of a chunk that is one whole event: `before` the text, `behind` it, padding, and the `end`.

    `filler`: the bytes that padding consists of; digits are a number. `block`: the block that the text goes on.
    `counted`: what stands between a number behind `before` and the text; empty where there is no such number.
    """

    __slots__ = ("_at_end", "_at_start", "_before", "_behind", "_counted", "_end", "_filler", "_inside", "block")

    demanding: ClassVar[bool] = False
    """Whether something must stand where padding may."""

    def __init__(
        self, before: bytes, behind: bytes, filler: bytes, end: bytes, block: int, counted: bytes = b""
    ) -> None:
        self._before = before
        self._counted = counted
        self._behind = behind
        self._filler = filler
        self._end = end
        self._at_start, self._at_end = slice(len(before)), slice(-len(end), None)
        self._inside = slice(len(before), -len(end))
        self.block = block

    def events_of(self, chunk: bytes) -> list[Event] | None:
        """What the chunk tells; None where it has to be decoded."""
        if chunk[self._at_start] != self._before or chunk[self._at_end] != self._end:
            return None
        inside = chunk[self._inside]
        if self._counted:
            number, _, inside = inside.partition(self._counted)
            if not _is_number(number):
                return None
        if is_escaped := _BACKSLASH in inside:
            found = _string.match(inside)
            assert found is not None, "which may be empty"
            quoted, rest = inside[: found.end()], inside[found.end() :]
            padding = rest.removeprefix(self._behind)
            if len(padding) == len(rest):
                return None
        else:  # then the first quote ends the text, and begins what stands behind it
            quoted, behind, padding = inside.partition(self._behind)
            if not behind or _QUOTE in quoted:
                return None
        if (padding or self._filler is _DIGITS or self.demanding) and not self._is_padding(padding):
            return None
        try:
            text: str = _decode(b'"%s"' % quoted) if is_escaped else quoted.decode()
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None
        # Control characters may not stand in a string; those that may and are not printable are rare enough.
        return [Delta(self.block, text)] if text and (is_escaped or text.isprintable()) else None

    def frames_of(self, read: bytes) -> list[Frame] | None:
        """What a read tells that is nothing but pieces of this form, mostly one; None where it has to be decoded."""
        if (told := self.events_of(read)) is not None:
            return [Frame(told, read, None, self)]
        *several, rest = read.split(_END_OF_EVENT)
        if rest or len(several) < 2:
            return None
        frames = []
        for without_end in several:
            piece = without_end + _END_OF_EVENT
            if (told := self.events_of(piece)) is None:
                return None
            frames.append(Frame(told, piece, None, self))
        return frames

    def with_text(self, chunk: bytes, text: str) -> bytes:
        """A chunk of this pattern, with another text in its place."""
        start = len(self._before)
        if self._counted:
            start = chunk.index(self._counted, start) + len(self._counted)
        found = _string.match(chunk, start)
        assert found is not None, "which may be empty"
        return b"".join((chunk[:start], _encode(text)[1:-1], chunk[found.end() :]))

    def _is_padding(self, found: bytes) -> bool:
        return _is_number(found) if self._filler is _DIGITS else not found.strip(self._filler)


def _is_number(found: bytes) -> bool:
    return found.isdigit() and (found[0] != ord("0") or len(found) == 1)


def learned(
    data: bytes, text: str, block: int, read: Callable[[bytes], str | None], head: bytes = b"data: "
) -> TextPattern | None:
    """The pattern of an event of one line of data behind `head`, that says `text`; None where it cannot be told for
    certain.

    `read`: what such data says, decoded.
    """
    start, stop = quoted_at(data, text)
    if not start:
        return None
    before, number, counted = _uncounted(data[:start])
    behind, filler, end = _unpadded(data[stop:])
    another = _ANOTHER if filler is _DIGITS else filler
    if read(before + number + counted + PROBE.encode() + behind + another + end) != PROBE:
        return None
    return TextPattern(head + before, behind, filler, end + _END_OF_EVENT, block, counted)


def quoted_at(data: bytes, text: str) -> tuple[int, int]:
    """Where the text stands first, between its quotes: (start, end); a start of 0 where it does not."""
    quoted = _encode(text)
    start = data.find(quoted) + 1
    return start, start + len(quoted) - 2


def _uncounted(before: bytes) -> tuple[bytes, bytes, bytes]:
    """(what stands before a number that counts, another number, what stands behind it); all is before where none is."""
    start = before.find(_COUNTER) + len(_COUNTER)
    if start < len(_COUNTER):
        return before, b"", b""
    start += len(before) - start - len(before[start:].lstrip(b" "))
    counted = before[start:].lstrip(_DIGITS)
    return (before[:start], _ANOTHER, counted) if len(counted) < len(before) - start else (before, b"", b"")


def _unpadded(behind: bytes) -> tuple[bytes, bytes, bytes]:
    """(what stands before padding, the bytes that padding consists of, what stands behind it)."""
    for name in _PADDED:
        start = behind.find(name) + len(name)
        end = behind.find(b'"', start)
        if start >= len(name) and not behind[start:end].strip(_LETTERS):
            return behind[:start], _LETTERS, behind[end:]
    before, number, counted = _uncounted(behind)
    if number:
        return before, _DIGITS, counted
    if not behind.endswith(b"}"):
        return behind, b"", b""
    return behind[:-1].rstrip(b" "), b" ", b"}"
