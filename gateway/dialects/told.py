"""What an answer tells of things that its provider keeps: found in the provider's bytes, as they pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec

from gateway.core.messages import Dialect
from gateway.core.objects import ObjectKind
from gateway.dialects.containers import containers_of, runs_programs
from gateway.dialects.sse import data_of
from gateway.dialects.stored_parts import may_tell_parts, parts_of

_decode = msgspec.json.Decoder().decode


class Telling(msgspec.Struct, frozen=True):
    """A kind of things that an answer may tell of; `whole` and `events` stand in the bytes that do, of a body that
    came whole and of a stream.
    """

    kind: ObjectKind
    whole: bytes
    events: tuple[bytes, ...]
    ids_of: Callable[[Any], Iterator[str]]

    def told(self, raw: bytes, *, streamed: bool) -> Iterator[str]:
        """The ids of what a body, or an event of a stream, tells."""
        marks = self.events if streamed else (self.whole,)
        if not any(mark in raw for mark in marks):
            return
        try:
            tree = _decode(data_of(raw) if streamed else raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return
        yield from self.ids_of(tree)


_CONTAINERS: Final = Telling("container", b'"container', (b'"container',), containers_of)
_PARTS: Final[dict[Dialect, Telling]] = {
    # An item can be named once its answer is stored, which is when it has ended.
    "openai_responses": Telling("item", b'"output"', (b'"response.completed"', b'"response.incomplete"'), parts_of),
    "openai_chat": Telling("item", b'"audio"', (b'"audio"',), parts_of),
    "anthropic": Telling("item", b'"message"', (b'"message_start"',), parts_of),
}


def tellings(tree: dict[str, Any], dialect: Dialect) -> tuple[Telling, ...]:
    """What the answer to this request may tell of."""
    containers = (_CONTAINERS,) if runs_programs(tree, dialect) else ()
    return (*containers, _PARTS[dialect]) if may_tell_parts(tree, dialect) else containers
