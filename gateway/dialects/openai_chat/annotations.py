"""Citations as `url_citation` annotations, where they can be said that way.

A url_citation says which characters of the content a web page supports. OpenAI's own pass as they are; those of other
dialects pass where they name a URL, with the span that the issuer told, else that of the text block they stand on.
What cites no URL (a page of a document, a reference number) has no counterpart and is left out.
"""

from __future__ import annotations

from typing import Any

from gateway.core.messages import Dialect


def annotation(dialect: Dialect, citation: Any, start: int, end: int) -> dict[str, Any] | None:
    """`start` and `end`: the cited block within the content, in characters."""
    if type(citation) is not dict:
        return None
    if dialect == "openai_chat":
        return citation
    web = citation.get("web")
    told: dict[str, Any] = web if type(web) is dict else citation
    url = told.get("url") or told.get("uri")
    if type(url) is not str or not url.startswith(("http://", "https://")):
        return None
    title = told.get("title")
    first, last = told.get("start_index"), told.get("end_index")
    return {
        "type": "url_citation",
        "url_citation": {
            "start_index": first if type(first) is int else start,
            "end_index": last if type(last) is int else end,
            "title": title if type(title) is str else "",
            "url": url,
        },
    }
