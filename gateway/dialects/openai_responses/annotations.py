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


def own_logprobs(told: list[Any]) -> list[dict[str, Any]]:
    """Log probabilities as a part shows them: `bytes` and `top_logprobs` are always there."""
    return [_measured(one) for one in told if type(one) is dict]


def _measured(one: dict[str, Any]) -> dict[str, Any]:
    top = one.get("top_logprobs")
    return {
        **_bare(one),
        "top_logprobs": [_bare(other) for other in (top if type(top) is list else ()) if type(other) is dict],
    }


def _bare(one: dict[str, Any]) -> dict[str, Any]:
    told = one.get("bytes")
    return {"token": one.get("token"), "bytes": told if type(told) is list else [], "logprob": one.get("logprob")}
