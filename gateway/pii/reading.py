"""A text as detectors read it: folded, and decoded where it hides something, with the way back to its own offsets.

Decoded are: invisible characters (dropped), accents that stand alone (joined), ligatures (spelt out), HTML entities,
URL-encoding, JSON and source-code escapes at any depth, quoted-printable; what makes a part of a number or a word bold
is dropped. One layer of each, in one pass. What cuts a value in pieces is dropped before (`gateway.pii.interruptions`).

Invariants
- Linear in the length of the text. Most texts hold none of these and cost one fold.
- Offsets of a reading lead back to the text by `span`: the text itself is never changed.
"""

from __future__ import annotations

import html
import re
import sys
import unicodedata
from collections.abc import Iterator
from urllib.parse import unquote

from gateway.pii.folding import COMBINE, EXPAND, fold, holds_any
from gateway.pii.interruptions import QUOTED_CHAIN, closed, is_cut
from gateway.pii.linear import compiled
from gateway.pii.offsets import OffsetMap
from gateway.pii.view import ALNUM

_MARKS = rb"(?:\*\*|~~|</?(?:b|i|u|em|strong|span)(?: [^<>\n]{0,40})?>|<br ?/?>)"
_FORMS = (
    rb"[\x00\x02\x03]+|&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8}[0-9]{0,2});|(?:%(?:25)*[0-9A-Fa-f]{2})+"
    rb"|(?:\\[01][0-7]{2}){4,}"
    rb"|\\+(?:u[0-9a-fA-F]{4}|u\{[0-9a-fA-F]{1,6}\}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{2}|[\"'/nrtbf])"
    rb"|(?:=[C-F][0-9A-F](?:=[89AB][0-9A-F]){1,3})|=\r?\n|(?:=[2-7][0-9A-F]){4,}"
    rb"|[0-9][ .\-/]?" + _MARKS + rb"[ .\-/]?[0-9]|[a-z@]" + _MARKS + rb"[a-z]|[a-z0-9]" + _MARKS + rb"@"
    rb"|[a-z0-9]" + _MARKS + rb"\.[a-z0-9]|[a-z0-9]\." + _MARKS + rb"[a-z]"
    rb"|[0-9][A-Z]{0,4}" + _MARKS + rb"[ .:\-]{0,2}[0-9A-Z]|[A-Z]" + _MARKS + rb"-[0-9]|[a-z]" + _MARKS + rb"\. [0-9]"
)
_HIDDEN = compiled(_FORMS + rb"|" + QUOTED_CHAIN)
_QUOTED_PRINTABLE = compiled(QUOTED_CHAIN)
_HIDDEN_QUOTED = compiled(_FORMS + rb"|=[2-7][0-9A-F]")
"""In a text that shows that it is quoted-printable: there every `=2E` is a point, in others it may be a value."""
_SIGNS = (b"&", b"%", b"\\", b"=", b"\x00", b"\x02", b"\x03")
_MARK = re.compile(rb"\*\*|~~|<[^<>]{1,48}>")
_ESCAPES = {"n": "\n", "r": "\n", "t": "\t", "b": " ", "f": " "}
_TAGS = 0xE0000
_FEWEST_TAGS = 4
# `=` at the end of a line goes on below in quoted-printable, and fills up a key in base64, in that of addresses, too.
_PADDED = re.compile(rb"(?:^|[^A-Za-z0-9+/_\-])(?=[a-z0-9+/_\-]*[A-Z])(?=[A-Za-z+/_\-]*[0-9])[A-Za-z0-9+/_\-]{22,}=?$")
_BASE64, _LINE_BREAK, _AT, _OCTET, _OCTAL = 96, 10, 0x40, 3, 4
_STAR, _LESS_THAN, _TILDE = b"*<~"
_ENCODED_TWICE = re.compile(r"%(?:25)+[0-9A-Fa-f]{2}")


class Reading:
    """`data`: a byte a character. `span` leads from its offsets to those of the text."""

    __slots__ = ("_map", "data")

    def __init__(self, data: bytes, offsets: OffsetMap | None = None) -> None:
        self.data = data
        self._map = offsets

    def span(self, start: int, end: int) -> tuple[int, int]:
        return self._map.raw(start, end) if self._map else (start, end)


def hides(text: str, data: bytes) -> bool:
    """Whether `text`, whose fold is `data`, holds anything to decode."""
    # To look for one sign is nothing beside looking for two.
    marked = (_STAR in data and b"**" in data) or (_LESS_THAN in data and (b"</" in data or b"<br" in data))
    if not marked:
        marked = (_TILDE in data and b"~~" in data) or holds_any(data, _SIGNS)
    return (marked and _HIDDEN.occurs(data)) or is_cut(text, data)


