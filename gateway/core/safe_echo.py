"""What an error may say again of what was asked for: names of programs, and nothing that could be somebody's.

Errors go to whoever asked, and from there into logs; a path, a header or a model's name is free text like any other,
and a key that was put in the wrong place stands there whole.
"""

from __future__ import annotations

import re
from typing import Final

MOST_DIGITS: Final = 10
"""`claude-sonnet-4-5-20250929` has as many; numbers of accounts, people and cards have more."""

_PLAIN: Final = re.compile(r"[A-Za-z0-9._:/+-]{1,128}")
_DIGITS: Final = re.compile(r"[0-9]")
_KEY: Final = re.compile(r"(?<![A-Za-z0-9])(?:(?=[A-Za-z]*[0-9])[A-Za-z0-9]{16}|(?:gwk_|sk-|AIza)[A-Za-z0-9_-]{12})")
"""Letters and digits in one, longer than versions, sizes and dates are; or what keys begin with."""


def plain(text: str) -> bool:
    """Whether a text is a name as programs have them: without blanks, `@`, numbers of more than a date, and what looks
    like a key.
    """
    return (
        _PLAIN.fullmatch(text) is not None and len(_DIGITS.findall(text)) <= MOST_DIGITS and _KEY.search(text) is None
    )


def shown(text: str, what: str) -> str:
    """The text in quotes; `what` it is, where it is not plain."""
    return repr(text) if plain(text) else what


def code_on_record(code: str, status: int) -> str:
    """The code of an error for records, logs and traces: a provider's may be free text, told only to whoever asked."""
    return code if plain(code) else f"upstream_{status}"
