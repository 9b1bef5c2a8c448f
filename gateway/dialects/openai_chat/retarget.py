"""A request that is already in this dialect, sent on: the client's bytes and few edits.

Invariants
- No edit where nothing must change: the bytes go out as they came.
- Usage is asked for in every stream; the client's other stream options stay.
- A lone token limit goes out by the name that the provider knows: the API's newer models refuse `max_tokens`, which is
  all that many a client sends, and engines pass over `max_completion_tokens` in silence. Two limits stay as they are.
- An id with sealed state, or one longer than the API takes, goes out as the provider may see it.
- `developer` goes to engines as `system`: most templates know no other name for it, and pass such a message over.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gateway.core.edits import REMOVED, Edit
from gateway.dialects.codec import Envelope
from gateway.dialects.openai_chat.flavours import Flavour
from gateway.dialects.openai_chat.messages_out import fitting_id
from gateway.dialects.state_in_ids import unseal

BY = "retarget"

_OTHER_LIMIT = {"max_completion_tokens": "max_tokens", "max_tokens": "max_completion_tokens"}


def retarget(tree: dict[str, Any], envelope: Envelope, model: str, flavour: Flavour) -> tuple[Edit, ...]:
    edits: list[Edit] = []
    if envelope.model != model:
        edits.append(Edit(("model",), model, BY))
    if envelope.stream and not envelope.include_usage:
        if tree.get("stream_options") is None:
            edits.append(Edit(("stream_options",), {"include_usage": True}, BY))
        else:
            edits.append(Edit(("stream_options", "include_usage"), True, BY))
    other = _OTHER_LIMIT[flavour.limit_field]
    if tree.get(other) is not None and tree.get(flavour.limit_field) is None:
        edits += Edit((other,), REMOVED, BY), Edit((flavour.limit_field,), tree[other], BY)
    if not flavour.developer_role:
        edits += _system_roles(tree)
    edits += id_edits(tree, lambda shown: fitting_id(unseal(shown).id, flavour.longest_call_id))
    return tuple(edits)


def _system_roles(tree: dict[str, Any]) -> list[Edit]:
    messages = tree.get("messages")
    return [
        Edit(("messages", number, "role"), "system", BY)
        for number, message in enumerate(messages if type(messages) is list else ())
        if type(message) is dict and message.get("role") == "developer"
    ]


def id_edits(tree: dict[str, Any], sent: Callable[[str], str]) -> list[Edit]:
    """An edit for each call's and result's id that the provider must see otherwise (`sent`)."""
    edits: list[Edit] = []
    messages = tree.get("messages")
    for number, message in enumerate(messages if type(messages) is list else ()):
        if type(message) is not dict:
            continue
        shown = message.get("tool_call_id")
        if type(shown) is str and (right := sent(shown)) != shown:
            edits.append(Edit(("messages", number, "tool_call_id"), right, BY))
        calls = message.get("tool_calls")
        for place, call in enumerate(calls if type(calls) is list else ()):
            shown = call.get("id") if type(call) is dict else None
            if type(shown) is str and (right := sent(shown)) != shown:
                edits.append(Edit(("messages", number, "tool_calls", place, "id"), right, BY))
    return edits
