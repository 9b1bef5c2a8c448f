"""JSON inside a text: its values decoded for detectors, each with the way back to the text's own offsets.

Tool arguments and tool results are JSON in a string, often with JSON in its strings again. Detectors read what is
meant; what is replaced is spliced into the text as it came, so that its spacing, order and numbers stay.

Invariants
- Linear: each level is decoded once, at most `MAX_DEPTH` of them.
- A text that is not JSON gives None, and is read as a text.
- `Piece.raw(start, end)` never cuts an escape in two.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from gateway.pii.arrays import are_heads
from gateway.pii.labels import (
    FIELDS,
    NAMED,
    NAMING,
    NAMING_OTHERWISE,
    SECURITY_ANSWER,
    SESSIONS,
    TYPED,
    asks_again,
    asks_for_a_secret,
    kind_of,
)

MAX_DEPTH: Final = 4
FEWEST_DIGITS: Final = 7
"""Of a bare number that may be somebody's."""
FEWEST_OF_A_CODE: Final = 4
"""Of one that its name calls a code: `{"otp": 244091}`."""

_skip = msgspec.json.Decoder(msgspec.Raw).decode
_decode_text = msgspec.json.Decoder(str).decode
_TOKEN: Final = re.compile(r'"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*|[\[\]{}:,]', re.DOTALL)
_ESCAPE: Final = re.compile(
    r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u[0-9a-fA-F]{4}|\\.", re.DOTALL
)

_WORDS: Final = re.compile(r"[^\W\d_][\w \-]*")
_LONGEST_SELECTOR: Final = 160


class Piece(msgspec.Struct, frozen=True, gc=False):
    """A value, decoded. `names`: the keys that lead to it. `offsets[i]`: where its i-th character stands in the text.

    `quotes`: what must stand around a word that takes the place of a bare number.
    `inside`: a number for the object or array it is a member of, -1 of a key; `column`: its place in an array, -1 in an
    object.
    """

    text: str
    names: tuple[str, ...]
    offsets: Sequence[int]
    quotes: str = ""
    inside: int = -1
    column: int = -1

    def __repr__(self) -> str:
        return f"<Piece of {len(self.text)}>"

    def raw(self, start: int, end: int) -> tuple[int, int]:
        return self.offsets[start], self.offsets[end]


def pieces_of(text: str, names: tuple[str, ...] = ()) -> list[Piece] | None:
    """The values and names in a JSON object, array or string; None where `text` is none of them."""
    if not looks_like_json(text) or not parses(text):
        return None
    return _pieces(text, range(len(text) + 1), names, 1, '"')


def looks_like_json(text: str) -> bool:
    head = text.lstrip()[:1]
    return head in ("{", "[", '"') if head else False


def parses(text: str) -> bool:
    """Whether it is JSON. No value of it is made: a hundred thousand small ones would keep the event loop waiting."""
    try:
        _skip(text.encode())
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return False
    return True


class _Open:
    """An object or array that has not ended, or the text around all. `begins`: where, in the outermost text.

    `key`: of an object's member that is read. `label`: what the object says of its `value`. `entry`: the number of an
    array's entry that is read; -1 elsewhere.
    """

    __slots__ = ("begins", "entry", "key", "label")

    def __init__(self, begins: int, entry: int) -> None:
        self.begins = begins
        self.entry = entry
        self.key: str | None = None
        self.label: str | None = None


