"""Ids of things that a provider keeps, found in the bytes of an answer or an object as they pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec

from gateway.core.messages import Dialect
from gateway.core.objects import ObjectKind, is_tuned, model_id
from gateway.dialects.containers import containers_of, runs_programs
from gateway.dialects.objects import files_written
from gateway.dialects.sse import data_of
from gateway.dialects.stored_parts import may_tell_parts, parts_of

_decode = msgspec.json.Decoder().decode


class IdFinder(msgspec.Struct, frozen=True):
    """Finds ids of one kind. `whole` and `events` are byte marks without which a whole body, or an event of a stream,
    is not decoded; `ids_of` reads the decoded tree.
    """

    kind: ObjectKind
    whole: bytes
    events: tuple[bytes, ...]
    ids_of: Callable[[Any], Iterator[str]]

    def find(self, raw: bytes, *, streamed: bool) -> Iterator[str]:
        """The ids that a body, or an event of a stream, names; none where it cannot be read."""
        marks = self.events if streamed else (self.whole,)
        if not any(raw.find(mark) >= 0 for mark in marks):
            return
        try:
            tree = _decode(data_of(raw) if streamed else raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return
        yield from self.ids_of(tree)


_CONTAINERS: Final = IdFinder("container", b'"container', (b'"container',), containers_of)
_PARTS: Final[dict[Dialect, IdFinder]] = {
    # An item can be named once its answer is stored, which is when it has ended.
    "openai_responses": IdFinder("item", b'"output"', (b'"response.completed"', b'"response.incomplete"'), parts_of),
    "openai_chat": IdFinder("item", b'"audio"', (b'"audio"',), parts_of),
    "anthropic": IdFinder("item", b'"message"', (b'"message_start"',), parts_of),
}


def id_finders(tree: dict[str, Any], dialect: Dialect) -> tuple[IdFinder, ...]:
    """The finders for the answer to this request."""
    containers = (_CONTAINERS,) if runs_programs(tree, dialect) else ()
    return (*containers, _PARTS[dialect]) if may_tell_parts(tree, dialect) else containers


def ids_in_object(kind: ObjectKind, tree: Any) -> list[tuple[ObjectKind, str]]:
    """Ids of other things that an object names, which are its holder's, too: files with results; of an answer that was
    made in the background, of which nobody has heard more, its containers and its items.
    """
    told: list[tuple[ObjectKind, str]] = [("file", each) for each in files_written(tree)]
    if kind == "fine_tuning_job":
        told += [("model", model_id(each)) for each in _models_in(tree)]
    if kind == "response":
        told += [("container", each) for each in containers_of(tree)]
        told += [("item", each) for each in parts_of(tree)]
    return told


def _models_in(tree: Any) -> Iterator[str]:
    """Names of the models that a job, or the list of its checkpoints, tells."""
    if type(tree) is dict:
        listed = tree.get("data")
        entries = [entry for entry in listed if type(entry) is dict] if type(listed) is list else []
        for one in (tree, *entries):
            for name in ("fine_tuned_model", "fine_tuned_model_checkpoint"):
                if type(told := one.get(name)) is str and is_tuned(told):
                    yield told
