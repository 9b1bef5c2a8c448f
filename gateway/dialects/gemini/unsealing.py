"""Edits that take another dialect's state out of a request that goes to Gemini as it came.

A part's signature that holds foreign provider states goes; where the part is a function call, Google's word for calls
made elsewhere takes its place. Ids that carry state are cut back to the ids themselves, in calls and in responses.
"""

from __future__ import annotations

from typing import Any

from gateway.core.edits import REMOVED, Edit, Path
from gateway.dialects.gemini.signatures import UNVALIDATED, is_sealed
from gateway.dialects.state_in_ids import MARK, unseal

_BY = "retarget"


def unsealing_edits(tree: dict[str, Any]) -> list[Edit]:
    edits: list[Edit] = []
    contents = tree.get("contents")
    if type(contents) is not list or len(contents) < 2:
        return edits  # one content holds no history
    for number, content in enumerate(contents):
        parts = content.get("parts") if type(content) is dict else None
        if type(parts) is dict:
            _part(parts, ("contents", number, "parts"), edits)
        elif type(parts) is list:
            for place, part in enumerate(parts):
                if type(part) is dict and len(part) - ("text" in part):
                    _part(part, ("contents", number, "parts", place), edits)
    return edits


def _part(part: dict[str, Any], at: Path, edits: list[Edit]) -> None:
    for name in ("thoughtSignature", "thought_signature"):
        if name in part and is_sealed(part[name]):
            called = "functionCall" in part or "function_call" in part
            edits.append(Edit((*at, name), UNVALIDATED if called else REMOVED, _BY))
    for name in ("functionCall", "function_call", "functionResponse", "function_response"):
        inner = part.get(name)
        if type(inner) is dict and type(shown := inner.get("id")) is str and MARK in shown:
            edits.append(Edit((*at, name, "id"), unseal(shown).id, _BY))
