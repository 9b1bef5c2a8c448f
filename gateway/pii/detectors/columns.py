"""Columns without a head: what a column holds is told by its cells, and by what stands beside them.

Rows of comma-, semicolon-, tab- or bar-separated values, tuples of code, one to a line, and what SQL inserts without
naming columns. Dates beside persons are births if all are of years in which people were born; of words beside given
names one column is of surnames; digits are telephones if half of them are numbers that some country has.

Invariants
- Two rows at least, of equally many cells, but for what SQL inserts. A column is judged by its first rows; then each of
  its cells is taken that has the same form.
- Linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from gateway.pii.detectors.date_forms import DATE, canonical_date
from gateway.pii.detectors.name_reading import is_given, is_surname, lowered, plausible, plausible_part
from gateway.pii.detectors.phones import as_number
from gateway.pii.detectors.vehicles import PLATE_ALONE
from gateway.pii.detectors.words import NO_NAMES, THINGS, is_nominal
from gateway.pii.linear import compiled
from gateway.pii.markup import sql_rows
from gateway.pii.structure import split
from gateway.pii.view import DIGITS, Found, Rule, View

Span = tuple[int, int]
Row = list[Span]

_DELIMITERS = (b"\t", b";", b"|", b",")
_SAMPLE, _MOST_COLUMNS, _LONGEST_LINE = 24, 64, 2000
_MOST, _HALF = 0.6, 0.5
_FIRST_YEAR, _LAST_YEAR, _YOUNGEST, _YOUNGEST_ALONE = 1915, 2022, 2012, 2005
_YEAR = re.compile(rb"(?:19|20)[0-9]{2}")
_SHORT_YEAR = re.compile(rb"[0-9]{2}$")
_TIME = re.compile(rb"[T ]00:00[0-9:.Z+]*$")
_PHONE = re.compile(rb"[+(0-9][0-9 ()./\-]{6,20}[0-9]")
_FEWEST, _MOST_DIGITS = 8, 14
_PLATE = re.compile(PLATE_ALONE.pattern + rb"|[A-Z]{2}[ \-]?[0-9]{3}[ \-]?[A-Z]{2}|[A-Z]{2}[0-9]{2}[ ]?[A-Z]{3}")
_WORD = re.compile(rb"[A-Z\xc0-\xde][A-Za-z\xc0-\xff'\-]{1,30}")
_IDENTITY = re.compile(
    rb"756[.0-9]{10,13}|[A-Z]{2}[0-9]{2}[ ]?[0-9A-Z]{4}[0-9A-Z ]{8,30}|[A-Z]{6}[0-9]{2}[A-Z][0-9]{2}[A-Z0-9]{5}"
)
# A cell of digits between what separates cells, or alone on its line.
_CELL = rb"[;\t|,\"'\n][ ]?[+(]?[0-9]+[ ./\-][0-9./\- ]*[0-9][\"']?[ ]?[;\t|,\r\n)\]]|[;\t|,\"'\n][+(]?[0-9]{9}"
_CELL += rb"|[;\t|,][A-Z]{2}[ \-]?[0-9]{3}[ \-]?[A-Z]{2}[;\t|,\r\n]"
_VALUES = rb"(?i)\bvalues[ \t\r\n]*\("
_CELL_PATTERN, _VALUES_PATTERN = compiled(_CELL), compiled(_VALUES)
_OPENS, _CLOSES = b" \t([{", b" \t\r)]};,"


def _find(view: View) -> Iterator[Found]:
    data = view.data
    for rows in _grids(view):
        width = len(rows[0])
        columns = [[row[column] for row in rows] for column in range(min(width, _MOST_COLUMNS))]
        samples = [[data[slice(*cell)] for cell in column[:_SAMPLE] if cell[0] < cell[1]] for column in columns]
        yield from _judged(view, columns, samples)


def _judged(view: View, columns: list[Row], samples: list[list[bytes]]) -> Iterator[Found]:
    data = view.data
    given = _first(samples, _are_given)
    full = [number for number, sample in enumerate(samples) if _are_mostly(sample, _is_full)]
    phones = [number for number, sample in enumerate(samples) if _are_phones(view, columns[number], sample)]
    told = bool(given is not None or full or phones)
    told = told or any(_are_mostly(sample, _is_personal) for sample in samples)
    for number in phones:
        for start, end in columns[number]:
            if _PHONE.fullmatch(data, start, end):
                digits = bytes(byte for byte in data[start:end] if byte in DIGITS).decode()
                yield Found(start, end, "phone", digits, 0.7, "column-phone")
    if not told or len(columns) < 2:
        return
    births = _births(samples)
    for start, end in columns[births] if births is not None else ():
        date = DATE.match(data, start, end)
        if date:
            yield Found(*date.span(), "date_of_birth", canonical_date(date[0]), 0.75, "column-birth")
    for number, sample in enumerate(samples):
        if sample and all(_PLATE.fullmatch(text) for text in sample):
            for start, end in columns[number]:
                yield Found(start, end, "license_plate", _bare(data[start:end]), 0.7, "column-plate")
    for number in full:
        for cell in columns[number]:
            yield from _names(data, cell, plausible(data[slice(*cell)], structural=True))
    if given is not None:
        beside = _surnames(samples, given)
        for number in (given,) if beside is None else (given, beside):
            for cell in columns[number]:
                yield from _names(data, cell, plausible_part(data[slice(*cell)]))


def _names(data: bytes, cell: Span, spans: Sequence[Span]) -> Iterator[Found]:
    for begin, stop in spans:
        start, end = cell[0] + begin, cell[0] + stop
        yield Found(start, end, "person", lowered(data[start:end]), 0.7, "column-name")


def _bare(value: bytes) -> str:
    return value.translate(None, b" .'-").decode("latin-1").upper()


def _first(samples: list[list[bytes]], judge: Callable[[list[bytes]], bool]) -> int | None:
    return next((number for number, sample in enumerate(samples) if judge(sample)), None)


def _share(sample: list[bytes], judge: Callable[[bytes], bool]) -> float:
    return sum(judge(text) for text in sample) / len(sample) if sample else 0.0


def _are_mostly(sample: list[bytes], judge: Callable[[bytes], bool]) -> bool:
    """Whether it holds of most: asked until too many are others."""
    left = len(sample) - _MOST * len(sample)
    for text in sample:
        if not judge(text):
            left -= 1
            if left < 0:
                return False
    return bool(sample)


def _are_given(sample: list[bytes]) -> bool:
    return all(_WORD.match(text) for text in sample) and _are_mostly(sample, lambda text: is_given(lowered(text)))


def _is_full(text: bytes) -> bool:
    return b" " in text and bool(plausible(text, structural=False))


def _is_personal(text: bytes) -> bool:
    return b"@" in text or _IDENTITY.fullmatch(text) is not None


def _surnames(samples: list[list[bytes]], given: int) -> int | None:
    """The column beside that of given names: of two the one that has more surnames that are known."""
    near = [number for number in (given - 1, given + 1) if 0 <= number < len(samples) and _are_words(samples[number])]
    return max(near, key=lambda number: _share(samples[number], lambda text: is_surname(lowered(text))), default=None)


def _are_words(sample: list[bytes]) -> bool:
    return bool(sample) and all(
        _WORD.fullmatch(text) is not None
        and (word := lowered(text)) not in NO_NAMES
        and word not in THINGS
        and not is_nominal(word)
        for text in sample
    )


def _are_phones(view: View, column: Row, sample: list[bytes]) -> bool:
    if not sample or not all(
        _PHONE.fullmatch(text)
        and _FEWEST <= sum(byte in DIGITS for byte in text) <= _MOST_DIGITS
        and not DATE.match(text)
        for text in sample
    ):
        return False
    if not any(text[:1] in {b"+", b"0", b"("} for text in sample):
        return False
    cells = [cell for cell in column[:_SAMPLE] if cell[0] < cell[1]]
    return sum(as_number(view, *cell) for cell in cells) >= _HALF * len(cells)


def _births(samples: list[list[bytes]]) -> int | None:
    """The column of dates that lie furthest back, if people were born in all of their years."""
    latest = {
        number: max(years)
        for number, sample in enumerate(samples)
        if sample and (years := [year for text in sample if (year := _year(text))]) and len(years) == len(sample)
    }
    if not latest:
        return None
    number = min(latest, key=latest.__getitem__)
    if len(samples[number]) == 1:
        return number if latest[number] <= _YOUNGEST_ALONE else None
    same = len({_year(text) for text in samples[number]}) == 1  # what is played and paid is so in one year
    return number if latest[number] <= _YOUNGEST and not same else None


def _year(text: bytes) -> int:
    """Of a date alone; 0 for anything else, and for years in which nobody was born who is written about."""
    date = DATE.match(text)
    if date is None or (date.end() < len(text) and not _TIME.match(text, date.end())):
        return 0
    year = _YEAR.search(date[0])
    if year is None:
        short = _SHORT_YEAR.search(date[0])
        return 1900 + int(short[0]) if short and int(short[0]) >= 30 else 2000 + int(short[0]) if short else 0
    return int(year[0]) if _FIRST_YEAR <= int(year[0]) <= _LAST_YEAR else 0


def _grids(view: View) -> Iterator[list[Row]]:
    """Runs of rows with equally many cells, below no head."""
    data = view.data
    rows: list[Row] = []
    apart = b""
    for start, end in _lines(data) if b"\n" in data and _CELL_PATTERN.occurs(data) else ():
        delimiter = next((sign for sign in _DELIMITERS if data.find(sign, start, end) >= 0), b"")
        row = split(data, start, end, delimiter) if delimiter else [(start, end)]
        if start == end or not row or (rows and (delimiter != apart or len(row) != len(rows[0]))):
            if len(rows) > 1:
                yield rows
            rows = []
        if row and start < end and view.tables.at(row[0][0]) is None:
            rows.append(row)
            apart = delimiter
    if len(rows) > 1:
        yield rows
    if _VALUES_PATTERN.occurs(data):
        yield from (rows for rows in sql_rows(data) if rows[0] and len({len(row) for row in rows}) == 1)


def _lines(data: bytes) -> Iterator[Span]:
    """Without blanks and brackets around them; a line that is too long is as good as empty."""
    at = 0
    for line in data.split(b"\n"):
        left = line.lstrip(_OPENS)
        text = left.rstrip(_CLOSES) if len(line) <= _LONGEST_LINE else b""
        start = at + len(line) - len(left)
        yield start, start + len(text)
        at += len(line) + 1


_TYPES = ("date_of_birth", "person", "phone", "license_plate")
RULES = (Rule("column", _TYPES, (_VALUES,), _find, over_lines=(_CELL,), doubtful=True),)
