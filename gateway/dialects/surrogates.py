r"""Halves of characters in JSON: `"\ud83d"` in one text, `"\ude00"` in the next, as servers write it that cut texts
between UTF-16's units (JSON.stringify of JavaScript does).

JSON's grammar allows a half, UTF-8 has no bytes for it, and the parser refuses what holds one. So it is mended before
it is read, and the mended bytes are what is relayed, kept and searched: two halves on both sides of a cut become one
character again, a half alone is U+FFFD. In streams one that ends a text, and whose other half never comes, is left out:
by then its text has gone on.
"""

from __future__ import annotations

import re
from typing import Final

from gateway.dialects.sse import ServerSentEvent, frame

_ESCAPE: Final = re.compile(
    rb"""
    (?P<pair>  \\u[dD][89abAB][0-9a-fA-F]{2} \\u[dD][c-fC-F][0-9a-fA-F]{2} )
    | (?P<high> \\u[dD][89abAB][0-9a-fA-F]{2} )
    | (?P<low>  \\u[dD][c-fC-F][0-9a-fA-F]{2} )
    | \\.
    """,
    re.VERBOSE | re.DOTALL,
)
_NO_CHARACTER: Final = rb"\ufffd"


def mended(body: bytes) -> bytes:
    """JSON without halves; the same bytes where there are none."""
    return _ESCAPE.sub(lambda found: found[0] if _is_whole(found) else _NO_CHARACTER, body)


class SurrogateJoiner:
    """Mends the events of one stream. A half at the end of a text waits for its other half, at a text's beginning."""

    __slots__ = ("_high",)

    def __init__(self) -> None:
        self._high = b""

    def mended(self, event: ServerSentEvent) -> ServerSentEvent | None:
        """The event without halves; None where it has none."""
        data = _ESCAPE.sub(self._written, event.data)
        if data == event.data:
            return None
        data = data.replace(b"\n", b" ")  # between members: inside a text it would be escaped
        return ServerSentEvent(frame(data, event.name), data, event.name)

    def _written(self, found: re.Match[bytes]) -> bytes:
        if _is_whole(found):
            return found[0]
        data, start, end = found.string, found.start(), found.end()
        if found["high"] is not None and data[end : end + 1] == b'"':
            self._high = found[0]
            return b""
        if found["low"] is not None and data[start - 1 : start] == b'"' and self._high:
            high, self._high = self._high, b""
            return high + found[0]
        return _NO_CHARACTER


def _is_whole(found: re.Match[bytes]) -> bool:
    return found["high"] is None and found["low"] is None
