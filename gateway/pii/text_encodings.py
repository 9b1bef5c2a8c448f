"""What the bytes of a file say as text: UTF-8, UTF-16 where a mark begins it, and what Windows writes in the West.

Excel saves "CSV" in Windows-1252 and "Unicode text" in UTF-16. A file in either is read, and leaves in UTF-8 where
something in it was replaced.

Invariants
- None for whatever else it is, since what is read in a wrong encoding hides names. Nothing in the bytes says that it is
  Windows-1252: so it is only where all signs beyond ASCII are letters and marks that Western languages write, with no
  mark inside a word (as there are in other encodings, `M\u201eller`), and those letters are few.

Source: the mark is that of RFC 2781, 3.2; Windows-1252 is that of the WHATWG's Encoding Standard.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from typing import Final

_CONTROL: Final = re.compile(rb"[\x00-\x08\x0e-\x1f]")
_CONTROL_CHARACTER: Final = re.compile("[\x00-\x08\x0e-\x1f]")
# Without letters that stand for others elsewhere: of the Turks, of Mac OS, of DOS, and the last of the Russians.
_LETTERS: Final = rb"\xc0-\xcf\xd1-\xd6\xd8-\xdc\xdf-\xef\xf1-\xf6\xf8-\xfc\x8c\x9c"
_MARKS: Final = rb"\x80\x84\x85\x89\x8b\x91-\x97\x99\x9b\xa0-\xb1\xb4-\xbf\xd7\xf7"
_BEYOND: Final = re.compile(rb"[" + _LETTERS + rb"]")
_LETTER: Final = re.compile(rb"[A-Za-z" + _LETTERS + rb"]")
_NEITHER: Final = re.compile(rb"[^\x00-\x7f" + _LETTERS + _MARKS + rb"]")
_APOSTROPHES: Final = rb"\x91\x92\x96\xad\xb7"
_WITHIN_A_WORD: Final = re.compile(
    rb"[A-Za-z" + _LETTERS + rb"](?![" + _APOSTROPHES + rb"])[" + _MARKS + rb"][a-z" + _LETTERS + rb"]"
)
_MOST_LETTERS: Final = 0.25
"""Of a word in a Western language; Greek and Russian have hardly another letter."""


def text_of_bytes(data: bytes) -> str | None:
    """The text, without its mark; None where it is none, or in an encoding that cannot be told."""
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return _decoded(data, "utf-16")
    if _CONTROL.search(data) is not None:
        return None
    text = _decoded(data, "utf-8")
    return text if text is not None or not _is_western(data) else _decoded(data, "windows-1252")


def _decoded(data: bytes, encoding: str) -> str | None:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    return None if _CONTROL_CHARACTER.search(text) else text


def _is_western(data: bytes) -> bool:
    if _NEITHER.search(data) is not None or _WITHIN_A_WORD.search(data) is not None:
        return False
    return len(_BEYOND.findall(data)) <= _MOST_LETTERS * len(_LETTER.findall(data))
