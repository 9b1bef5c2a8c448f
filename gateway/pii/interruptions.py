r"""What cuts a value in pieces and says nothing: colours of terminals, pictures, narrow blanks, commands of LaTeX, a
line broken beside a sign, a literal of a program that is put together of two.

`7569\x1b[1m217\x1b[0m`, `02.1✨1.19✨94`, `\textbf{15.~Januar~1985}`, `188.73.⏎  245.178`, `"anna@" + "x.ch"`. What is
cut out becomes DROP in the fold, so that `gateway.pii.reading` leaves it out and leads back over it.

Invariants
- As long as before. Linear: every expression is bounded.
- Pictures and narrow blanks between words stay: only a run that is cut at least twice, or digits, are put together.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Final

from gateway.pii.folding import holds_any
from gateway.pii.linear import compiled
from gateway.pii.view import ALNUM, DIGITS

_IN_VALUES = rb"[0-9A-Za-z\xc0-\xff@.:/_+\-]"
_PICTURE = rb"\x7f[\x00\x7f]{0,3}"
_PICTURE_RUN: Final = re.compile(rb"[\x00\x7f]+")
_COLOUR = rb"(?:\x1b|\\{1,4}(?:x1[bB]|u001[bB]|033|e))\[[0-9;]{0,16}[A-Za-z]"
_PICTURES: Final = compiled(rb"(?:" + _PICTURE + _IN_VALUES + rb"{1,6}){2,40}|" + _PICTURE + rb"[.\-/:]?[0-9]")
_NARROW: Final = "\u202f\u2009\u200a\u2006\u2008"
_NARROW_CHAIN: Final = compiled(rb"(?:\x04" + _IN_VALUES + rb"{1,4}){2,40}")
_NARROW_MARK: Final = "\x04"
_COMMAND = rb"\\{1,4}(?:text[a-z]{2,6}|emph|underline|mbox|uline|sout)\{"
_COLOURS: Final = compiled(_COLOUR)
_LATEX: Final = compiled(_COMMAND)
_ESCAPED: Final = compiled(_COLOUR + rb"|" + _COMMAND)
# A hyphen and a blank at the beginning of a line are those of a list.
_BROKEN: Final = compiled(
    rb"[0-9A-Za-z][.:/\-][0-9A-Za-z\xc0-\xff ]{1,6}\r?\n[ \t>]{0,8}(?:[.:/] ?|-)[0-9A-Za-z]"
    rb"|[0-9A-Fa-f][.:/\-][0-9A-Fa-f]{1,4}[.:/\-] ?\r?\n[ \t>]{0,8}[0-9A-Fa-f]{1,4}"
)
# `"anna.me" + "ier@x.ch"`, in Perl and PHP with a point, in Basic with `&`, in SQL with `||`.
_LITERALS: Final = compiled(
    _IN_VALUES + rb"(?:\"[ \t]{0,2}(?:[+.&]|\|\||\.\.)[ \t]{0,2}(?:[_\\]?\r?\n[ \t]{0,40})?\""
    rb"|'[ \t]{0,2}(?:[+.]|\|\||\.\.)[ \t]{0,2}(?:\\?\r?\n[ \t]{0,40})?')[ ]?" + _IN_VALUES
)
_PUT_TOGETHER: Final = (b'" . "', b"' . '", b'" & "', b"' || '", b'" .. "')
_SIGNS: Final = frozenset(b".:/-")
_PART: Final = frozenset(bytes((byte,)) for byte in (*ALNUM, *b"@.:/_+-"))
_PICTURE_SIGNS: Final = frozenset(b"\x7f\x00")
_PICTURE_KINDS: Final = frozenset(("So", "Cf", "Mn"))
_HEAD, _NARROW_BYTE, _AT = 6, 4, 0x40
_ESCAPE, _DELETE, _NEWLINE, _BACKSLASH, _QUOTE, _APOSTROPHE, _PLUS = b"\x1b\x7f\n\\\"'+"
"""Numbers: every text is asked for them, and bytes are looked for at ten times the price (`core.tree`)."""
_LINE_BREAK: Final = frozenset(b"\r\n\t >")
QUOTED_CHAIN: Final = rb"(?:=(?:2[0-9A-F]|3[A-F]|40|5F)[0-9A-Za-z_\-]{1,16}){2}"
"""What no other text has than one in quoted-printable."""


def is_cut(text: str, data: bytes) -> bool:
    """Whether `text`, whose fold is `data`, may hold a value that is cut so."""
    return (
        _ESCAPE in data
        or (_DELETE in data and _PICTURES.occurs(data))
        or (_NEWLINE in data and _BROKEN.occurs(data))
        or (_BACKSLASH in data and _ESCAPED.occurs(data))
        or _has_narrow_blanks(text)
        or (_puts_together(data) and _LITERALS.occurs(data))
    )


def _puts_together(data: bytes) -> bool:
    return (_QUOTE in data or _APOSTROPHE in data) and (_PLUS in data or holds_any(data, _PUT_TOGETHER))


def _has_narrow_blanks(text: str) -> bool:
    if not text.isascii():
        for blank in _NARROW:
            if blank in text:
                return True
    return False


def closed(text: str, data: bytes) -> bytes:
    """`data`, the fold of `text`, with DROP for what cuts its values."""
    made = bytearray(data)
    if _ESCAPE in data or _BACKSLASH in data:
        _close_at(made, _COLOURS.spans(data))
    if _BACKSLASH in data and _LATEX.occurs(data):
        made[:] = made.replace(b"~", b" ")
        _close_at(made, _LATEX.spans(data))
    if _DELETE in data:
        _close_pictures(made, text, data)
    if _has_narrow_blanks(text):
        _close_narrow_blanks(made, text)
    if _puts_together(data):
        for start, end in _LITERALS.spans(data):
            first = min(at for at in (data.find(b'"', start, end), data.find(b"'", start, end)) if at >= 0)
            _close_at(made, [(first, data.rindex(data[first : first + 1], first, end) + 1)])
    if _NEWLINE in data:
        for start, end in _BROKEN.spans(data):
            _close_line(made, data, start, end)
    return bytes(made)


def _close_at(made: bytearray, spans: Iterable[tuple[int, int]]) -> None:
    for start, end in spans:
        made[start:end] = bytes(end - start)


def _close_pictures(made: bytearray, text: str, data: bytes) -> None:
    for start, end in _PICTURES.spans(data):
        before = data[max(0, start - 2) : start]
        cut = len(_PICTURE_RUN.findall(data, start, end)) > 1 and before[-1:] in _PART
        if cut or (before and (before[-1] in DIGITS or (before[-1] in _SIGNS and before[0] in DIGITS))):
            for at in range(start, end):
                if data[at] in _PICTURE_SIGNS and unicodedata.category(text[at]) in _PICTURE_KINDS:
                    made[at] = 0


def _close_narrow_blanks(made: bytearray, text: str) -> None:
    for blank in _NARROW:  # one by one: `translate` would keep all threads waiting for 40 ms of a megabyte
        text = text.replace(blank, _NARROW_MARK)
    narrow = text.encode("latin-1", "replace")
    for start, end in _NARROW_CHAIN.spans(narrow):
        before = narrow[max(0, start - _HEAD) : start]
        whole = before[-1:] in _PART and narrow[end : end + 1] not in _PART
        if whole and _mixed(before + narrow[start:end]):
            for at in range(start, end):
                if narrow[at] == _NARROW_BYTE:
                    made[at] = 0


def _mixed(pieces: bytes) -> bool:
    """Whether signs, or letters and digits, stand in what was cut: words and plain numbers have blanks of their own."""
    pieces = pieces.rpartition(b" ")[2]
    digits = sum(byte in DIGITS for byte in pieces)
    signs = any(byte in _SIGNS or byte == _AT for byte in pieces)
    return signs or 0 < digits < sum(byte in ALNUM for byte in pieces)


def _close_line(made: bytearray, data: bytes, start: int, end: int) -> None:
    """The line's end and its indent, if the signs on both sides are those of one value."""
    line = data.index(b"\n", start, end)
    signs = [byte for byte in data[start:end] if byte in _SIGNS]
    if len(set(signs)) == 1:
        first, last = line, line + 1
        while data[first - 1] in _LINE_BREAK:
            first -= 1
        while data[last] in _LINE_BREAK:
            last += 1
        made[first:last] = bytes(last - first)
