"""Reasoning items, and the state that they carry.

    {"type": "reasoning", "id", "summary": [{"type": "summary_text", "text"}],
     "content": [{"type": "reasoning_text", "text"}], "encrypted_content"}

The API's own item is replayed whole and byte for byte: its provider state is the item's JSON text. Reasoning of another
dialect is shown as an item of ours, with its text as summary and its provider state sealed into `encrypted_content`,
which clients that keep their state themselves (Codex) send back.

Invariants
- `unsealed(sealed(part))` gives back the part's text and provider state; a foreign `encrypted_content` gives None.
- Parts of a summary are paragraphs: an empty line stands between them.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from gateway.core.messages import ProviderState, Reasoning
from gateway.dialects.state_in_ids import MARK, seal, unseal

ITEM: Final = "reasoning_item"
"""The kind of provider state whose value is a whole reasoning item, as JSON text."""
BORDER: Final = "\n\n"

_SEAL: Final = "gw"
_EMPTY: Final = _SEAL + MARK
_encode = msgspec.json.Encoder().encode


def text_of(item: dict[str, Any]) -> str:
    """What the item shows: its summary, then its content."""
    texts: list[str] = []
    for name in ("summary", "content"):
        parts = item.get(name)
        for part in parts if type(parts) is list else ():
            text = part.get("text") if type(part) is dict else None
            if type(text) is str and text:
                texts.append(text)
    return BORDER.join(texts)


def provider_state_of(item: dict[str, Any]) -> ProviderState:
    return ProviderState("openai_responses", ITEM, _encode(item).decode())


def holds_state(item: dict[str, Any]) -> bool:
    """Whether the item is worth replaying where nothing is stored: an id and a summary alone mean nothing there."""
    return bool(item.get("encrypted_content") or item.get("content"))


def is_foreign(provider_state: ProviderState | None) -> bool:
    return provider_state is not None and provider_state.dialect != "openai_responses"


def shown_item(shown_id: str, text: str, provider_state: ProviderState | None) -> dict[str, Any]:
    """An item of ours for reasoning that is not the API's.

    The seal is there even where it holds nothing: clients that leave ids out still send an item that says whose it is.
    """
    encrypted = sealed(Reasoning(text=text, provider_state=provider_state))
    return {"id": shown_id, "type": "reasoning", "summary": summary(text), "encrypted_content": encrypted}


def summary(text: str) -> list[dict[str, Any]]:
    return [{"type": "summary_text", "text": text}] if text else []


def sealed(part: Reasoning) -> str:
    return _EMPTY if part.provider_state is None else seal(_SEAL, None, (part,))


def unsealed(encrypted_content: str | None) -> tuple[Reasoning, ...] | None:
    """What `sealed` put in; None where the API itself encrypted. An empty or damaged seal holds nothing."""
    if encrypted_content is None or not encrypted_content.startswith(_EMPTY):
        return None
    return unseal(encrypted_content).reasoning
