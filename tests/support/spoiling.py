"""Recorded answers spoiled: cut, torn down, failed halfway, dripped, said twice.

Each fault makes a performance of a recording, or None where it does not fit it, and says what is to come of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from tests.support.recorded_provider import Ending, Performance
from tests.support.recordings import Recording

Result = Literal["same", "error", "told error"]
"""`same`: as if nothing had been done. `error`: the SDK raises. `told error`: it raises what the provider said."""

SAID = "The recorded provider fell over."

_ENDS = {
    "openai_chat": re.compile(rb'"finish_reason":\s*"'),
    "mistral": re.compile(rb'"finish_reason":\s*"'),
    "anthropic": re.compile(rb'"type":\s*"message_stop"'),
    "gemini": re.compile(rb'"finishReason":'),
    "openai_responses": re.compile(rb'"type":\s*"response\.(?:completed|incomplete)"'),
}


@dataclass(frozen=True)
class Fault:
    name: str
    result: Result
    make: Callable[[Recording], Performance | None]


def frames(recording: Recording) -> list[bytes]:
    """The frames of a stream, each with the blank line that ends it."""
    return [frame for frame in re.findall(rb".*?(?:\r?\n){2,}|.+\Z", recording.payload, re.DOTALL) if frame.strip()]


def _until_end(recording: Recording) -> list[bytes]:
    """The frames before the one that says that the answer is complete."""
    every = frames(recording)
    ends = [place for place, frame in enumerate(every) if _ENDS[recording.dialect].search(frame)]
    return every[: ends[0]]


def _played(pieces: list[bytes], ending: Ending = "proper") -> Performance:
    return Performance(200, {"content-type": "text/event-stream"}, tuple(piece for piece in pieces if piece), ending)


def _cut(share: float, ending: Ending) -> Callable[[Recording], Performance | None]:
    def make(recording: Recording) -> Performance | None:
        before = _until_end(recording)
        return _played(before[: round(len(before) * share)], ending)

    return make


def _mid_frame(ending: Ending) -> Callable[[Recording], Performance | None]:
    def make(recording: Recording) -> Performance | None:
        before = _until_end(recording)
        if not before:
            return None
        return _played([*before[:-1], before[-1][: len(before[-1]) // 2]], ending)

    return make


def _mid_letter(recording: Recording) -> Performance | None:
    whole = b"".join(_until_end(recording))
    places = [place for place, byte in enumerate(whole) if byte >= 0x80]
    return _played([whole[: places[-1]]]) if places else None


def _dripped(size: int, longest: int) -> Callable[[Recording], Performance | None]:
    def make(recording: Recording) -> Performance | None:
        whole = recording.payload
        if len(whole) > longest:
            return None
        return _played([whole[place : place + size] for place in range(0, len(whole), size)])

    return make


def _failing(recording: Recording) -> Performance | None:
    before = _until_end(recording)
    return _played([*before[: (len(before) + 1) // 2], _error_frame(recording.dialect)])


def _error_frame(dialect: str) -> bytes:
    tree: dict[str, Any]
    match dialect:
        case "anthropic":
            tree = {"type": "error", "error": {"type": "overloaded_error", "message": SAID}}
            return b"event: error\ndata: " + json.dumps(tree).encode() + b"\n\n"
        case "openai_responses":
            tree = {"type": "error", "code": "server_error", "message": SAID, "param": None, "sequence_number": 99}
            return b"event: error\ndata: " + json.dumps(tree).encode() + b"\n\n"
        case "gemini":
            tree = {"error": {"code": 503, "message": SAID, "status": "UNAVAILABLE"}}
        case "mistral":
            tree = {"object": "error", "message": SAID, "type": "internal_server_error", "code": "3000"}
        case _:
            tree = {"error": {"message": SAID, "type": "server_error", "param": None, "code": None}}
    return b"data: " + json.dumps(tree).encode() + b"\n\n"


def _usage_twice(recording: Recording) -> Performance | None:
    every = frames(recording)
    if recording.dialect == "gemini":
        last = json.loads(every[-1].strip()[5:])
        again = {name: last[name] for name in ("usageMetadata", "modelVersion", "responseId") if name in last}
        return _played([*every, b"data: " + json.dumps(again).encode() + b"\r\n\r\n"])
    mark = {"openai_chat": b'"choices":[]', "anthropic": b'"message_delta"'}.get(recording.dialect)
    places = [place for place, frame in enumerate(every) if mark and mark in frame.replace(b": ", b":")]
    return _played([*every[: places[-1] + 1], *every[places[-1] :]]) if places else None


def _no_done(recording: Recording) -> Performance | None:
    every = frames(recording)
    return _played(every[:-1]) if b"[DONE]" in every[-1] else None


def _commented(recording: Recording) -> Performance | None:
    """Heartbeats between all frames, and another kind of line end."""
    every = [frame.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n") for frame in frames(recording)]
    return _played([b": waiting\r\n\r\n" + frame for frame in every])


def _array(recording: Recording) -> Performance | None:
    """How Gemini answers where nobody asks for `alt=sse`."""
    if recording.dialect != "gemini":
        return None
    body = b"[" + b",\r\n".join(frame.strip()[5:] for frame in frames(recording)) + b"]"
    return Performance(200, {"content-type": "application/json; charset=UTF-8"}, (body,))


def _mislabelled(recording: Recording) -> Performance | None:
    return Performance(200, {"content-type": "application/json"}, (recording.payload,))


FAULTS = (
    Fault("nothing came", "error", _cut(0, "proper")),
    Fault("cut early", "error", _cut(0.2, "proper")),
    Fault("cut halfway", "error", _cut(0.5, "unfinished")),
    Fault("cut before the end", "error", _cut(1, "proper")),
    Fault("closed before the end", "error", _cut(1, "unfinished")),
    Fault("reset halfway", "error", _cut(0.5, "reset")),
    Fault("cut in a frame", "error", _mid_frame("proper")),
    Fault("reset in a frame", "error", _mid_frame("reset")),
    Fault("cut in a letter", "error", _mid_letter),
    Fault("error halfway", "told error", _failing),
    Fault("byte by byte", "same", _dripped(1, 3_000)),
    Fault("seven bytes at a time", "same", _dripped(7, 10_000)),
    Fault("a hundred bytes at a time", "same", _dripped(100, 200_000)),
    Fault("usage twice", "same", _usage_twice),
    Fault("no [DONE]", "same", _no_done),
    Fault("comments and CRLF", "same", _commented),
    Fault("a JSON array", "same", _array),
    Fault("under another name", "same", _mislabelled),
)
