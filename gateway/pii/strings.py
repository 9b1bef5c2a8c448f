"""The strings of an answer that come whole: each with its path, but for those that must stay as they are.

Invariants
- Opaque state, ids, types and the bytes of media stay; so does reasoning that is signed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from gateway.core.edits import Edit, Path, Renamed, edited
from gateway.pii.channel import Channels
from gateway.pii.citations import citation_edits
from gateway.pii.logprobs import LOST, logprobs_edits
from gateway.pii.members import BYTES, OPAQUE

STAGE: Final = "restore"
_KEPT: Final = OPAQUE | BYTES | {"id", "type", "object", "model", "role", "call_id", "item_id", "obfuscation"}

_SHORTEST: Final = 6
"""Of a name that can be a token, or personal data that the model made up."""

_SIGNED: Final = frozenset({"thinking", "redacted_thinking", "thinking_delta", "signature_delta"})
"""Anthropic's; Mistral's thinking is a list of texts, and free."""


def strings(node: Any, path: Path = ()) -> Iterator[tuple[Path, str, bool]]:
    """(path, text, whether it is the name of the member there) of every string that may be changed."""
    if type(node) is dict:
        kind = node.get("type")
        # The members of a tool's arguments may be called anything, and be of any type.
        if type(kind) is str and kind in _SIGNED and type(node.get("thinking")) is not list:
            return
        signed = node.get("thought") is True and "thoughtSignature" in node
        for name, value in node.items():
            if not name.isalpha() and len(name) >= _SHORTEST and not name.replace("_", "").isalpha():
                yield (*path, name), name, True
            if type(value) is str:
                if name not in _KEPT and not (signed and name == "text"):
                    yield (*path, name), value, False
            elif type(value) is dict or type(value) is list:
                yield from strings(value, (*path, name))
    elif type(node) is list:
        for number, value in enumerate(node):
            if type(value) is str:
                yield (*path, number), value, False
            elif type(value) is dict or type(value) is list:
                yield from strings(value, (*path, number))


def restoring_edits(tree: Any, channels: Channels, left_out: frozenset[Path] = frozenset()) -> list[Edit]:
    """The edits that put values into the strings of a tree and into the names of its members, and move citations."""
    edits = [
        Edit(path, Renamed(changed) if names else changed, STAGE)
        for path, text, names in strings(tree)
        if path not in left_out and (changed := channels.whole(text)) != text
    ]
    if edits:
        values = {edit.at: edit.value for edit in edits}
        edits += citation_edits(tree, STAGE, values, channels.moves)
        if measured := list(logprobs_edits(tree, STAGE, values, channels.moves)):
            channels.lost.add(LOST)
            edits += measured
    return edits


def restored_tree(node: Any, channels: Channels) -> Any:
    """The same as a value."""
    if type(node) is str:
        return channels.whole(node)
    return edited(node, restoring_edits(node, channels))
