"""Tables in a text: arrays of programs, Markdown's, HTML's, MediaWiki's, what SQL inserts or copies, and rows below a
head whose values commas, semicolons, tabs, bars, LaTeX's `&` or several blanks keep apart.

Invariants
- A head is one only if it names something known, or a Markdown rule stands under it: prose with commas is no table.
- Cells are spans of the text, without quotes and blanks around them. Linear in the length of the text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

import msgspec

from gateway.pii.arrays import OTHERS, array_cells, has_arrays, is_head
from gateway.pii.label_groups import meant
from gateway.pii.labels import announced, kind_of
from gateway.pii.linear import PatternSet
from gateway.pii.markup import copied_cells, html_cells, sql_cells, wiki_cells
from gateway.pii.reversal import reverse

_RULE = re.compile(rb"[ \t]*[|+]?[ \t]*:?-{2,}:?[ \t]*(?:[|+][ \t]*:?-{2,}:?[ \t]*)*[|+]?[ \t\r]*")
_DELIMITERS = (b"\t", b";", b"|", b",", b"&")
_LATEX = frozenset((b"\\hline", b"\\toprule", b"\\midrule", b"\\bottomrule"))
_WORDS = re.compile(rb"[^ \t\r\n]+(?: [^ \t\r\n]+)*")
# `optional = set(["token", "value"])`, `-p, --password PASSWORD`, `TOKEN,\t/* of a lock */`: commas of a program, in
# whose pieces brackets are left open.
_OF_A_PROGRAM = re.compile(r"=|/[*]|[*]/|^-|^(?:from|import|return|def|if)\b|[(\[{][^)\]}]*$|^[^(\[{]*[)\]}]")
# `Bitte sortieren: Vorname;Nachname;Ort`: what is said of a table before its head.
_INTRODUCED = re.compile(rb"[^\n:;|,\t@&]{1,80}:[ ]+(?=[A-Za-z\xc0-\xff\"'])")
_DASHES = re.compile(rb"[ \t]*-{2,}(?: +-{2,})*[ \t\r]*")
_WIDEST_HEAD, _LONGEST_ENTRY = 48, 160
_NEWLINE, _LESS_THAN = b"\n<"
_BEFORE_CELL, _BEHIND_CELL = b" \t\"'*`", b" \t\r\"'*`"


# Above a line with a delimiter: a head of some kind, or anything with bars above a Markdown rule.
_BELOW = rb"\r?\n(?:\\[a-z]+[ \t]*\r?\n)?[^\n]*(?:[\t;|,&]|[^ \n]  )"
HEAD = rb"(?:(?:[\t;|,&]|  )[^\n]*)?" + _BELOW
"""What stands behind one of the names in a head."""

HEADS_TOGETHER = (
    rb"(?:^|[\n\t;|,])[ \"']*(?i:first|last|vn|nn|[a-z]*vorwahl|area[ _]?code|indicatif|prefisso)[ \"']*[\t;|,]"
)
"""Of heads that only another one beside them explains (`label_groups`)."""

MARKED: tuple[bytes, ...] = (rb"(?i)[ \t]from[ \t]+stdin", rb"\n![^\n]+\n[^\n]*\n?\|", rb"\n[ \t]*\+?-{2,}\+-?")
"""Tables of a dump, of MediaWiki, and as psql and MySQL print them."""

# A set, which tells that one occurs and not where: to find where a match of whole lines began takes RE2 longer than all
# the rest that is done with a table.
_SEEN = PatternSet(
    (
        reverse(
            announced(HEAD)
            + rb"|(?:^|[^A-Za-z])(?i:" + OTHERS.encode() + rb")(?:[^A-Za-z\n][^\n]*)?" + _BELOW
            + rb"|" + HEADS_TOGETHER
            + rb"|\|[^\n]*\n[ \t]*\|?[ \t]*:?--"
            + rb"|<[Tt][Dd]|(?i:insert[ \t\r\n]+into[ \t\r\n])|(?i:[ \t]from[ \t]+stdin)|" + b"|".join(MARKED[1:])
        ),
    )
)  # fmt: skip


MASKED = b"****"
"""What stands for a value that was taken out, and is in no head."""


class Cell(msgspec.Struct, frozen=True, order=True, gc=False):
    """A megabyte has tens of thousands: garbage is not looked for among them."""

    start: int
    end: int
    head: str


class Tables:
    """All cells below heads, in the order of the text."""

    __slots__ = ("_starts", "cells")

    def __init__(self, cells: list[Cell]) -> None:
        self.cells = cells
        self._starts = [cell.start for cell in cells]

    def at(self, place: int) -> Cell | None:
        """The cell that a place lies in."""
        index = bisect_right(self._starts, place) - 1
        if index < 0:
            return None
        cell = self.cells[index]
        return cell if place < cell.end else None


def tables(data: bytes) -> Tables:
    # Most questions are one line: they are told before the long expression reads them.
    cells = [Cell(*span) for span in array_cells(data)] if has_arrays(data) else []
    several = _NEWLINE in data or _LESS_THAN in data or data.lower().find(b"insert") >= 0
    if not several or not _SEEN.occurring(data[::-1]):
        return Tables(cells)
    if b"<td" in data or b"<TD" in data:
        cells.extend(Cell(*span) for span in html_cells(data))
    if b"VALUES" in data or b"values" in data:
        cells.extend(Cell(*span) for span in sql_cells(data))
    if b"stdin" in data or b"STDIN" in data:
        cells.extend(Cell(*span) for span in copied_cells(data))
    if b"\n!" in data:
        cells.extend(Cell(*span) for span in wiki_cells(data))
    marked = bool(cells)
    if b"\n" in data:
        cells.extend(_lines(data))
    return Tables(sorted(cells) if marked else cells)


def _lines(data: bytes) -> list[Cell]:
    lines: list[tuple[int, int]] = []
    at = 0
    latex = b"\\\\" in data
    for line in data.split(b"\n"):
        if not latex or line.strip() not in _LATEX:
            lines.append((at, at + len(line)))
        at += len(line) + 1
    cells: list[Cell] = []
    index = 0
    while index + 1 < len(lines):
        if columns := _aligned(data, lines, index):
            cells.extend(columns[0])
            index = columns[1]
            continue
        head = _head(data, lines[index], lines[index + 1])
        if not head:
            cells.extend(_entries(data, lines, index))
            index += 1
            continue
        delimiter, names, index = head[0], head[1], index + head[2]
        across = len(names) == 2 or not any(map(kind_of, names))
        while index < len(lines):
            row = split(data, *lines[index], delimiter)
            if len(row) == len(names) - 1 and delimiter == b"|" and data[slice(*lines[index])].rstrip()[-1:] == b"|":
                row.append((row[-1][1], row[-1][1]))  # no bars enclose the rows, and the last cell is empty
            aside = len(row) == len(names) + 1 and head[2] == 2  # nothing stands above the labels at the left
            if len(row) != len(names) and not aside:
                break
            if (aside or (across and not kind_of(names[1]))) and (label := _label(data, *row[0])):
                cells.extend(Cell(start, end, label) for start, end in row[1:])  # a form: labels at the left
            elif not aside:
                cells.extend(
                    Cell(start, end, name) for (start, end), name in zip(row, names, strict=True) if start < end
                )
            index += 1
    return cells


def _label(data: bytes, start: int, end: int) -> str | None:
    """A cell that says what stands at its right; not with a value of its own, which may have been bared of stars."""
    label = data[start:end].decode("latin-1")
    return label if MASKED not in data[start : end + 2 * len(MASKED)] and kind_of(label) else None


def _entries(data: bytes, lines: list[tuple[int, int]], index: int) -> list[Cell]:
    """`COGNOME  ROSSI   NOME  ANNA`: a line of a form that was scanned, blanks between known labels and their values.

    Of a line with one entry another one beside it has to tell that it is a form's.
    """
    cells = list(_entered(data, *lines[index]))
    if len(cells) == 1 and not any(
        next(_entered(data, *lines[near]), None) for near in (index - 1, index + 1) if 0 <= near < len(lines)
    ):
        return []
    return cells


def _entered(data: bytes, start: int, end: int) -> Iterator[Cell]:
    if end - start > _LONGEST_ENTRY or data[start:end].strip().find(b"  ") < 0:
        return
    words = [group.span() for group in _WORDS.finditer(data, start, end)]
    at = 0
    while at + 1 < len(words):
        label = _label(data, *words[at]) if words[at][1] - words[at][0] <= _WIDEST_HEAD else None
        behind = data[slice(*words[at + 1])].decode("latin-1")
        if label is not None and kind_of(label) != "secret" and kind_of(behind) is None:
            yield Cell(*words[at + 1], label)
            at += 1
        at += 1


def _aligned(data: bytes, lines: list[tuple[int, int]], index: int) -> tuple[list[Cell], int] | None:
    """Rows below a head of several names with more than one blank between them, and the first line that is none.

    A row may begin with its number; where one has gaps, its values belong to what they stand below.
    """
    start, end = lines[index]
    if data[start:end].strip().find(b"  ") < 0:
        return None
    heads = [words.span() for words in _WORDS.finditer(data, start, end)]
    names = meant([data[begin:stop].decode("latin-1") for begin, stop in heads])
    if any(len(name) > _WIDEST_HEAD or name[0] in "-0123456789" or "@" in name or ":" in name for name in names):
        return None
    ruled = _DASHES.fullmatch(data, *lines[index + 1]) is not None
    if sum(map(is_head, names)) < 2 - ruled:
        return None
    cells: list[Cell] = []
    begun = index = index + 1 + ruled
    while index < len(lines):
        line, stop = lines[index]
        row = [words.span() for words in _WORDS.finditer(data, line, stop)]
        surplus = len(row) - len(names)
        if surplus in {0, 1}:
            cells.extend(Cell(*span, name) for span, name in zip(row[surplus:], names, strict=True))
        elif len(row) < 2 or index == begun:
            break
        else:
            for span in row:
                column = sum(begin - start <= span[0] - line for begin, _ in heads) - 1
                cells.append(Cell(*span, names[max(0, column)]))
        index += 1
    return (cells, index) if cells else None


def _head(data: bytes, line: tuple[int, int], following: tuple[int, int]) -> tuple[bytes, list[str], int] | None:
    """The delimiter, the names, and how many lines the head takes."""
    start, end = line
    if end - start < 3:
        return None
    introduced = _INTRODUCED.match(data, start, end)
    start = introduced.end() if introduced else start
    text = data[start:end]
    ruled = text.find(b"|") >= 0 and _RULE.fullmatch(data, *following)
    if not ruled and (text.find(MASKED) >= 0 or max(text.find(b":"), text.find(b"@")) >= 0 > text.find(b"\\\\")):
        return None  # such signs stand in no name
    for delimiter in (b"|",) if ruled else _DELIMITERS:
        if data.count(delimiter, start, end) < 1:
            continue
        spans = split(data, start, end, delimiter)
        if delimiter == b"|" and text.lstrip().startswith(b"||"):  # as Jira and Confluence mark a head
            spans = [span for span in spans if span[0] < span[1]]
        elif spans and spans[0][0] == spans[0][1]:  # nothing above the labels at the left
            spans = spans[1:]
        names = meant([data[begin:stop].decode("latin-1") for begin, stop in spans])
        if len(names) < 2 or any(len(name) > _WIDEST_HEAD for name in names):
            continue
        if ruled:
            return delimiter, names, 2
        if not all(name and not name[:1].isdigit() and "@" not in name and ":" not in name for name in names):
            continue
        if len(split(data, *following, delimiter)) != len(names):
            continue
        if any(map(is_head, names)) and not any(map(_OF_A_PROGRAM.search, names)):
            return delimiter, names, 1
    return None


def split(data: bytes, start: int, end: int, delimiter: bytes) -> list[tuple[int, int]]:
    """The cells of a line, as spans. A delimiter between double quotes separates nothing."""
    if delimiter == b"&" and (stop := data.find(b"\\\\", start, end)) >= 0:
        end = stop
    if delimiter == b"|":
        line = data[start:end]
        text = line.strip(b" \t\r")
        start += len(line) - len(line.lstrip(b" \t\r"))
        end = start + len(text)
        if not text.strip(b" \t|"):
            return []
        # One bar encloses the row, and a further one an empty cell.
        start, end = start + text.startswith(b"|"), end - text.endswith(b"|")
    at = start
    if data.find(b'"', start, end) < 0:
        return list(_parted(data[start:end].split(delimiter), start))
    spans: list[tuple[int, int]] = []
    while True:
        stop = -1
        if data[at : at + 1] == b'"':
            quote = data.find(b'"', at + 1, end)
            while quote != -1 and data[quote + 1 : quote + 2] == b'"':
                quote = data.find(b'"', quote + 2, end)
            stop = data.find(delimiter, quote, end) if quote != -1 else -1
        else:
            stop = data.find(delimiter, at, end)
        cell_end = end if stop == -1 else stop
        spans.append(_bare(data, at, cell_end))
        if stop == -1:
            return spans
        at = stop + 1


def _parted(cells: list[bytes], at: int) -> Iterator[tuple[int, int]]:
    """The spans of cells one of which begins at `at`, and the next one sign behind it."""
    for cell in cells:
        end = at + len(cell)
        left = cell.lstrip(_BEFORE_CELL)
        yield end - len(left), end - len(left) + len(left.rstrip(_BEHIND_CELL))
        at = end + 1


def _bare(data: bytes, start: int, end: int) -> tuple[int, int]:
    cell = data[start:end]
    left = cell.lstrip(_BEFORE_CELL)
    return end - len(left), end - len(left) + len(left.rstrip(_BEHIND_CELL))
