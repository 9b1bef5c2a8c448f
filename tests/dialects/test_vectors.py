"""Vectors between digits and packed floats."""

from __future__ import annotations

import json
import struct
from base64 import b64decode, b64encode

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.operations import Vector
from gateway.dialects.vectors import as_array, as_base64, read_vector
from gateway.errors import UpstreamNonsense

FLOATS = st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), max_size=20)


@given(FLOATS)
def test_there_and_back(floats: list[float]) -> None:
    packed = as_base64(Vector(numbers=json.dumps(floats).encode()))
    assert b64decode(packed) == struct.pack(f"<{len(floats)}f", *floats)
    assert json.loads(bytes(as_array(Vector(packed=packed)))) == floats


@given(st.lists(st.integers(-128, 127)))
def test_whole_numbers_are_numbers(integers: list[int]) -> None:
    raw = json.dumps(integers).encode()
    assert bytes(as_array(Vector(numbers=raw))) == raw


@pytest.mark.parametrize("raw", [b"[1.50,2e-3 ,\n-0]", b" [0.10000000000000000555] "])
def test_digits_are_kept(raw: bytes) -> None:
    assert bytes(as_array(read_vector(msgspec.Raw(raw)))) == raw.strip()


@pytest.mark.parametrize("raw", [b"{}", b"null", b"1", b"true"])
def test_what_is_no_vector(raw: bytes) -> None:
    with pytest.raises(UpstreamNonsense):
        read_vector(msgspec.Raw(raw))


@pytest.mark.parametrize("raw", [b'["x"]', b"[[1]]", b"[null]", b"[true]", b"[{}]", b'[1,"2"]'])
@pytest.mark.parametrize("shown", [as_array, as_base64])
def test_what_is_no_number(raw: bytes, shown) -> None:
    with pytest.raises(UpstreamNonsense):
        shown(Vector(numbers=raw))


@pytest.mark.parametrize("packed", ["no", "????", b64encode(b"12345").decode(), "AAAA AAAA"])
@pytest.mark.parametrize("shown", [as_array, as_base64])
def test_what_is_no_base64_of_floats(packed: str, shown) -> None:
    with pytest.raises(UpstreamNonsense):
        shown(Vector(packed=packed))


@pytest.mark.parametrize("numbers", [b"[1e39]", b"[1e400]"])
def test_more_than_32_bits_hold(numbers: bytes) -> None:
    try:
        packed = as_base64(Vector(numbers=numbers))
    except UpstreamNonsense:
        return
    assert b64decode(packed) == struct.pack("<f", float("inf"))


def test_a_vector_shows_nothing() -> None:
    assert repr(Vector(numbers=b"[0.125]")) == "<Vector>"
