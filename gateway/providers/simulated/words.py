"""The imitated tokeniser: a token is a word of at most 12 characters with the white space before it.

Invariants
- `"".join(split(text)) == text`, so a stream of tokens is the text.
- Counting is deterministic and needs no vocabulary; it is no estimate of any real tokeniser.
"""

from __future__ import annotations

import re

_TOKEN = re.compile(r"\s*\S{1,12}|\s+")


def split(text: str) -> list[str]:
    """The tokens of `text`, in order."""
    return _TOKEN.findall(text)


def count(text: str) -> int:
    """Number of tokens in `text`."""
    return len(_TOKEN.findall(text))


def first_words(text: str, number: int) -> str:
    """The first `number` words, on one line."""
    return " ".join(text.split(None, number)[:number])
