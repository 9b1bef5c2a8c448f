"""Ids for function calls that Gemini gave none.

Gemini pairs calls and results by name and order; every other dialect pairs by id. So a call without an id gets one
made from the answer's id and its number, or in a client's history from its number alone; the mark in it tells our
invention from an id that somebody gave, and an invented id is never sent to Gemini.
"""

from __future__ import annotations

import hashlib
import re

_MARK = "call_gemini_"
_NOT_ALLOWED = re.compile(r"[^A-Za-z0-9_-]")


def invented(answer_id: str, number: int) -> str:
    """The id of call `number` (from 0) of an answer: the same each time, in letters that every dialect allows."""
    if _NOT_ALLOWED.search(answer_id) or len(answer_id) > 40:
        answer_id = hashlib.sha256(answer_id.encode("utf-8", "surrogatepass")).hexdigest()[:24]
    return f"{_MARK}{answer_id}_{number}"


def invented_in_history(number: int) -> str:
    return f"{_MARK}{number}"


def is_invented(call_id: str) -> bool:
    return call_id.startswith(_MARK)
