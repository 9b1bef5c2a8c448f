"""Expressions written as people read them: named pieces between angle brackets, letters as letters.

Invariants
- Pieces that repeat without a bound stand only before something that has to follow, so every search stays linear and
  the automaton small.
"""

from __future__ import annotations

import re

_U, _L = "A-ZÀ-ÖØ-Þ", "a-zß-öø-ÿ"
_PIECES = {
    "<U>": _U,
    "<L>": _L,
    "<CAP>": rf"[{_U}][{_U}{_L}'\-]+\.?",
    "<WORD>": rf"[{_U}{_L}][{_U}{_L}'\-]+",
    "<NO>": r"[0-9]{1,4}(?:[ ]?(?:[a-zA-Z]|bis|ter)\b)?"
    # `12 - 14`, but not `12 - 1003 Lausanne`
    r"(?:(?:[-/][0-9]{1,4}|[ ]?[-/][ ]?[0-9]{1,3}\b)[a-z]?(?:/[0-9]{1,3}[a-z]?){0,2})?",
    "<LINE>": r"(?:,[ ]?|,?[ ]?\r?\n[ \t>]{0,4})",
}
_PIECE = re.compile("|".join(_PIECES))


def shape(text: str) -> bytes:
    """The expression, over folded texts. Its own blanks are written `[ ]`; breaks and indents are no part of it."""
    joined = "".join(line.strip() for line in text.splitlines())
    return _PIECE.sub(lambda piece: _PIECES[piece[0]], joined).encode("latin-1")
