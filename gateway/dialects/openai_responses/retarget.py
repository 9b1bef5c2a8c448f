"""A request that is already in this dialect, sent on: the client's bytes and few edits.

A conversation that another provider answered holds sealed call ids, reasoning items of ours and item ids that the API
never gave. It would refuse or misread them, so they are taken out. Requests without such traces get no edit but the
model's name.
"""

from __future__ import annotations

from typing import Any

from gateway.core.edits import REMOVED, Edit
from gateway.dialects.codec import ANOTHERS, Envelope
from gateway.dialects.openai_chat.messages_out import fitting_id
from gateway.dialects.openai_chat.retarget import BY
from gateway.dialects.openai_responses.encryption import Issuer, is_anothers
from gateway.dialects.openai_responses.ids import LONGEST_ID, is_ours
from gateway.dialects.openai_responses.reasoning import unsealed
from gateway.dialects.state_in_ids import unseal


def retarget(tree: dict[str, Any], envelope: Envelope, model: str, reader: Issuer) -> tuple[Edit, ...]:
    """Trusts no type in `tree`. `reader` is who will read the request: what another encrypted is taken out."""
    edits: list[Edit] = []
    if envelope.model != model:
        edits.append(Edit(("model",), model, BY))
    items = tree.get("input")
    for number, item in enumerate(items if type(items) is list else ()):
        if type(item) is not dict:
            continue
        if item.get("type") == "reasoning" and _is_our_reasoning(item):
            edits.append(Edit(("input", number), REMOVED, BY))
            continue
        if is_anothers(item, reader):
            edits.append(Edit(("input", number), REMOVED, ANOTHERS))
            continue
        if is_ours(item.get("id")):
            edits.append(Edit(("input", number, "id"), REMOVED, BY))
        shown = item.get("call_id")
        if type(shown) is str and (right := fitting_id(unseal(shown).id, LONGEST_ID)) != shown:
            edits.append(Edit(("input", number, "call_id"), right, BY))
    return tuple(edits)


def _is_our_reasoning(item: dict[str, Any]) -> bool:
    encrypted = item.get("encrypted_content")
    return is_ours(item.get("id")) or (type(encrypted) is str and unsealed(encrypted) is not None)
