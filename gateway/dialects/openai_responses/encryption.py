"""Whose encrypted state an item holds: OpenAI and xAI speak one dialect, and neither can read the other's.

Told by form, since a relayed item carries no mark of ours: OpenAI's are Fernet tokens, which begin with the same six
letters until the year 2106; xAI's are bare base64, in items whose id is a UUID behind its prefix. What has neither form
is nobody's that we know, and goes along.
"""

from __future__ import annotations

import re
from typing import Any, Final, Literal

import msgspec

from gateway.core.messages import ProviderState

Issuer = Literal["openai", "xai"]

_FERNET: Final = "gAAAAA"
_UUID: Final = re.compile(r"[a-z]+_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?:_.{0,128})?")
_decode = msgspec.json.Decoder().decode


def issuer_of(item: dict[str, Any]) -> Issuer | None:
    """Who encrypted what the item holds; None where it holds nothing encrypted, or nobody's that we know."""
    encrypted, item_id = item.get("encrypted_content"), item.get("id")
    if type(encrypted) is not str:
        return None
    if encrypted.startswith(_FERNET):
        return "openai"
    return "xai" if type(item_id) is str and _UUID.fullmatch(item_id) is not None else None


def is_anothers(item: dict[str, Any], reader: Issuer) -> bool:
    issuer = issuer_of(item)
    return issuer is not None and issuer != reader


def state_is_foreign(provider_state: ProviderState, reader: Issuer) -> bool:
    """The same, of an item that travels as a provider state's JSON text."""
    try:
        item = _decode(provider_state.value)
    except msgspec.DecodeError:
        return False
    return type(item) is dict and is_anothers(item, reader)
