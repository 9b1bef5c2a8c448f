"""The wire of a stream that is being written: numbers events and items, and keeps the items that are done."""

from __future__ import annotations

from typing import Any

from gateway.dialects.openai_responses.echo import Echo
from gateway.dialects.openai_responses.ids import ItemKind, item_id
from gateway.dialects.openai_responses.wire import encode_json
from gateway.dialects.sse import frame


class EventWriter:
    """The frames that wait to be taken, and the output so far."""

    __slots__ = ("_done", "_frames", "_items", "_number", "echo")

    def __init__(self) -> None:
        self.echo: Echo | None = None
        self._frames: list[bytes] = []
        self._number = 0
        self._items = 0
        self._done: dict[int, dict[str, Any]] = {}

    def write(self, name: str, members: dict[str, Any]) -> None:
        body = encode_json({"type": name, "sequence_number": self._number, **members})
        self._number += 1
        self._frames.append(frame(body, name.encode()))

    def write_delta(self, head: bytes, text: str) -> None:
        """The frame of a delta whose `head` was made by `delta_head`."""
        self._frames.append(b'%b%d,"delta":%b}\n\n' % (head, self._number, encode_json(text)))
        self._number += 1

    def put(self, frames: bytes) -> None:
        self._frames.append(frames)

    def taken(self) -> bytes:
        frames = self._frames
        if not frames:
            return b""
        taken = frames[0] if len(frames) == 1 else b"".join(frames)
        frames.clear()
        return taken

    def next_number(self) -> int:
        return self._number

    def item_id(self, kind: ItemKind) -> str:
        """The id of the next item, where it is one of ours."""
        return item_id(kind, "" if self.echo is None else self.echo.id, self._items)

    def new_number(self) -> int:
        """The next item's number in the output."""
        number, self._items = self._items, self._items + 1
        return number

    def added(self, index: int, item: dict[str, Any]) -> None:
        self.write("response.output_item.added", {"output_index": index, "item": item})

    def done(self, index: int, item: dict[str, Any]) -> None:
        self._done[index] = item
        self.write("response.output_item.done", {"output_index": index, "item": item})

    def output(self) -> list[dict[str, Any]]:
        """The items that are done."""
        return [self._done[index] for index in sorted(self._done)]


def delta_head(name: str, members: dict[str, Any]) -> bytes:
    """The bytes of a delta's frame up to its number: from one delta to the next only number and text differ."""
    body = encode_json({"type": name, **members, "sequence_number": 0})
    return b"event: " + name.encode() + b"\ndata: " + body[: -len(b"0}")]
