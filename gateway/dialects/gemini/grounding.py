"""What Google bills for an answer's grounding, read from `groundingMetadata`.

Sources: Gemini API, "Grounding with Google Search": models before Gemini 3 are billed by the answer that searched,
later ones by each query that is neither empty nor a repetition; Google Maps is billed by the answer. Pages that a URL
in the prompt names (`urlContext`) are billed as tokens alone, though they stand in the same place.
"""

from __future__ import annotations

from typing import Any, Final

from gateway.core.usage import Calls
from gateway.dialects.billed_calls import searches_by_answer

_QUERIES: Final = ("webSearchQueries", "imageSearchQueries")


class Grounding:
    """What one answer was grounded on, over all of its chunks and candidates."""

    __slots__ = ("_maps", "_queries")

    def __init__(self) -> None:
        self._queries: set[str] = set()
        self._maps = False

    def take(self, candidate: Any) -> None:
        metadata = candidate.get("groundingMetadata") if type(candidate) is dict else None
        if type(metadata) is not dict:
            return
        for name in _QUERIES:
            queries = metadata.get(name)
            if type(queries) is list:
                self._queries.update(query for query in queries if type(query) is str and query)
        chunks = metadata.get("groundingChunks")
        if metadata.get("googleMapsWidgetContextToken") or type(chunks) is list:
            named = any(type(chunk) is dict and chunk.get("maps") is not None for chunk in chunks or ())
            self._maps |= named or bool(metadata.get("googleMapsWidgetContextToken"))

    def calls(self, model: str) -> Calls | None:
        """None where nothing is billed so."""
        searches = len(self._queries)
        if searches and searches_by_answer(model):
            searches = 1
        return Calls(web_search=searches, map_search=int(self._maps)) if searches or self._maps else None


def calls_grounded(tree: dict[str, Any]) -> Calls | None:
    """Of an answer that came whole."""
    grounding, candidates = Grounding(), tree.get("candidates")
    for candidate in candidates if type(candidates) is list else ():
        grounding.take(candidate)
    return grounding.calls(str(tree.get("modelVersion") or ""))
