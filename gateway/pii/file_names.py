"""Names of files as people read them: `kuendigung_meier_anna.pdf` tells who it is about.

Invariants
- Every reading has the file name's own offsets, so that what is found leads back to its characters.
- A row of words counts as somebody's name where a given name and a surname stand in it, in either order and in small
  letters, too; one that is a word besides (`rose_garden`, `may_price`) counts for neither.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from gateway.pii.detectors.given_names import GIVEN, WORDS
from gateway.pii.detectors.surnames import SURNAMES
from gateway.pii.detectors.words import NO_NAMES
from gateway.pii.json_text import Piece
from gateway.pii.texts import Spaced

MEMBERS: Final = frozenset({"filename", "file_name", "fileName", "displayName", "display_name", "document_name"})
PATHS: Final = frozenset({"path", "file_path", "filePath", "filepath", "file", "uri", "fileUri", "file_uri", "title"})
"""Members that hold names of files among others: most of them are programs', and of those hardly one reads so."""

HOLDING: Final = MEMBERS | PATHS

ENDING: Final = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,4}$")
LONGEST: Final = 4096
"""Characters of a path; what is longer is a file itself."""
LONGEST_NAME: Final = 4
"""Words of a name."""

_BETWEEN_WORDS: Final = re.compile(r"_|(?<=[^\W\d_])-(?=[^\W\d_])")
_WORD: Final = re.compile(r"[^\W\d_]+")
_BETWEEN: Final = frozenset("_-. ")
_TWO_LETTERS: Final = (("ae", "ä"), ("oe", "ö"), ("ue", "ü"))
_A_NAME: Final = ("name",)
_NEITHER: Final = (False, False)


def readings(member: str, written: str, names: tuple[str, ...], piece: Piece | None = None) -> list[Spaced]:
    """Each row of names in what `member`, one of HOLDING, holds.

    Of a file name alone, without folders, also the whole: with blanks for what stands between its words, and without
    its ending. So of a title of several words that ends as a file's name does.
    """
    if len(written) > LONGEST:
        return []
    stem = written[: ending.start()] if (ending := ENDING.search(written)) else written
    found = []
    if (member in MEMBERS or (ending and " " in stem)) and (spaced := _BETWEEN_WORDS.sub(" ", stem)) != written:
        found.append(Spaced(spaced, names, piece, written=stem))
    for start, end in _rows(stem):
        name = " ".join(word[:1].upper() + word[1:] for word in _WORD.findall(stem, start, end))
        if len(name) == end - start:
            found.append(Spaced(name, _A_NAME, piece, start, written=stem[start:end]))
    return found


def _rows(stem: str) -> Iterator[tuple[int, int]]:
    """(start, end) of words that follow each other, all of them parts of names, and of both kinds."""
    small = stem.lower()
    if GIVEN.isdisjoint(_WORD.findall(small)) and not any(two in small for two, _ in _TWO_LETTERS):
        return  # as nearly all are
    row: list[tuple[int, int]] = []
    kinds: list[tuple[bool, bool]] = []
    for word in _WORD.finditer(stem):
        kind = _kind(word[0].lower())
        if kind is _NEITHER and not row:
            continue
        if row and (word.start() != row[-1][1] + 1 or stem[row[-1][1]] not in _BETWEEN or not any(kind)):
            if _tells(kinds):
                yield row[0][0], row[-1][1]
            row, kinds = [], []
        if any(kind):
            row.append(word.span())
            kinds.append(kind)
    if _tells(kinds):
        yield row[0][0], row[-1][1]


def _kind(small: str) -> tuple[bool, bool]:
    """Whether a word is a given name, and whether it is a surname."""
    given, surname = small in GIVEN, small in SURNAMES
    for two, one in _TWO_LETTERS:
        if two in small:
            written = small.replace(two, one)
            given, surname = given or written in GIVEN, surname or written in SURNAMES
    if not (given or surname) or small in WORDS or small in NO_NAMES:
        return _NEITHER
    return given, surname


def _tells(kinds: list[tuple[bool, bool]]) -> bool:
    """Whether one word can be the given name and another the surname."""
    given, surnames = sum(first for first, _ in kinds), sum(last for _, last in kinds)
    return 2 <= len(kinds) <= LONGEST_NAME and given > 0 and surnames > 0
