"""A call's arguments, for those who take a JSON object and nothing else.

Models write arguments that are no JSON, most often because they ran out of tokens in the middle. OpenAI and Mistral
take such a call back in the history, as they take any text; Claude, Gemini and the templates of local engines read
objects only. There it goes as `{"input": "the text"}`, like what a freeform tool was told, and the client hears of it
(`tool_arguments`): a refusal would end the conversation, since no later request could be without that call.
"""

from __future__ import annotations

from typing import Any

import msgspec

from gateway.core.edits import Path
from gateway.dialects.claims import Ledger

_object = msgspec.json.Decoder(dict[str, Any]).decode
_EMPTY = msgspec.Raw(b"{}")


def note_arguments(arguments: str, at: Path, ledger: Ledger) -> None:
    """Note arguments that are no object as the feature that only some dialects carry."""
    if arguments.strip() and object_text(arguments) is None:
        ledger.note("tool_arguments", at)


def arguments_object(arguments: str) -> msgspec.Raw | dict[str, Any]:
    """The object, digit for digit; no arguments are an empty one, and text that is none stands in `input`."""
    if not arguments.strip():
        return _EMPTY
    raw = object_text(arguments)
    return {"input": arguments} if raw is None else raw


def object_text(text: str) -> msgspec.Raw | None:
    """`text` where it is a JSON object, on one line."""
    if not text.lstrip(" \t\r\n").startswith("{"):
        return None
    try:
        _object(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return None
    raw = text.encode("utf-8")
    return msgspec.Raw(msgspec.json.format(raw, indent=-1) if b"\n" in raw or b"\r" in raw else raw)
