"""How a stream says "more text", learned from one piece of it, so that the next need not be decoded.

Between two chunks of a stream the processor has done something else, and finds none of a decoder's code and tables in
its caches: what costs two microseconds in a loop costs twenty there. Comparing a beginning and an end touches nothing.

Promise: what `text_of` tells is what decoding the chunk would tell. The chunk is, byte for byte, one that was decoded,
but for what stands inside of one JSON string, and for padding; that this string is the text, and that the padding says
nothing, was tried out with others in their places; and what stands there now holds nothing that would end the string,
or mean something else in it.

Providers pad what they stream, so that nobody can tell from the lengths what was said: OpenAI and Mistral by a member
of letters and digits, Anthropic by blanks before the last brace.
"""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import Final

_PROBE: Final = "A probe, which no provider sends."
_PADDED: Final = (b'"obfuscation":"', b'"p":"')
_LETTERS: Final = (string.ascii_letters + string.digits).encode()


class TextPattern:
    """Of a chunk that is one whole event: `before` the text, `behind` it, padding, and the `end`.

    `filler`: the bytes that padding consists of. `block`: the block that the text goes on.
    """

    __slots__ = ("_before", "_behind", "_end", "_filler", "_length_behind", "_length_of_end", "_start", "block")

    def __init__(self, before: bytes, behind: bytes, filler: bytes, end: bytes, block: int) -> None:
        self._before = before
        self._behind = behind
        self._filler = filler
        self._end = end
        self._start = len(before)
        self._length_behind = len(behind)
        self._length_of_end = len(end)
        self.block = block

    def text_of(self, chunk: bytes) -> str | None:
        """None where the chunk has to be decoded."""
        if not (chunk.startswith(self._before) and chunk.endswith(self._end)):
            return None
        start = self._start
        quote = chunk.find(b'"', start)
        if not chunk.startswith(self._behind, quote):
            return None
        inside = chunk[start:quote]
        padding, end = quote + self._length_behind, len(chunk) - self._length_of_end
        if padding != end and (padding > end or chunk[padding:end].strip(self._filler)):
            return None
        if b"\\" in inside:
            return None
        try:
            text = inside.decode()
        except UnicodeDecodeError:
            return None
        # Control characters may not stand in a string; those that may and are not printable are rare enough.
        return text if text and text.isprintable() else None


def learned(
    data: bytes, text: str, block: int, read: Callable[[bytes], str | None], head: bytes = b"data: "
) -> TextPattern | None:
    """The pattern of an event of one line of data behind `head`, that says `text`; None where it cannot be told for
    certain.

    `read`: what such data says, decoded.
    """
    if not text.isprintable() or '"' in text or "\\" in text:
        return None
    quoted = b'"' + text.encode() + b'"'
    start = data.find(quoted) + 1
    if not start:
        return None
    before = data[:start]
    behind, filler, end = _unpadded(data[start + len(quoted) - 2 :])
    if read(before + _PROBE.encode() + behind + filler + end) != _PROBE:
        return None
    return TextPattern(head + before, behind, filler, end + b"\n\n", block)


def _unpadded(behind: bytes) -> tuple[bytes, bytes, bytes]:
    """(what stands before padding, the bytes that padding consists of, what stands behind it)."""
    for name in _PADDED:
        start = behind.find(name) + len(name)
        end = behind.find(b'"', start)
        if start >= len(name) and not behind[start:end].strip(_LETTERS):
            return behind[:start], _LETTERS, behind[end:]
    if not behind.endswith(b"}"):
        return behind, b"", b""
    return behind[:-1].rstrip(b" "), b" ", b"}"
