"""Expressions read from their end: what one of RE2 finds in a text, its reverse finds in the reversed text.

An automaton that looks for a rare sign first stays in its first state until one comes: of `from [A-Z]` the capital is
rare, and stands last.

Invariants
- `reverse(source)` occurs in `data[::-1]` if and only if `source` occurs in `data`.
- Of what RE2 takes it knows what our expressions are made of, and raises ValueError for the rest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

_TOKEN: Final = re.compile(
    rb"[0-9A-Za-z '\x80-\xff]{2,}(?![?*+{])|\(\?[a-z\-]*:|\((?!\?)|\)|\||[?*+]\??|\{[0-9]+(?:,[0-9]*)?\}\??"
    rb"|\\x[0-9a-fA-F]{2}|\\[^0-9A-Za-z]|\\[bBdswSDWnrt]|\[\^?\]?(?:\\.|[^\]\\])*\]|[^\\()\[\]{}|?*+]",
    re.DOTALL,
)
FLAGS: Final = re.compile(rb"\(\?([a-z]+)\)")
_TURNED: Final = {b"^": b"$", b"$": b"^"}
NO_WIDTH: Final = frozenset((b"^", b"$", rb"\b", rb"\B"))
_WORDS: Final = frozenset(b"az ")
_OFTEN: Final = frozenset(b"abcdefghijklmnopqrstuvwxyz") | frozenset(range(0xDF, 0x100))


class _Piece(NamedTuple):
    """`written`: from its end. `first` and `last`: the bytes that a match can begin or end with; `empty`: or none."""

    written: bytes
    first: frozenset[int]
    last: frozenset[int]
    empty: bool


def reverse(source: bytes) -> bytes:
    """The expression for reversed texts. Raises ValueError."""
    return _whole(source).written


def first_signs(source: bytes) -> frozenset[int]:
    """The bytes with which a match can begin: all, where it may be empty. Raises ValueError."""
    whole = _whole(source)
    return frozenset(range(256)) if whole.empty else whole.first


def last_signs(source: bytes) -> frozenset[int]:
    """The same of its end."""
    whole = _whole(source)
    return frozenset(range(256)) if whole.empty else whole.last


def begins_rarely(source: bytes) -> bool:
    """Whether no small letter can begin a match. Raises ValueError."""
    whole = _whole(source)
    return not whole.empty and not whole.first & _OFTEN


def ends_rarely(source: bytes) -> bool:
    """The same for its end."""
    whole = _whole(source)
    return not whole.empty and not whole.last & _OFTEN


@cache
def lasts(source: bytes) -> bool:
    """Whether a match that has begun may go on over any number of words: `with [^;]*!`. Raises ValueError."""
    flags = FLAGS.match(source)
    before = b""
    for token in tokens_of(source, flags.end() if flags else 0):
        if token[:1] in b"*+" and before[:1] in (b"[", b".") and signs_of(before, ignores_case=False) >= _WORDS:
            return True
        before = token
    return False


@cache
def _whole(source: bytes) -> _Piece:
    flags = FLAGS.match(source)
    tokens = tokens_of(source, flags.end() if flags else 0)
    named = flags[1] if flags else b""
    whole, closed = _alternatives(tokens, ignores_case=b"i" in named)
    if closed:
        raise ValueError("a bracket is closed that was not opened")
    return whole._replace(written=b"(?%s:%s)" % (named, whole.written)) if flags else whole


def tokens_of(source: bytes, at: int) -> Iterator[bytes]:
    """What `source` is made of behind `at`. Raises ValueError."""
    tokens: list[bytes] = _TOKEN.findall(source, at)
    if sum(map(len, tokens)) != len(source) - at:  # something was passed over
        while token := _TOKEN.match(source, at):
            at = token.end()
        raise ValueError(f"not known how to read from its end: {source[at : at + 12]!r}")
    return iter(tokens)


def _alternatives(tokens: Iterator[bytes], *, ignores_case: bool) -> tuple[_Piece, bool]:
    """What stands up to the bracket that closes it, and whether there was one."""
    branches: list[list[_Piece]] = [[]]
    closed = False
    for token in tokens:
        branch = branches[-1]
        if token == b")":
            closed = True
            break
        if token == b"|":
            branches.append([])
        elif token[:1] == b"(":
            on, _, off = token[2:-1].partition(b"-")
            cased = b"i" in on or (ignores_case and b"i" not in off)
            inner, inner_closed = _alternatives(tokens, ignores_case=cased)
            if not inner_closed:
                raise ValueError("a bracket is not closed")
            branch.append(inner._replace(written=b"%s%s)" % (token, inner.written)))
        elif token[:1] in b"?*+{":
            last = branch.pop()
            empty = last.empty or token[:1] in b"?*" or token.startswith((b"{0,", b"{0}"))
            branch.append(last._replace(written=last.written + token, empty=empty))
        elif token in NO_WIDTH:
            branch.append(_Piece(_TURNED.get(token, token), frozenset(), frozenset(), empty=True))
        elif len(token) > 1 and token[:1] not in b"\\[":  # letters in a row
            first, final = (signs_of(token[at : at + 1 or None], ignores_case=ignores_case) for at in (0, -1))
            branch.append(_Piece(token[::-1], first, final, empty=False))
        else:
            signs = signs_of(token, ignores_case=ignores_case)
            branch.append(_Piece(token, signs, signs, empty=False))
    joined = [_in_a_row(branch) for branch in branches]
    return _Piece(
        b"|".join(sorted(piece.written for piece in joined)),  # RE2 joins neighbours that begin alike
        frozenset().union(*(piece.first for piece in joined)),
        frozenset().union(*(piece.last for piece in joined)),
        any(piece.empty for piece in joined),
    ), closed


def _in_a_row(pieces: list[_Piece]) -> _Piece:
    first: frozenset[int] = frozenset()
    last: frozenset[int] = frozenset()
    for piece in pieces:
        first |= piece.first
        if not piece.empty:
            break
    for piece in reversed(pieces):
        last |= piece.last
        if not piece.empty:
            break
    written = b"".join(piece.written for piece in reversed(pieces))
    return _Piece(written, first, last, all(piece.empty for piece in pieces))


@cache
def signs_of(token: bytes, *, ignores_case: bool) -> frozenset[int]:
    """The bytes that one letter, escape or class stands for."""
    one = re.compile(token, re.DOTALL | (re.IGNORECASE if ignores_case else 0))
    return frozenset(byte for byte in range(256) if one.fullmatch(bytes((byte,))))
