"""Members of a call that only this API knows (`namespace`, `caller`, `async`): kept as the call's provider_state."""

from __future__ import annotations

from typing import Any, Final

import msgspec

from gateway.core.messages import ProviderState

MEMBERS: Final = "call_members"
"""The kind of provider state whose value is an object of such members, as JSON text."""

NAMES: Final = ("namespace", "caller", "async")
_DIRECT: Final = {"type": "direct"}
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(dict[str, Any]).decode


def members_of(item: dict[str, Any]) -> dict[str, Any]:
    return {name: item[name] for name in NAMES if item.get(name) not in (None, False, _DIRECT)}


def call_state(item: dict[str, Any]) -> ProviderState | None:
    """None for a plain call: one of no namespace, called by the model itself."""
    members = members_of(item)
    return ProviderState("openai_responses", MEMBERS, _encode(members).decode()) if members else None


def call_members(provider_state: ProviderState | None) -> dict[str, Any]:
    """What `call_state` kept; nothing where the provider state is another's or damaged."""
    if provider_state is None or provider_state.dialect != "openai_responses" or provider_state.kind != MEMBERS:
        return {}
    try:
        members = _decode(provider_state.value)
    except (msgspec.MsgspecError, RecursionError):
        return {}
    return {name: members[name] for name in NAMES if name in members}
