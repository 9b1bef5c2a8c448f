"""Texts that come as a tokeniser's ids: LangChain and others cut what they embed to a model's length, and send the ids.

Invariants
- The ids are read as those of `cl100k_base`, which all embedding models and all instructable completion models of
  OpenAI's take, and all clients fall back on. What it does not know is no text, and refused as an unread file is.
- What is replaced becomes ids again; a list in which nothing is replaced stays as it came.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from gateway.core.edits import Path
from gateway.tokens.encodings import EncodingName, encoding

MEMBERS: Final = frozenset({"input", "prompt"})
_TOKENISER: Final[EncodingName] = "cl100k_base"


class TokenIds(msgspec.Struct, frozen=True):
    """The ids at `path`."""

    path: Path
    ids: Sequence[int]

    def __repr__(self) -> str:
        return f"<TokenIds {len(self.ids)}>"


def token_ids_in(value: Sequence[Any], path: Path) -> Iterator[TokenIds]:
    """A list of ids, or those among its entries."""
    if type(value[0]) is int:
        if _are_ids(value):
            yield TokenIds(path, value)
        return
    for number, entry in enumerate(value):
        if type(entry) is list and entry and _are_ids(entry):
            yield TokenIds((*path, number), entry)


def text_of(ids: Sequence[int]) -> str | None:
    """None where one of them is none of the tokeniser's. The first time it takes half a second."""
    try:
        return encoding(_TOKENISER).decode(ids)
    except (KeyError, OverflowError):
        return None


def ids_of(text: str) -> list[int]:
    return encoding(_TOKENISER).encode_ordinary(text)


def _are_ids(entries: Sequence[Any]) -> bool:
    return all(type(entry) is int for entry in entries)
