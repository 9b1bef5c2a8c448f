"""What an answer, or an object, tells of things that its provider keeps: found in its bytes, as they pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec

from gateway.core.messages import Dialect
from gateway.core.objects import ObjectKind, is_tuned, model_id
from gateway.dialects.containers import containers_of, runs_programs
from gateway.dialects.objects import files_told
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


def told_by(kind: ObjectKind, tree: Any) -> list[tuple[ObjectKind, str]]:
    """What an object tells of others that are its holder's, too: files with results, and of an answer that was made in
    the background, of which nobody has heard more, its containers and its items.
    """
    told: list[tuple[ObjectKind, str]] = [("file", each) for each in files_told(tree)]
    if kind == "fine_tuning_job":
        told += [("model", model_id(each)) for each in _models_told(tree)]
    if kind == "response":
        told += [("container", each) for each in containers_of(tree)]
        told += [("item", each) for each in parts_of(tree)]
    return told


def _models_told(tree: Any) -> Iterator[str]:
    """Names of the models that a job, or the list of its checkpoints, tells."""
    if type(tree) is dict:
        listed = tree.get("data")
        entries = [entry for entry in listed if type(entry) is dict] if type(listed) is list else []
        for one in (tree, *entries):
            for name in ("fine_tuned_model", "fine_tuned_model_checkpoint"):
                if type(told := one.get(name)) is str and is_tuned(told):
                    yield told
