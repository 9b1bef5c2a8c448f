"""JSON bytes to a tree, strictly.

Promise: what this accepts means the same to every later reader, the provider included.

Invariants
- A duplicate key is refused: two parsers could see two different requests.
- Nesting deeper than `MAX_DEPTH` is refused before any code recurses into it.
- Integers keep every digit; lone surrogates, NaN and numbers out of range are refused.
- No message quotes the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import msgspec

from gateway.core.portions import MAX_DEPTH, NotInPortions, parse_portions
from gateway.errors import MalformedBody

LARGE_BODY_BYTES = 256 * 1024
"""Bytes beyond which a body is parsed in a thread, so that no other request waits for it."""
MANY = 8 * 1024
"""Commas beyond which that is done portion by portion, a little dearer; so few are parsed in three milliseconds."""

_PLACE = re.compile(r" \(byte \d+\)$")

_HALF_AT_END = re.compile(rb"\\u[dD][89abAB][0-9a-fA-F]{2}[^\\]{1,5}\Z", re.DOTALL)
"""Behind the first half of a pair, the parser wants as many bytes as the second has."""

_decode = msgspec.json.Decoder().decode
_skip = msgspec.json.Decoder(msgspec.Raw).decode
_BACKSLASH = ord("\\")
"""A number: bytes that are looked for in bytes are first tried as one, by an exception, for ten times the price."""


def _nothing() -> None:
    pass


def parse_object(body: bytes, between: Callable[[], None] = _nothing) -> dict[str, Any]:
    """The JSON object in `body`; raises MalformedBody where it is not exactly one.

    `between`: called now and then while a large one is parsed, for a thread that gives others their turns.
    """
    try:
        tree = _parsed(body, between)
    except RecursionError:
        raise MalformedBody(f"The body nests deeper than {MAX_DEPTH} levels.") from None
    except UnicodeDecodeError:
        raise MalformedBody(f"The body is not valid UTF-8{_first_bad_byte(body)}.") from None
    except msgspec.ValidationError:
        raise MalformedBody("The body holds a number out of range.") from None
    except msgspec.DecodeError as error:
        raise MalformedBody(_what_is_wrong(body, str(error))) from None
    if type(tree) is not dict:
        raise MalformedBody("The body must be a JSON object.")
    names, colons = _survey(tree, MAX_DEPTH)
    if names + colons != body.count(b":") + _escaped_colons(body):
        raise MalformedBody("The body names a field twice in one object.")
    return tree


def _parsed(body: bytes, between: Callable[[], None]) -> Any:
    if len(body) > LARGE_BODY_BYTES and body.count(b",") > MANY:
        try:
            return parse_portions(body, between)
        except (RecursionError, UnicodeDecodeError, msgspec.ValidationError):
            raise  # of these nobody tells more
        except (NotInPortions, msgspec.DecodeError):
            _skip(body)  # which tells in a tenth of the time what is wrong, and where
    return _decode(body)


def _what_is_wrong(body: bytes, told: str) -> str:
    """`told`: the parser's words, of which only the place is taken."""
    if not body:
        return "The body is empty. Send a JSON object."
    if body.startswith(b"\xef\xbb\xbf"):
        return "The body begins with a byte-order mark. Send UTF-8 without one."
    place = _PLACE.search(told)
    if "surrogate" in told or (place is None and _HALF_AT_END.search(body)):
        where = "" if place is None else place[0]
        return f"The body holds half a character{where}: an escape \\ud… without the one that completes it."
    return f"The body is not valid JSON{': it ends too soon' if place is None else place[0]}."


def _first_bad_byte(body: bytes) -> str:
    """The parser counts from the start of a string."""
    try:
        body.decode()
    except UnicodeDecodeError as error:
        return f" (byte {error.start})"
    return ""


def _survey(node: Any, depth: int) -> tuple[int, int]:
    """(number of object members, number of colons inside names and strings) below `node`."""
    if depth == 0:
        raise MalformedBody(f"The body nests deeper than {MAX_DEPTH} levels.")
    names = colons = 0
    kind = type(node)
    if kind is dict:
        names = len(node)
        children = node.values()
        for name in node:
            if ":" in name:
                colons += name.count(":")
    elif kind is list:
        children = node
    else:
        return 0, 0
    for child in children:
        kind = type(child)
        if kind is str:
            if ":" in child:
                colons += child.count(":")
        elif kind is dict or kind is list:
            below, inside = _survey(child, depth - 1)
            names += below
            colons += inside
    return names, colons


def _escaped_colons(body: bytes) -> int:
    """Colons in strings that are written by their number."""
    if _BACKSLASH not in body or body.find(b"\\u003") < 0:  # the shorter search first
        return 0
    told = body.replace(b"\\\\", b"-")  # a backslash, behind which `u003a` is no escape
    return told.count(b"\\u003a") + told.count(b"\\u003A")
