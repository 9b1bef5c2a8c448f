"""What a model drew or spoke, as chat clients read it: `images` (as OpenRouter and LiteLLM show them) and `audio`."""

from __future__ import annotations

from typing import Any

from gateway.core.messages import Media
from gateway.dialects.openai_chat.messages_out import media_url


def shown_media(media: Media, call_id: str) -> dict[str, Any]:
    """Members for a message or a delta; empty where the dialect has no place for this kind."""
    if media.kind == "image" and (url := media_url(media, "image/png")) is not None:
        return {"images": [{"type": "image_url", "image_url": {"url": url}}]}
    if media.kind == "audio" and media.data is not None:
        return {"audio": {"id": call_id, "data": media.data, "expires_at": 0, "transcript": ""}}
    return {}
