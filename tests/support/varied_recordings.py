"""Recorded answers as another server, or a later version of the API, might have told them.

    for variant in variants(recording):
        variant.name, variant.payload

Each variant changes one thing: a member is missing or null wherever it stands, every object has a member that nobody
knows, something unknown stands between the events, or the frames are written in another of the ways that are allowed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from tests.support.recordings import Recording
from tests.support.spoiling import frames

UNKNOWN = {"x_unknown": {"deep": [1, None]}}
_STRANGERS: dict[str, list[Any]] = {
    "openai_chat": [{"choices": [], **UNKNOWN}, {"object": "x.unknown"}],
    "mistral": [{"choices": [], **UNKNOWN}, {"object": "x.unknown"}],
    "anthropic": [{"type": "ping"}, {"type": "x_unknown", **UNKNOWN}],
    "openai_responses": [{"type": "keepalive"}, {"type": "response.x_unknown.delta", "delta": "?", "output_index": 99}],
    "gemini": [{"candidates": [{"index": 0}]}, {"candidates": [{"index": 0, "content": {"parts": [{}]}}]}, UNKNOWN],
}
"""What says nothing, and may come at any time once an answer has begun."""


class Variant(NamedTuple):
    name: str
    payload: bytes


def variants(recording: Recording) -> Iterator[Variant]:
    """All of them; `name` says what was changed."""
    trees = _trees(recording)
    for path in sorted({path for tree in trees if type(tree) is dict for path in _members(tree)}):
        for how in ("without", "null"):
            varied = [_edited(tree, path, how) for tree in trees]
            yield Variant(f"{how} {'.'.join(path)}", _written(recording, varied))
    yield Variant("with unknown members", _written(recording, [_with_unknown(tree) for tree in trees]))
    if recording.stream:
        for stranger in _STRANGERS[recording.dialect]:
            among = [one for tree in trees[:-1] for one in (tree, stranger)] + trees[-1:]
            yield Variant(f"among {json.dumps(stranger)}", _written(recording, among))
        yield from (Variant(name, written(recording)) for name, written in REFRAMED.items())


def _unnamed(recording: Recording) -> bytes:
    return re.sub(rb"(?m)^event:[^\n]*\n", b"", recording.payload)


def _commented(recording: Recording) -> bytes:
    return b"".join(b": keep-alive\n\n" + frame for frame in frames(recording))


def _in_crlf(recording: Recording) -> bytes:
    return recording.payload.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _without_blanks(recording: Recording) -> bytes:
    return re.sub(rb"(?m)^(data|event): ", rb"\1:", recording.payload)


def _with_ids(recording: Recording) -> bytes:
    return b"".join(b"id: 7\nretry: 3000\n" + frame for frame in frames(recording))


REFRAMED: dict[str, Callable[[Recording], bytes]] = {
    "unnamed": _unnamed,
    "commented": _commented,
    "in CR LF": _in_crlf,
    "without blanks": _without_blanks,
    "with ids": _with_ids,
}
"""Of streams: the same events in other frames, as the standard of server-sent events allows them."""


def _trees(recording: Recording) -> list[Any]:
    """The values of a stream's frames in order, `[DONE]` as text; or the one body."""
    if not recording.stream:
        return [json.loads(recording.payload)]
    lines = [line[5:].strip() for frame in frames(recording) for line in frame.splitlines() if line[:5] == b"data:"]
    return ["[DONE]" if line == b"[DONE]" else json.loads(line) for line in lines]


def _written(recording: Recording, trees: list[Any]) -> bytes:
    if not recording.stream:
        return json.dumps(trees[0], ensure_ascii=False).encode()
    named = recording.payload.startswith(b"event:")
    told = []
    for tree in trees:
        name = f"event: {tree.get('type')}\n" if named and type(tree) is dict else ""
        told.append(f"{name}data: {tree if type(tree) is str else json.dumps(tree, ensure_ascii=False)}\n\n")
    return "".join(told).encode()


def _members(tree: Any) -> Iterator[tuple[str, ...]]:
    """The names on the way to each member; places in arrays are left out."""
    if type(tree) is list:
        for entry in tree:
            yield from _members(entry)
    elif type(tree) is dict:
        for name, value in tree.items():
            yield (name,)
            yield from ((name, *rest) for rest in _members(value))


def _edited(tree: Any, path: tuple[str, ...], how: str) -> Any:
    if type(tree) is list:
        return [_edited(entry, path, how) for entry in tree]
    if type(tree) is not dict or path[0] not in tree:
        return tree
    first, *rest = path
    if rest:
        return {**tree, first: _edited(tree[first], tuple(rest), how)}
    return {**tree, first: None} if how == "null" else {name: value for name, value in tree.items() if name != first}


def _with_unknown(tree: Any) -> Any:
    """But inside what the model itself wrote, which holds what its tools' schemas say."""
    if type(tree) is list:
        return [_with_unknown(entry) for entry in tree]
    if type(tree) is not dict:
        return tree
    return {
        **{name: value if name in ("args", "input") else _with_unknown(value) for name, value in tree.items()},
        **UNKNOWN,
    }
