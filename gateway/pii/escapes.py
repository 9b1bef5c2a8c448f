"""JSON strings inside JSON strings: the decoded text, and where each of its characters stands in the raw one.

Detection reads what a person reads; splicing happens in the raw text, which must stay as it is elsewhere. So this
maps offsets of a decoded string to the raw one at any depth of escaping, and escapes a replacement the same way.

Invariants
- `unescape(raw)` equals `json.loads('"' + raw + '"')` for every valid string body; an invalid escape stays as it is.
- A span of the decoded text leads to whole escapes of the raw one.
"""

from __future__ import annotations

import json
import re

from gateway.pii.offsets import OffsetMap

_ESCAPE = re.compile(r'\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|["\\/bfnrt])')


class Unescaped:
    """The decoded text of a raw JSON string body, `depth` levels deep."""

    __slots__ = ("_maps", "depth", "text")

    def __init__(self, raw: str, depth: int = 1) -> None:
        self.depth = depth
        self._maps: list[OffsetMap] = []
        self.text = raw
        for _ in range(depth):
            if "\\" not in self.text:
                break
            self.text, offsets = _once(self.text)
            self._maps.append(offsets)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where the decoded span `start:end`, which is not empty, stands in the raw string."""
        for offsets in reversed(self._maps):
            start, end = offsets.raw(start, end)
        return start, end


def escape(text: str, depth: int = 1) -> str:
    """`text` as it has to be written into a string body at that depth."""
    for _ in range(depth):
        text = json.dumps(text, ensure_ascii=False)[1:-1]
    return text


def _once(raw: str) -> tuple[str, OffsetMap]:
    offsets = OffsetMap()
    pieces: list[str] = []
    done = 0
    for match in _ESCAPE.finditer(raw):
        start, end = match.span()
        if start > done:
            pieces.append(raw[done:start])
            offsets.add(start - done, start - done)
        decoded: str = json.loads(f'"{match[0]}"')
        pieces.append(decoded)
        offsets.add(len(decoded), end - start)
        done = end
    pieces.append(raw[done:])
    offsets.add(len(raw) - done, len(raw) - done)
    return "".join(pieces), offsets
