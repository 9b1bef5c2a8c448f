"""What an address or a form tells a web server, value by value: `?gebDatum=8.+April+2011&ort=Z%C3%BCrich`.

Promise: a value is read as the server would read it, below its own name, and JSON in it as JSON.

Invariants
- Each reading leads back to the characters as they are written; a sign that is written with several is never cut.
- Linear in the length of the text: a name is short, and a value ends at the next sign that no address holds.
- What needs no decoding is read here only where its name says what it is; the whole text is read anyway.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from gateway.pii.json_text import Piece, pieces_of
from gateway.pii.labels import kind_of
from gateway.pii.texts import Encoded, Text

_PAIR: Final = r"([A-Za-z_][\w.\-\[\]]{0,40})=([^\s\"'<>&#`\\]+)"
_FOLLOWING: Final = re.compile(rf"[?&](?:amp;)?{_PAIR}")
_FIRST: Final = re.compile(_PAIR)
_CODED: Final = re.compile(r"\+|(?:%[0-9A-Fa-f]{2})+")
_APART: Final = frozenset(" \t\r\n\"'<>&#`\\")
"""What no address holds, nor a form's first pair, which no sign of its own precedes."""
_SHORTEST: Final = 4


def queries(text: Text) -> Iterator[Text]:
    """The values told in `text`."""
    written = text.text
    if "=" not in written:
        return
    if "&" not in written and "?" not in written:
        if only := _FIRST.fullmatch(written):  # a form of one field; within other words `a=b+c` is a sum
            yield from _value(text, only, address=False)
        return
    end, address = 0, False
    for pair in _FOLLOWING.finditer(written):
        if pair.start() != end:
            begin = pair.start()
            while begin > end and written[begin - 1] not in _APART:
                begin -= 1
            address = written.find("//", begin, pair.start()) >= 0
            if written[pair.start()] == "&" and (first := _FIRST.fullmatch(written, begin, pair.start())):
                yield from _value(text, first, address)
        end = pair.end()
        yield from _value(text, pair, address)


def _value(text: Text, pair: re.Match[str], address: bool) -> Iterator[Text]:
    """`address`: what comes back there is encoded, so that it has to be kept as it is meant."""
    name, written = pair.groups()
    if len(written) < _SHORTEST or ("%" not in written and "+" not in written and not kind_of(name)):
        return
    start = pair.start(2)
    decoded, places = _decoded(written)
    pieces = pieces_of(decoded, (name,)) or [Piece(decoded, (name,), range(len(decoded) + 1))]
    for piece in pieces:
        if piece.quotes:
            continue  # a bare number in JSON: no quote can stand around a word here
        own = [places[place] for place in piece.offsets]
        outer = [text.raw(start + place, start + place)[0] for place in own]
        inside = text.raw(start + places[piece.inside], start)[0] if piece.inside >= 0 else -1
        found = Piece(piece.text, piece.names, outer, "", inside, piece.column)
        if address:
            yield Encoded(piece.text, piece.names, found, written=piece.text, places=range(len(piece.text) + 1))
        else:
            yield Encoded(piece.text, piece.names, found, written=written, places=own)


def _decoded(written: str) -> tuple[str, list[int]]:
    """What is meant, and where each of its characters and its end are written."""
    meant: list[str] = []
    places: list[int] = []
    done = 0
    for coded in _CODED.finditer(written):
        meant.append(written[done : coded.start()])
        places += range(done, coded.start())
        at = coded.start()
        for letter, width in _letters(coded[0]):
            meant.append(letter)
            places.append(at)
            at += width
        done = coded.end()
    meant.append(written[done:])
    places += range(done, len(written) + 1)
    return "".join(meant), places


def _letters(coded: str) -> Iterator[tuple[str, int]]:
    """Each character with the number of signs that it is written with: UTF-8 where it is that, Latin-1 where not."""
    if coded == "+":
        yield " ", 1
        return
    octets = bytes.fromhex(coded.replace("%", ""))
    try:
        letters, width = octets.decode(), 0
    except UnicodeDecodeError:
        letters, width = octets.decode("latin-1"), 3
    for letter in letters:
        yield letter, width or 3 * len(letter.encode())
