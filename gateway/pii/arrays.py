"""Tables as programs write them: an array of names and arrays of values below it, or an array for each column.

`{"columns": ["name", "dob"], "data": [["…", "…"]]}`, `dob <- c("…", "…")`, `{"dob": ["…", "…"]}`: each value stands
below the name of its column, as a cell of a table does.

Invariants
- An array is a head only if two of its words announce something known; rows are arrays in an array, as wide as it.
- Linear in the length of the text: an array is read once, and one that nothing announces no further than a head goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from gateway.pii.labels import announced, kind_of
from gateway.pii.linear import backward, compiled

OTHERS: Final = "iban|ahv|avs|ssn|nhs|vin|ip|mac|uid|nir|nino|id|nr|no|plz|ort|zip|city|ville|citt"
"""Words of heads that announce none of the kinds that labels do."""

_OTHER_HEADS: Final = re.compile(
    rf"(?:^|[^a-z])(?:{OTHERS}|user|username|login|account|service|benutzer|benutzername|utilisateur|identifiant|utente"
    rf"|social[ _-]security[ _a-z]*|insurance[ _-]n[a-z]*)(?:$|[^a-z])"
)
RULES_OF_A_FIELD: Final = frozenset((b"required", b"nullable", b"optional", b"string", b"str"))
"""`'password' => ['required', 'min:8', 'confirmed']`: words of a schema, which says what a value may be."""

_FEWEST_KNOWN, _WIDEST, _LONGEST_NAME, _APART = 2, 64, 48, 96
_BRACKET, _QUOTE, _APOSTROPHE = b"[\"'"
_OPENS: Final = compiled(rb"(?:\[|\bc\()[ \t\r\n]*[\"'0-9\-]")
_ITEM: Final = re.compile(
    rb"[ \t\r\n]*(?:\"((?:[^\"\\\n]|\\.){0,400})\"|'((?:[^'\\\n]|\\.){0,400})'|([^ \t\r\n\"'\[\](){},:]{1,48}))"
    rb"[ \t\r\n]*(?:,[ \t\r\n]*(?=[\])]))?([,\])])"
)
_NAMED: Final = re.compile(rb"([A-Za-z\xc0-\xff_][A-Za-z\xc0-\xff0-9_.\- ]{0,47})[\"'\]]{0,2}[ ]?(?:=>?|:|<-)[ ]?$")
_IN_ARRAY: Final = re.compile(rb"[\[(,][ \t\r\n]*$")
_ANNOUNCED: Final = backward(announced(rb"(?:[\"'][,\]]|(?:=>?|:|<-)[ ]?(?:\[|c\())"))


class Array(NamedTuple):
    """`ends`: where it was read to; whole only if `closed`."""

    start: int
    ends: int
    items: list[tuple[int, int]]
    closed: bool


def is_head(name: str) -> bool:
    """Whether the word above a column announces anything known."""
    return kind_of(name) is not None or _OTHER_HEADS.search(name.lower()) is not None


def are_heads(names: Sequence[str]) -> bool:
    """Whether these words stand above columns."""
    if not _FEWEST_KNOWN <= len(names) <= _WIDEST or any(len(name) > _LONGEST_NAME for name in names):
        return False
    return sum(map(is_head, names)) >= _FEWEST_KNOWN


def has_arrays(data: bytes) -> bool:
    """Whether a text may hold such a table: most are told by a sign or two."""
    if not (_BRACKET in data or data.find(b"c(") >= 0) or not (_QUOTE in data or _APOSTROPHE in data):
        return False
    return _ANNOUNCED.occurs(data[::-1])


def array_cells(data: bytes) -> Iterator[tuple[int, int, str]]:
    """(start, end, name of the column), in the order of the text."""
    names: list[str] = []
    at = last = 0
    while True:
        start, opened = _OPENS.first(data, at)
        if start < 0:
            return
        named = _NAMED.search(data, max(0, start - 56), start)
        label = named[1].decode("latin-1") if named else ""
        known = bool(label) and is_head(label)
        array = _array(data, start, opened - 1, None if known else _WIDEST)
        at = max(opened, array.ends)
        row = names and array.closed and len(array.items) == len(names) and start - last <= _APART
        if row and _IN_ARRAY.search(data, max(0, start - 32), start):
            last = array.ends
            yield from _below(array, names)
        elif known:
            if RULES_OF_A_FIELD.isdisjoint(data[slice(*item)] for item in array.items):
                yield from ((*item, label) for item in array.items)
        elif array.closed:
            heads = [data[slice(*item)].decode("latin-1") for item in array.items]
            names, last = (heads, array.ends) if are_heads(heads) else ([], 0)


def _below(array: Array, names: list[str]) -> Iterator[tuple[int, int, str]]:
    for (start, end), name in zip(array.items, names, strict=True):
        if start < end:
            yield start, end, name


def _array(data: bytes, start: int, at: int, most: int | None) -> Array:
    """An array's strings and numbers, as far as it holds nothing else, and no more than `most` and one."""
    items: list[tuple[int, int]] = []
    while most is None or len(items) <= most:
        item = _ITEM.match(data, at)
        if item is None:
            return Array(start, at, items, closed=False)
        items.append(item.span(next(group for group in (1, 2, 3) if item[group] is not None)))
        at = item.end()
        if item[4] != b",":
            return Array(start, at, items, closed=True)
    return Array(start, at, items, closed=False)
