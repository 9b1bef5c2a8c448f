"""What a client of this dialect replays that only another provider's answer put there.

A conversation that was answered by another provider holds sealed tool ids and unsigned thinking blocks. Claude would
refuse both, so they are taken out of a request that goes to it. Requests without such traces get no edit.
"""

from __future__ import annotations

from typing import Any, Final

from gateway.core.edits import REMOVED, Edit, Path
from gateway.dialects.state_in_ids import MARK, unseal

_BY: Final = "unseal"
_ID_OF: Final = {"tool_use": "id", "tool_result": "tool_use_id"}


def edits_of_history(tree: dict[str, Any]) -> list[Edit]:
    """The edits, none where the history is Claude's own. Trusts no type in `tree`."""
    edits: list[Edit] = []
    turns = tree.get("messages")
    for number, turn in enumerate(turns if type(turns) is list else ()):
        content = turn.get("content") if type(turn) is dict else None
        if type(content) is not list:
            continue
        at: Path = ("messages", number, "content")
        unsigned = [place for place, block in enumerate(content) if _is_unsigned(block)]
        if unsigned and len(unsigned) == len(content):
            edits.append(Edit(at[:2], REMOVED, _BY))
            continue
        edits += [Edit((*at, place), REMOVED, _BY) for place in unsigned]
        calls = False
        for place, block in enumerate(content):
            kind = block.get("type") if type(block) is dict else None
            member = _ID_OF.get(kind) if type(kind) is str else None
            if member is None:
                continue
            calls = calls or member == "id"
            shown_id = block.get(member)
            if type(shown_id) is str and MARK in shown_id:
                edits.append(Edit((*at, place, member), unseal(shown_id).id, _BY))
        if unsigned and calls and "thinking" in tree and _awaits_results(turns, number):
            # Claude does not think on from a tool use without the thinking before it.
            edits.append(Edit(("thinking",), REMOVED, _BY))
    return edits


def _is_unsigned(block: Any) -> bool:
    return type(block) is dict and block.get("type") == "thinking" and block.get("signature") in ("", None)


def _awaits_results(turns: Any, number: int) -> bool:
    """Whether the turn is the last of the assistant's."""
    return not any(type(turn) is dict and turn.get("role") == "assistant" for turn in turns[number + 1 :])
