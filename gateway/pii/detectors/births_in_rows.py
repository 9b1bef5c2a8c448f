"""Dates of birth in a row alone, without a head: `Kunz;Amina;28.09.90;Via Po 7;6900 Lugano`.

A row of four cells and more, of which one is a date of somebody who is grown up, and another a given name; or one is
of years in which people were born who are written about, and another a postcode with its town. Beside the given name
stands the surname; and what is so in one row is so in those that are made like it.

Invariants
- Nothing in the row tells of what happened on that day.
- Linear: each line is read once.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

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


class _Row(NamedTuple):
    since: int
    sign: bytes
    cells: list[bytes]
    column: int
    """Of the date."""
    date: tuple[int, int]

    @property
    def words(self) -> list[bytes]:
        return [cell.strip(_BARE) for cell in self.cells]

    @property
    def form(self) -> tuple[bytes, int, int]:
        return self.sign, len(self.cells), self.column


def _find(view: View) -> Iterator[Found]:
    data = view.data
    by_form: dict[tuple[bytes, int, int], list[_Row]] = {}
    for row in _rows(view):
        by_form.setdefault(row.form, []).append(row)
    for alike in by_form.values():
        dates = [data[slice(*row.date)] for row in alike]
        columns = next(filter(None, map(_columns, alike)), ())
        at_home = any(
            lived(date) and any(map(TOWN_ALONE.fullmatch, row.words)) for date, row in zip(dates, alike, strict=True)
        )
        if not (at_home or (columns and any(map(grown, dates)))):
            continue
        for date, row in zip(dates, alike, strict=True):  # the children and the strange names among them, too
            yield Found(*row.date, "date_of_birth", canonical_date(date), 0.75, "birth-in-a-row")
            for number in columns:
                yield from _name(row, number)


def _rows(view: View) -> Iterator[_Row]:
    data, read = view.data, -1
    for start, end in _CELL_PATTERN.spans(data):
        sign = data[start : start + 1]
        since, until = data.rfind(b"\n", 0, start) + 1, data.find(b"\n", start)
        line = data[since : until if until >= 0 else len(data)]
        if since == read or len(line) > _LONGEST or view.tables.at(start + 1) is not None:
            continue
        read = since
        cells = line.split(sign)
        date = _DATE.search(data, start + 1, end)
        if date is not None and len(cells) >= _FEWEST and sign in _SIGNS and not EVENT.occurs(line):
            yield _Row(since, sign, cells, data.count(sign, since, start + 1), date.span())


def _columns(row: _Row) -> tuple[int, ...]:
    """The columns of a given name and of its surname, which stands before it rather than behind."""
    words = row.words
    first = next((number for number, word in enumerate(words) if is_given_alone(lowered(word))), None)
    if first is None:
        return ()
    beside = (number for number in (first - 1, first + 1) if 0 <= number < len(words))
    return first, *islice((number for number in beside if _is_surname(words[number], words[first])), 1)


def _name(row: _Row, number: int) -> Iterator[Found]:
    word = row.words[number]
    if plausible_part(word) and not _is_word(lowered(word)):
        start = row.since + sum(len(cell) + 1 for cell in row.cells[:number]) + row.cells[number].index(word)
        yield Found(start, start + len(word), "person", lowered(word), 0.7, "name-in-a-row")


def _is_surname(cell: bytes, given: bytes) -> bool:
    """Not `männlich` behind `Markus`."""
    alike = cell[:1].isupper() == given[:1].isupper()
    return alike and bool(plausible_part(cell)) and not _is_word(lowered(cell))


def _is_word(word: str) -> bool:
    return word in NO_NAMES or word in THINGS or word in COMMON or is_nominal(word) or kind_of(word) is not None


RULES = (Rule("birth-in-a-row", ("date_of_birth", "person"), A_DATE, _find, doubtful=True),)