def reveal(text: str, data: bytes) -> Reading:
    """Decodes what hides in `text`, whose fold is `data`."""
    read = bytearray()  # not a list to be joined: a megabyte of pieces would let no other thread run for 20 ms
    offsets = OffsetMap()
    done = 0
    data = closed(text, data)
    quoted = b"=" in data and _QUOTED_PRINTABLE.occurs(data)
    for start, end in (_HIDDEN_QUOTED if quoted else _HIDDEN).spans(data):
        if start > done:
            read += data[done:start]
            offsets.add(start - done, start - done)
        if data[start] in ALNUM or data[start] == _AT:  # `7**6`: a mark between two digits
            mark = _MARK.search(data, start, end)
            if mark:
                read += data[start : mark.start()]
                offsets.add(mark.start() - start, mark.start() - start)
                offsets.add(0, mark.end() - mark.start())
                read += data[mark.end() : end]
                offsets.add(end - mark.end(), end - mark.end())
        elif data[start] in (0, 2, 3):
            _join(text, start, end, read, offsets)
        else:
            # Of the fold: a line break or a sign may be written in more ways than one.
            hidden = _decode(data[start:end].decode("latin-1"))
            if data[end - 1] == _LINE_BREAK and _PADDED.search(data, max(0, start - _BASE64), start):
                hidden = iter([("=", 1), *(((sign, 1)) for sign in data[start + 1 : end].decode("latin-1"))])
            for decoded, raw in hidden:
                # What is decoded may itself be full-width or invisible: folded again, marks left out.
                folded = fold(decoded).translate(None, b"\x00\x02\x03")
                read += folded
                offsets.add(len(folded), raw)
        done = end
    read += data[done:]
    offsets.add(len(data) - done, len(data) - done)
    return Reading(bytes(read), offsets)


def _join(text: str, start: int, end: int, read: bytearray, offsets: OffsetMap) -> None:
    """Invisible characters go, accents join the letter before them, ligatures are spelt out, tag letters are read."""
    run = text[start:end]
    tags = [chr(ord(char) - _TAGS) for char in run if _TAGS + 0x20 <= ord(char) <= _TAGS + 0x7E]
    if len(tags) >= _FEWEST_TAGS:  # a text written in tag characters, not a flag's
        read += "".join(tags).encode("latin-1")
        offsets.add(len(tags), len(run))
        return
    for index, char in enumerate(run, start):
        mark = fold(char)
        if mark == EXPAND:
            spelt = fold(unicodedata.normalize("NFKC", char)).translate(None, b"\x00\x02\x03")
            read += spelt
            offsets.add(len(spelt), 1)
            continue
        if mark == COMBINE and index and read:
            joined = fold(unicodedata.normalize("NFC", text[index - 1] + char))
            if len(joined) == 1 and joined[0] > 3:
                read[-1:] = joined
        offsets.add(0, 1)


def _decode(raw: str) -> Iterator[tuple[str, int]]:
    """Decoded characters, each with the number of raw ones behind it."""
    if raw[0] == "&":
        yield html.unescape(raw), len(raw)
    elif raw[0] == "%" and _ENCODED_TWICE.search(raw):
        yield unquote(unquote(raw)), len(raw)
    elif raw[0] == "=" and raw[-1] == "\n":
        yield "", len(raw)
    elif raw[0] in "%=":
        yield from _octets(raw)
    else:
        tail = raw.lstrip("\\")
        if tail[0] in "01":
            for at in range(0, len(raw), _OCTAL):
                yield chr(int(raw[at + 1 : at + _OCTAL], 8)), _OCTAL
        elif tail[0] in "uUx":
            code = int(tail[1:].strip("{}"), 16)
            yield chr(code) if code <= sys.maxunicode else " ", len(raw)
        else:
            yield _ESCAPES.get(tail, tail), len(raw)


def _octets(raw: str) -> Iterator[tuple[str, int]]:
    """`%C3%BC` or `=C3=BC`: UTF-8 where it is that, Latin-1 where not."""
    octets = bytes(int(raw[at + 1 : at + _OCTET], 16) for at in range(0, len(raw), _OCTET))
    at = 0
    while at < len(octets):
        length = 1 if octets[at] < 0xC0 else 2 if octets[at] < 0xE0 else 3 if octets[at] < 0xF0 else 4
        part = octets[at : at + length]
        try:
            yield part.decode("utf-8"), len(part) * _OCTET
        except UnicodeDecodeError:
            part = part[:1]
            yield part.decode("latin-1"), _OCTET
        at += len(part)
