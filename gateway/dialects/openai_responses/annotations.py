"""Citations as annotations of an `output_text` part.

The API's own pass as they are; those of other dialects pass where they name a URL, as in `openai_chat.annotations`.
"""

from __future__ import annotations

from typing import Any

from gateway.core.messages import Dialect
from gateway.dialects.openai_chat.annotations import annotation as chat_annotation


def annotation(dialect: Dialect, citation: Any, end: int) -> dict[str, Any] | None:
    """`end`: how long the cited text is, in characters."""
    if dialect == "openai_responses":
        return citation if type(citation) is dict else None
    said = chat_annotation(dialect, citation, 0, end)
    inner = None if said is None else said.get("url_citation")
    if type(inner) is not dict or type(inner.get("url")) is not str:
        return None
    title, first, last = inner.get("title"), inner.get("start_index"), inner.get("end_index")
    return {
        "type": "url_citation",
        "start_index": first if type(first) is int else 0,
        "end_index": last if type(last) is int else end,
        "title": title if type(title) is str else "",
        "url": inner["url"],
    }
