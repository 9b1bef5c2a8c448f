"""One request to embed, as Gemini's clients write it: its text, and the settings that a batch repeats in each."""

from __future__ import annotations

from typing import Any

import msgspec

from gateway.core.edits import Path
from gateway.dialects.claims import MAX_COUNT, Ledger, wrong
from gateway.dialects.gemini.field_case import Members

_TASKS = (
    *("TASK_TYPE_UNSPECIFIED", "RETRIEVAL_QUERY", "RETRIEVAL_DOCUMENT", "SEMANTIC_SIMILARITY", "CLASSIFICATION"),
    *("CLUSTERING", "QUESTION_ANSWERING", "FACT_VERIFICATION", "CODE_RETRIEVAL_QUERY"),
)
"""By their numbers in Google's protocol buffers."""


class Settings(msgspec.Struct, frozen=True):
    dimensions: int | None
    task: str | None
    title: str | None


class OneRequest(msgspec.Struct, frozen=True):
    text: str
    settings: Settings

    def __repr__(self) -> str:
        return "<OneRequest>"


def read_one(value: Any, at: Path, ledger: Ledger) -> OneRequest:
    """Raises BadParameter."""
    request = Members(value, at, ledger)
    request.any("model")
    text = _text(request, ledger)
    dimensions = request.integer("outputDimensionality", "dimensions")
    if dimensions is not None and not 0 < dimensions <= MAX_COUNT:
        raise wrong(request.at("outputDimensionality"), "must be a positive whole number")
    task = request.word("taskType", _TASKS, "task_type")
    title = request.text("title", "title")
    request.leave()
    return OneRequest(text, Settings(dimensions, task, title))


def _text(request: Members, ledger: Ledger) -> str:
    """The parts of the content, joined; a part that is no text is noted, and has no counterpart elsewhere."""
    content = request.inside("content")
    if content is None:
        raise wrong(request.at("content"), "must be an object")
    content.any("role")
    texts: list[str] = []
    for at, value in content.several("parts"):
        part = Members(value, at, ledger)
        text = part.text("text")
        if text is None:
            ledger.note("opaque_part", at)
            continue
        texts.append(text)
        part.leave()
    content.leave()
    return "\n".join(texts)
