"""A large JSON text to a tree, portion by portion: parsed in one go, a megabyte of short values keeps all other threads
waiting for some twenty milliseconds, and as much as a client may send for more than a second.

A portion ends where a comma seems to part two members of what is open, and is parsed as if it were all that stands in
there. Whatever parses so, means that: portions that are members each, with commas between them and brackets around
them, are JSON, and JSON is read in one way only. So an expression that cut in the wrong place could have a text
refused, but never another one read out of it.

Invariants
- Linear: what is open, `MAX_DEPTH` deep at most, is looked at `PORTION` bytes ahead, which are then consumed, or begin
  with something larger.
- Names that stand twice in one object are left to whoever counts them, as in a tree that was parsed in one go.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec

from gateway.core.linear_search import HERE, automaton

PORTION: Final = 16 * 1024
MAX_DEPTH: Final = 64

_TEXT: Final = rb'(?:[^"\\]|\\.)*'
_STRING: Final = b'"' + _TEXT + b'"'


def _inside(depth: int) -> bytes:
    """What may stand in brackets, nested so deep: to be walked into level by level, small members cost twentyfold."""
    nested = rb"|[\[{]" + _inside(depth - 1) + rb"[\]}]" if depth else b""
    return rb'(?:[^"\[\]{}]|' + _STRING + nested + b")*"


_MEMBER: Final = rb'(?:[^",\[\]{}]|' + _STRING + rb"|[\[{]" + _inside(MAX_DEPTH) + rb"[\]}])*"


_ONE, _SEVERAL, _LETTERS, _PLAIN, _BLANKS = (
    automaton(source, dot_is_newline_too=True)
    for source in (_MEMBER, b"(?:" + _MEMBER + b",)*", _TEXT, rb'[^",:\[\]{} \t\r\n]*', rb"[ \t\r\n]*")
)
_decode = msgspec.json.Decoder().decode


class NotInPortions(Exception):
    """It is no JSON."""


def parse_portions(body: bytes, between: Callable[[], None]) -> Any:
    """The object or array. `between`: called at least once a portion.

    Raises NotInPortions, RecursionError for what is deeper than MAX_DEPTH, and what msgspec raises; where it is wrong,
    none of these tells.
    """
    portions = _Portions(body, between)
    tree, end = portions.opened(portions.behind(_BLANKS, 0), MAX_DEPTH)
    if portions.behind(_BLANKS, end) != len(body):
        raise NotInPortions
    return tree


class _Portions:
    def __init__(self, body: bytes, between: Callable[[], None]) -> None:
        self._body = body
        self._between = between

    def opened(self, at: int, depth: int) -> tuple[Any, int]:
        """What begins there with a bracket, and where it ends."""
        opens = self._sign(at)
        if opens not in (b"{", b"["):
            raise NotInPortions
        if not depth:
            raise RecursionError
        made: Any = {} if opens == b"{" else []
        closes, take = (b"}", made.update) if opens == b"{" else (b"]", made.extend)
        at += 1
        after_comma = False
        while True:
            if (end := self._end(_SEVERAL, at)) > at:
                take(_decode(opens + self._members(at, end - 1) + closes))
                at, after_comma = end, True
                continue
            end = self._end(_ONE, at)
            if self._sign(end) == closes:
                if after_comma or self.behind(_BLANKS, at) < end:
                    take(_decode(opens + self._members(at, end) + closes))
                return made, end + 1
            end = self.behind(_BLANKS, self._large(at, made, depth))
            if self._sign(end) == closes:
                return made, end + 1
            if self._sign(end) != b",":
                raise NotInPortions
            at, after_comma = end + 1, True

    def behind(self, expression: Any, at: int) -> int:
        """Where ends for good what may go on from one portion to the next."""
        while (end := self._end(expression, at)) > at:
            at = end
        return at

    def _end(self, expression: Any, at: int) -> int:
        """Where a match that begins there ends, within a portion; all of ours may be empty."""
        self._between()
        end: int = expression.Match(HERE, self._body, at, min(len(self._body), at + PORTION))[0][1]
        return end

    def _sign(self, at: int) -> bytes:
        return self._body[at : at + 1]

    def _members(self, at: int, end: int) -> bytes:
        """Nothing at all would be JSON between brackets, but is none beside a comma."""
        members = self._body[at:end]
        if not members.strip(b" \t\r\n"):
            raise NotInPortions
        return members

    def _large(self, at: int, made: Any, depth: int) -> int:
        """Adds one member that may be longer than a portion to an object or array; where it ends."""
        at = self.behind(_BLANKS, at)
        if type(made) is list:
            value, end = self._value(at, depth)
            made.append(value)
            return end
        end = self._end_of_string(at)
        name = _decode(self._body[at:end])
        at = self.behind(_BLANKS, end)
        if self._sign(at) != b":":
            raise NotInPortions
        made[name], end = self._value(self.behind(_BLANKS, at + 1), depth)
        return end

    def _value(self, at: int, depth: int) -> tuple[Any, int]:
        """What begins there, and where it ends."""
        first = self._sign(at)
        if first in (b"{", b"["):
            return self.opened(at, depth - 1)
        end = self._end_of_string(at) if first == b'"' else self.behind(_PLAIN, at)
        return _decode(self._body[at:end]), end

    def _end_of_string(self, at: int) -> int:
        if self._sign(at) != b'"':
            raise NotInPortions
        end = self.behind(_LETTERS, at + 1)
        if self._sign(end) != b'"':
            raise NotInPortions
        return end + 1
