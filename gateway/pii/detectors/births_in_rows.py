"""Dates of birth in a row alone, without a head: `Kunz;Amina;28.09.90;Via Po 7;6900 Lugano`.

A row of four cells and more, of which one is a date of somebody who is grown up, and another a given name; or one is
of years in which people were born who are written about, and another a postcode with its town. Beside the given name
stands the surname.

Invariants
- Nothing in the row tells of what happened on that day.
- Linear: each line is read once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.detectors.date_forms import A_DATE, DATE_SOURCE, canonical_date
from gateway.pii.detectors.dates_beside import EVENT, grown, lived
from gateway.pii.detectors.name_neighbours import is_given_alone
from gateway.pii.detectors.name_reading import lowered, plausible_part
from gateway.pii.detectors.streets import TOWN_ALONE
from gateway.pii.detectors.words import COMMON, NO_NAMES, THINGS, is_nominal
from gateway.pii.labels import kind_of
from gateway.pii.linear import compiled
from gateway.pii.view import Found, Rule, View

_SIGNS = (b";", b"\t", b"|", b",")
_OPENS = rb"[;\t|,][ ]?[\"']?"
_CELL_PATTERN = compiled(_OPENS + rb"(?:" + DATE_SOURCE + rb")[\"']?[ ]?(?:[;\t|,\r\n]|$)")
_DATE = re.compile(DATE_SOURCE)
_BARE = b" \"'\r"
_FEWEST, _LONGEST = 4, 400


def _find(view: View) -> Iterator[Found]:
    data, read = view.data, -1
    for start, end in _CELL_PATTERN.spans(data):
        sign = data[start : start + 1]
        since, until = data.rfind(b"\n", 0, start) + 1, data.find(b"\n", start)
        line = data[since : until if until >= 0 else len(data)]
        if since == read or len(line) > _LONGEST or view.tables.at(start + 1) is not None:
            continue
        read = since
        cells = [cell.strip(_BARE) for cell in line.split(sign)]
        date = _DATE.search(data, start + 1, end)
        if date is None or len(cells) < _FEWEST or sign not in _SIGNS or EVENT.occurs(line):
            continue
        somebody = grown(date[0]) and any(is_given_alone(lowered(cell)) for cell in cells)
        if somebody or (lived(date[0]) and any(TOWN_ALONE.fullmatch(cell) for cell in cells)):
            yield Found(*date.span(), "date_of_birth", canonical_date(date[0]), 0.75, "birth-in-a-row")
            yield from _surname(since, line.split(sign))


def _surname(since: int, cells: list[bytes]) -> Iterator[Found]:
    """The cell beside a given name, before it rather than behind."""
    words = [cell.strip(_BARE) for cell in cells]
    first = next((number for number, word in enumerate(words) if is_given_alone(lowered(word))), None)
    for number in () if first is None else (first - 1, first + 1):
        if 0 <= number < len(words) and _is_surname(words[number], words[first or 0]):
            start = since + sum(len(cell) + 1 for cell in cells[:number]) + cells[number].index(words[number])
            yield Found(start, start + len(words[number]), "person", lowered(words[number]), 0.7, "name-in-a-row")
            return


def _is_surname(cell: bytes, given: bytes) -> bool:
    """Not `männlich` behind `Markus`."""
    alike = cell[:1].isupper() == given[:1].isupper()
    return alike and bool(plausible_part(cell)) and not _is_word(lowered(cell))


def _is_word(word: str) -> bool:
    return word in NO_NAMES or word in THINGS or word in COMMON or is_nominal(word) or kind_of(word) is not None


RULES = (Rule("birth-in-a-row", ("date_of_birth", "person"), A_DATE, _find, doubtful=True),)
