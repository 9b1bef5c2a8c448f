"""Server-sent events, as the WHATWG HTML standard frames them (section 9.2.6), with the bytes kept.

Promise: any re-chunking of a stream gives the same events; each event keeps the very bytes that it came in, but for
a byte-order mark, which SDKs take for a part of the first line.

Invariants
- Lines end in LF, CR LF or CR; an event ends at an empty line; a leading byte-order mark is skipped.
- A comment (`: …`) or a block without data gives an event with empty data, so that its bytes can still be relayed.
- The last event, where the stream ended within it, is given its blank line: without one no reader takes it for whole.
- An event longer than `MAX_EVENT_BYTES` raises UpstreamNonsense: a stream without an end is not buffered without one.
"""

from __future__ import annotations

import re

import msgspec

from gateway.errors import UpstreamNonsense

MAX_EVENT_BYTES = 16 * 1024 * 1024

_BOM = b"\xef\xbb\xbf"
_CR = ord("\r")  # found as a number, for a tenth of the price (`core.tree`)
# A blank line: the end of one line, then the end of another. `\r\n` must not count as two ends.
_BLANK = re.compile(rb"(?:\r\n|\n|\r(?!\n))(?:\r\n|\n|\r(?!\n))")
_DATA = (b"data", b"error")
"""The second is no field of the standard's: llama.cpp's older servers tell so that they failed."""
_LINE_END = re.compile(rb"\r\n|\n|\r")


class ServerSentEvent(msgspec.Struct, frozen=True, gc=False):
    """`raw` includes the blank line; `name` is empty where the stream named none."""

    raw: bytes
    data: bytes
    name: bytes = b""


class SseSplitter:
    """Bytes in, whole events out. An event of many reads costs one join, not one a read."""

    __slots__ = ("_held", "_size", "_tail")

    def __init__(self) -> None:
        self._held: list[bytes] = []
        self._size = 0
        self._tail = b""

    @property
    def is_between_events(self) -> bool:
        return not self._held

    def feed(self, chunk: bytes) -> list[ServerSentEvent]:
        """The events that `chunk` completes; raises UpstreamNonsense for one too long."""
        # What nearly every read is: one whole event of one line of data.
        if (
            not self._held
            and chunk.startswith(b"data: ")
            and chunk.endswith(b"\n\n")
            and chunk.find(b"\n") == len(chunk) - 2
            and _CR not in chunk
        ):
            return [ServerSentEvent(chunk, chunk[6:-2])]
        if self._held:
            # The longest end of an event has four bytes: three of them may have come before.
            if _BLANK.search(self._tail + chunk) is None:
                self._hold(chunk)
                return []
            chunk = b"".join((*self._held, chunk))
            self._held.clear()
        events: list[ServerSentEvent] = []
        start = 0
        if _CR not in chunk:
            while (end := chunk.find(b"\n\n", start)) >= 0:
                events.append(_parse(chunk[start : end + 2]))
                start = end + 2
        else:
            # A CR at the very end may be half of CR LF: it waits for the next chunk.
            limit = len(chunk) - 1 if chunk.endswith(b"\r") else len(chunk)
            while (match := _BLANK.search(chunk, start, limit)) is not None:
                events.append(_parse(chunk[start : match.end()]))
                start = match.end()
        self._size = 0
        if start < len(chunk):
            self._hold(chunk[start:] if start else chunk)
        return events

    def close(self) -> list[ServerSentEvent]:
        """The last event, where the stream ended without the blank line, and with it in its bytes."""
        rest = b"".join(self._held)
        self._held.clear()
        if not rest.strip(b"\r\n"):
            return []
        if _BLANK.search(rest, max(0, len(rest) - 4)) is None:
            rest += b"\n" if rest.endswith(b"\n") else b"\n\n"
        return [_parse(rest)]

    def _hold(self, piece: bytes) -> None:
        self._held.append(piece)
        self._size += len(piece)
        self._tail = (self._tail + piece)[-3:] if len(piece) < 3 else piece[-3:]
        if self._size > MAX_EVENT_BYTES:
            raise UpstreamNonsense("The provider sent a stream event without an end.")


def _parse(raw: bytes) -> ServerSentEvent:
    # The two shapes that nearly all events have, without a loop over lines.
    if raw.startswith(b"data: ") and raw.find(b"\n", 6) == len(raw) - 2 and _CR not in raw:
        return ServerSentEvent(raw, raw[6:-2])
    name = b""
    data: list[bytes] = []
    raw = raw.removeprefix(_BOM)
    for line in _LINE_END.split(raw):
        field, _, value = line.partition(b":")
        if value.startswith(b" "):
            value = value[1:]
        if field in _DATA:
            data.append(value)
        elif field == b"event":
            name = value
    return ServerSentEvent(raw, b"\n".join(data), name)


def data_of(raw: bytes) -> bytes:
    """What the bytes of one event say, in however many lines."""
    return _parse(raw).data


def frame(data: bytes, name: bytes = b"") -> bytes:
    """One event of a single line of data, with its name line where the dialect has names."""
    if name:
        return b"event: " + name + b"\ndata: " + data + b"\n\n"
    return b"data: " + data + b"\n\n"
