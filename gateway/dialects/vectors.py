"""An embedding's numbers between the two shapes that clients ask for: a JSON array, and base64 of 32-bit floats.

Invariants
- An array goes through as its provider wrote it, digit by digit; it is read only to be packed.
- What is no array of numbers never reaches a client by translation: UpstreamNonsense.
- Packed floats are little-endian on the wire, whatever the machine.
"""

from __future__ import annotations

import binascii
import contextlib
import sys
from array import array
from base64 import b64decode, b64encode

import msgspec

from gateway.core.operations import Vector
from gateway.dialects.unstreamed import nonsense

_read_numbers = msgspec.json.Decoder(list[float]).decode
_read_text = msgspec.json.Decoder(str).decode
_encode = msgspec.json.Encoder().encode

_NUMERIC = b"0123456789+-.eE, \t\r\n"


def read_vector(raw: msgspec.Raw) -> Vector:
    """The vector that a member of an answer holds, unread; raises UpstreamNonsense for neither array nor text."""
    told = bytes(raw).strip()
    if told.startswith(b"["):
        return Vector(numbers=told)
    if told.startswith(b'"'):
        with contextlib.suppress(UnicodeDecodeError):  # what stands in a text is read here for the first time
            return Vector(packed=_read_text(told))
    raise nonsense("an embedding is neither an array nor a text")


def as_array(vector: Vector) -> msgspec.Raw:
    """JSON of the numbers; raises UpstreamNonsense."""
    if vector.numbers is not None:
        # It is valid JSON in brackets: without other letters than numbers have, it holds numbers only.
        if vector.numbers[1:-1].translate(None, _NUMERIC):
            raise nonsense("an embedding holds something that is no number")
        return msgspec.Raw(vector.numbers)
    floats = _unpacked(vector.packed or "")
    if sys.byteorder == "big":
        floats.byteswap()
    return msgspec.Raw(_encode(floats.tolist()))


def as_base64(vector: Vector) -> str:
    """Base64 of little-endian 32-bit floats; raises UpstreamNonsense."""
    if vector.packed is not None:
        _unpacked(vector.packed)
        return vector.packed
    try:
        floats = array("f", _read_numbers(vector.numbers or b""))
    except (msgspec.DecodeError, OverflowError):
        raise nonsense("an embedding is no array of numbers") from None
    if sys.byteorder == "big":
        floats.byteswap()
    return b64encode(floats.tobytes()).decode()


def _unpacked(packed: str) -> array[float]:
    """In the wire's order of bytes; raises UpstreamNonsense."""
    try:
        return array("f", b64decode(packed, validate=True))
    except (binascii.Error, ValueError):
        raise nonsense("an embedding is no base64 of 32-bit floats") from None
