"""Output items, as an answer and the events of a stream show them.

What has no item: media other than images, opaque blocks of another dialect, candidates but the first.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from gateway.core.events import BlockOpened
from gateway.core.messages import Media, ProviderState
from gateway.dialects.openai_responses.calls import call_members
from gateway.dialects.openai_responses.items_in import PHASE
from gateway.dialects.openai_responses.reasoning import ITEM, is_foreign, shown_item, summary

_decode_item = msgspec.json.Decoder(dict[str, Any]).decode
_ENCODINGS: Final = {"image/png": "png", "image/jpeg": "jpeg", "image/jpg": "jpeg", "image/webp": "webp"}


def message(
    item_id: str, status: str, content: list[dict[str, Any]], phase: ProviderState | None = None
) -> dict[str, Any]:
    item = {"id": item_id, "type": "message", "status": status, "role": "assistant", "content": content}
    if phase is not None and phase.dialect == "openai_responses" and phase.kind == PHASE:
        item["phase"] = phase.value
    return item


def text_part(
    text: str, annotations: list[dict[str, Any]], logprobs: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    return {"type": "output_text", "annotations": annotations, "logprobs": logprobs or [], "text": text}


def refusal_part(text: str) -> dict[str, Any]:
    return {"type": "refusal", "refusal": text}


def reasoning(item_id: str, text: str, provider_state: ProviderState | None) -> dict[str, Any]:
    """The API's own item as it told it; else one of ours."""
    if provider_state is not None and not is_foreign(provider_state) and provider_state.kind == ITEM:
        try:
            return {**_decode_item(provider_state.value), "id": item_id}
        except (msgspec.MsgspecError, RecursionError):
            provider_state = None
    if not item_id.startswith("rs_gw_"):
        return {"id": item_id, "type": "reasoning", "summary": summary(text)}
    return shown_item(item_id, text, provider_state if is_foreign(provider_state) else None)


def call(
    item_id: str,
    call_id: str,
    name: str,
    arguments: str,
    status: str,
    *,
    custom: bool,
    provider_state: ProviderState | None,
    namespaced: tuple[str, str] | None = None,
) -> dict[str, Any]:
    """`namespaced`: the namespace and the name in it, where `name` is joined of both."""
    members = call_members(provider_state)
    if namespaced is not None:
        members["namespace"], name = namespaced
    if custom:
        told = {"id": item_id, "type": "custom_tool_call", "status": status, "call_id": call_id, "name": name}
        return {**told, "input": arguments, **members}
    return {
        "id": item_id,
        "type": "function_call",
        "status": status,
        "arguments": arguments,
        "call_id": call_id,
        "name": name,
        **members,
    }


def whole(opened: BlockOpened, image_id: str) -> dict[str, Any] | None:
    """The item of a block that comes in one piece: an image, or an item of the API's own; None for anything else."""
    if opened.kind == "media":
        return image(image_id, opened.media)
    dialect, value = opened.opaque
    return value if dialect == "openai_responses" and type(value) is dict else None


def image(item_id: str, media: Media | None) -> dict[str, Any] | None:
    """None where it is no image at hand."""
    if media is None or media.kind != "image" or media.data is None:
        return None
    encoding = _ENCODINGS.get(media.media_type or "image/png", "png")
    return {
        "id": item_id,
        "type": "image_generation_call",
        "status": "completed",
        "output_format": encoding,
        "result": media.data,
    }