def _pieces(text: str, offsets: Sequence[int], names: tuple[str, ...], depth: int, quotes: str) -> list[Piece]:
    """Of a text that parses; `offsets` lead from it to the outermost text, and `quotes` is a quote as written there."""
    found: list[Piece] = []
    opened = [_Open(0, -1)]
    heads: list[str] = []  # of the columns of rows that follow
    row: list[str] = []
    keys: tuple[str, ...] | None = None  # that lead to here, once for all entries of an array
    expects_key = False
    for match in _TOKEN.finditer(text):
        token, here = match[0], opened[-1]
        match token[0]:
            case "{":
                opened.append(_Open(offsets[match.start()], -1))
                expects_key = True
            case "[":
                opened.append(_Open(offsets[match.start()], 0))
                expects_key = False
                row = []
            case "}" | "]":
                if len(row) == here.entry + 1 and are_heads(row):
                    heads = row
                row = []
                opened.pop()
                keys = None
                expects_key = False
            case ",":
                expects_key = here.entry < 0
                if not expects_key:
                    here.entry += 1
            case ":":
                expects_key = False
            case '"':
                value, inner = _string(token, offsets, match.start())
                if expects_key:
                    here.key, keys = value, None
                    found.append(Piece(value, (), inner))
                    continue
                led = keys = _led(names, opened) if keys is None else keys
                label = _last_word(value) if here.key in FIELDS else value
                if here.key is not None and (asks_again(here.key) or asks_for_a_secret(here.key, value)):
                    here.label = SECURITY_ANSWER
                elif _tells_of_value(here.key, label, here.label):
                    here.label = label
                elif here.label and (here.key in NAMED or (here.key in TYPED and kind_of(here.label) == "secret")):
                    led = (*led[:-1], here.label)
                elif here.key in NAMED and any(map(asks_again, led[-3:-1])):  # `{"securityQuestions": [{"answer": …`
                    led = (*led[:-1], SECURITY_ANSWER)
                elif here.entry >= 0:
                    row.append(value)
                    led += _column(heads, opened) or _announced(row)
                if depth < MAX_DEPTH and looks_like_json(value) and parses(value):
                    found += _pieces(value, inner, led, depth + 1, "\\" * (2**depth - 1) + '"')
                else:
                    found.append(Piece(value, led, inner, "", here.begins, here.entry))
            case _:
                digits = sum(letter.isdigit() for letter in token)
                if digits >= FEWEST_DIGITS or (digits >= FEWEST_OF_A_CODE and _of_a_code(here.key)):
                    keys = _led(names, opened) if keys is None else keys
                    led = keys + _column(heads, opened)
                    span = offsets[match.start() : match.end() + 1]
                    found.append(Piece(token, led, span, quotes, here.begins, here.entry))
    return found


def _tells_of_value(member: str | None, label: str, so_far: str | None) -> bool:
    """Whether a member says better than another before it what the `value` beside it is: that of a secret stands."""
    if member not in NAMING and member not in FIELDS and (so_far or member not in NAMING_OTHERWISE):
        return False
    if so_far and kind_of(so_far) == "secret":
        return False
    return label.lower() in SESSIONS or kind_of(label) is not None


def _last_word(selector: str) -> str:
    """`input[name='password']`, `#login .password-field`, `Password field`: what an element of a page is called."""
    words = _WORDS.findall(selector[:_LONGEST_SELECTOR])
    return words[-1] if words else ""


def _led(names: tuple[str, ...], opened: Sequence[_Open]) -> tuple[str, ...]:
    return (*names, *(one.key for one in opened if one.key is not None))


def _column(heads: Sequence[str], opened: Sequence[_Open]) -> tuple[str, ...]:
    """The head of the column of a value in an array of arrays."""
    column = opened[-1].entry
    return (heads[column],) if 0 <= column < len(heads) and opened[-2].entry >= 0 else ()


def _announced(row: Sequence[str]) -> tuple[str, ...]:
    """`["x-session-token", "…"]`: of two entries the first may say what the second is, if that has a digit."""
    if len(row) == 2 and any(map(str.isdigit, row[1])) and kind_of(row[0]) == "secret" and kind_of(row[1]) is None:
        return (row[0],)
    return ()


def _of_a_code(name: str | None) -> bool:
    return name is not None and kind_of(name) == "secret" and "token" not in name.lower()


def _string(token: str, offsets: Sequence[int], at: int) -> tuple[str, Sequence[int]]:
    """The decoded string, and where its characters and its end stand in the outermost text."""
    if "\\" not in token:
        return token[1:-1], offsets[at + 1 : at + len(token)]
    places: list[int] = []
    value: list[str] = []
    position = 1
    for escape in _ESCAPE.finditer(token, 1, len(token) - 1):
        value.append(token[position : escape.start()])
        places += offsets[at + position : at + escape.start()]
        decoded = _decode_text(f'"{escape[0]}"')
        value.append(decoded)
        places += [offsets[at + escape.start()]] * len(decoded)
        position = escape.end()
    value.append(token[position:-1])
    places += offsets[at + position : at + len(token)]
    return "".join(value), places
