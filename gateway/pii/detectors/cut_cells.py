"""Numbers with a check digit over the cells of a table: `id;card_1;card_2;card_3;card_4` and `4;4539;1488;0343;6467`.

The same over members of JSON is read by `gateway.pii.cut_values`.

Invariants
- Linear: a cell is part of one run at most, and a run that is longer than any number is left alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Final

from gateway.pii.cut_values import MOST_PIECES, numbered
from gateway.pii.detectors.number_kinds import KINDS
from gateway.pii.structure import Cell
from gateway.pii.view import Found, Rule, View

_WORDS: Final = rb"(?:iban|konto|compte|conto|card|kart|cart|ahv|avs|nir|steuer|nhs)"
_PROBE: Final = rb"(?i)" + _WORDS + rb"[a-z0-9_\-. ]*[0-9][^A-Za-z0-9]"
_PIECE: Final = re.compile(rb"[0-9A-Za-z]{1,8}")
_KINDS: Final = tuple((kind, re.compile(rb"(?i)" + kind.words)) for kind in KINDS)


def _find(view: View) -> Iterator[Found]:
    for called, run in groupby(view.tables.cells, key=lambda cell: numbered(cell.head)):
        if called is None:
            continue
        said = [(kind, words) for kind, words in _KINDS if words.search(called.encode("latin-1", "replace") + b" ")]
        for row in _rows(view.data, run) if said else ():
            if len(row) == 1:  # in one piece it is found by the rule of its type
                continue
            text = b"".join(view.data[cell.start : cell.end] for cell in row).decode("latin-1").upper()
            for kind, _ in said:
                if len(text) in kind.lengths and kind.holds(text):
                    yield Found(row[0].start, row[-1].end, kind.type, text, 0.92, "cut-over-cells")
                    break


def _rows(data: bytes, cells: Iterator[Cell]) -> Iterator[list[Cell]]:
    """Cells that follow each other in one line, with nothing between them but what parts columns."""
    row: list[Cell] = []
    for cell in cells:
        piece = _PIECE.fullmatch(data, cell.start, cell.end) is not None
        if row and (not piece or b"\n" in data[row[-1].end : cell.start]):
            if len(row) <= MOST_PIECES:
                yield row
            row = []
        if piece:
            row.append(cell)
    if len(row) <= MOST_PIECES and row:
        yield row


RULES = (Rule("cut-over-cells", tuple(dict.fromkeys(kind.type for kind in KINDS)), (_PROBE,), _find),)
