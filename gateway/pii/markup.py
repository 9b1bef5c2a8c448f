"""Tables that are written in markup: rows of HTML and of MediaWiki, and what a statement of SQL inserts or copies.

Invariants
- Spans of the text, as those of `gateway.pii.structure`, in its order. Linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from gateway.pii.labels import kind_of

_TAG = re.compile(rb"(?i)<(/?)(table|tr|th|td)(?:[ \t\r\n][^<>]{0,400})?>")
_ANY_TAG = re.compile(rb"<[^<>]{1,400}>")
_INSERT = re.compile(
    rb"(?i)insert[ \t\r\n]{1,8}into[ \t\r\n]{1,8}[^\s()]{1,120}[ \t\r\n]{0,8}\(([^()]{1,2000})\)\s{0,8}values?\s{0,8}"
)
# `'Moss'`, `DATE '1980-04-17'`, `'1980-04-17'::date`, `TO_DATE('17.04.1980', 'DD.MM.YYYY')`, `"Moss"`, `42`
_LITERAL = re.compile(
    rb"[ \t\r\n]{0,40}(?:(?:[A-Za-z_]{1,24}[ ]?)?'((?:[^']|''){0,4000})'(?:::[a-z]{1,24})?"
    rb"|[A-Za-z_]{1,24}\([ ]?'([^']{0,400})'[^()]{0,60}\)|\"([^\"]{0,4000})\"|([^,()'\"]{1,400}))"
    rb"[ \t\r\n]{0,40}([,)])"
)
_LITERAL_ENDS = 5
_COPY = re.compile(
    rb"(?i)copy[ \t]{1,8}[^\s()]{1,120}[ \t]{0,8}\(([^()]{1,2000})\)[ \t]{1,8}from[ \t]{1,8}stdin[^\n]{0,80}\n"
)
_ROW = re.compile(rb"[ \t\r\n,]{0,40}\(")
_WIDEST = 48

Span = tuple[int, int, str]
"""(start, end, the head above it)."""


def html_cells(data: bytes) -> Iterator[Span]:
    """Cells below the heads of the first row.

    A head at the left of a row names the cell beside it; where that and the head above tell of a kind of data, both do:
    below `Password`, `guest` is an account, below `Client`, `Password` is a head.
    """
    heads: list[str] = []
    row: list[tuple[int, int, bool]] = []
    opened: tuple[int, bool] | None = None
    for tag in _TAG.finditer(data):
        closing, name = tag[1] == b"/", tag[2].lower()
        if opened and (closing or name in {b"tr", b"td", b"th"}):
            row.append((*_bare(data, opened[0], tag.start()), opened[1]))
            opened = None
        if name in {b"th", b"td"} and not closing:
            opened = tag.end(), name == b"th"
        elif name == b"table":
            heads, row = [], []
        elif name == b"tr" and row:
            texts = [data[start:end].decode("latin-1")[:_WIDEST] for start, end, _ in row]
            form = len(row) == 2 and kind_of(texts[0]) is not None and kind_of(texts[1]) is None
            if not heads and not form and not (row[0][2] and not all(is_head for _, _, is_head in row)):
                heads = texts
            else:
                for number, (start, end, is_head) in enumerate(row):
                    beside = texts[number - 1] if number and (row[number - 1][2] or form) else None
                    above = heads[number] if number < len(heads) else ""
                    telling = [head for head in (above, beside) if head and kind_of(head)]
                    for head in telling or [beside or above]:
                        if not is_head and head and start < end:
                            yield start, end, head
            row = []


def sql_cells(data: bytes) -> Iterator[Span]:
    """The values that an `INSERT` puts into the columns that it names."""
    for insert in _INSERT.finditer(data):
        columns = [name.strip(b' \t\r\n"`[]').decode("latin-1")[:_WIDEST] for name in insert[1].split(b",")]
        at = insert.end()
        while row := _ROW.match(data, at):
            at = row.end()
            for number in range(len(columns) + 1):
                literal = _LITERAL.match(data, at)
                if not literal:
                    return
                start, end = _value(literal)
                if number < len(columns) and start < end and columns[number]:
                    yield start, end, columns[number]
                at = literal.end()
                if literal[_LITERAL_ENDS] == b")":
                    break


def _value(literal: re.Match[bytes]) -> tuple[int, int]:
    return next(literal.span(group) for group in range(1, _LITERAL_ENDS) if literal[group] is not None)


def copied_cells(data: bytes) -> Iterator[Span]:
    """The values that lie below a `COPY ... FROM stdin`, as a dump has them: a line a row, tabs between."""
    for copy in _COPY.finditer(data):
        columns = [name.strip(b' \t"').decode("latin-1")[:_WIDEST] for name in copy[1].split(b",")]
        at = copy.end()
        while at < len(data) and data[at : at + 2] != b"\\.":
            stop = data.find(b"\n", at)
            stop = len(data) if stop < 0 else stop
            for column in columns:
                end = data.find(b"\t", at, stop)
                end = stop if end < 0 else end
                if at < end:
                    yield at, end, column
                at = min(end + 1, stop)
            at = stop + 1


def wiki_cells(data: bytes) -> Iterator[Span]:
    """Cells of MediaWiki: heads behind `!`, rows begin with `|-`, cells with `|` at a line's beginning or `||`."""
    heads: list[str] = []
    column, at = 0, 0
    for line in data.split(b"\n"):
        begin, at = at, at + len(line) + 1
        if line.startswith(b"{|"):
            heads = []
        elif line.startswith(b"!"):
            heads += [head.strip().decode("latin-1")[:_WIDEST] for head in line[1:].split(b"!!")]
        elif line.startswith((b"|-", b"|}", b"|+")):
            column = 0
        elif line.startswith(b"|") and heads:
            start, row = begin + 1, line[1:].split(b"||")
            for head, cell in zip(heads[column:], row, strict=False):
                value = cell.strip()
                if value and head:
                    first = start + cell.index(value)
                    yield first, first + len(value), head
                start += len(cell) + 2
            column += len(row)


def _bare(data: bytes, start: int, end: int) -> tuple[int, int]:
    """Without blanks and tags at its ends."""
    while start < end:
        tag = _ANY_TAG.match(data, start, end)
        if tag:
            start = tag.end()
        elif data[start : start + 1].isspace():
            start += 1
        else:
            break
    mark = data.find(b"<", start, end)
    end = mark if mark >= 0 else end
    while end > start and data[end - 1 : end].isspace():
        end -= 1
    return start, end


_VALUES = re.compile(rb"(?i)values[ \t\r\n]{0,8}(?=\()")


def sql_rows(data: bytes) -> Iterator[list[list[tuple[int, int]]]]:
    """What each statement inserts without naming columns: its rows, as spans of their values."""
    for values in _VALUES.finditer(data):
        at, rows = values.end(), []
        while row := _ROW.match(data, at):
            at = row.end()
            cells: list[tuple[int, int]] = []
            while literal := _LITERAL.match(data, at):
                at = literal.end()
                cells.append(_value(literal))
                if literal[_LITERAL_ENDS] == b")":
                    break
            rows.append(cells)
        if rows:
            yield rows
