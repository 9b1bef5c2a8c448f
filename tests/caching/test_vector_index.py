"""The nearest of the vectors that are kept, and their bounds."""

from __future__ import annotations

import math
from array import array

import pytest

from gateway.caching.vector_index import (
    BUCKET_BYTES,
    ENTRY_BYTES,
    MOST_DIMENSIONS,
    MOST_IN_A_BUCKET,
    VectorIndex,
    unit,
)
from tests.support.clocks import HandClock


def towards(degrees: float) -> array[float]:
    made = unit([math.cos(math.radians(degrees)), math.sin(math.radians(degrees))])
    assert made is not None
    return made


def test_the_nearest_of_a_bucket_is_found_with_its_cosine() -> None:
    index = VectorIndex(HandClock())
    for degrees in (0, 30, 80):
        index.add(b"one", towards(degrees), b"%d" % degrees, 60.0)
    index.add(b"other", towards(45), b"45", 60.0)
    found = index.nearest(b"one", towards(40))
    assert found is not None
    assert (found[0].key, found[1]) == (b"30", pytest.approx(math.cos(math.radians(10)), abs=1e-6))
    assert index.nearest(b"none", towards(0)) is None


def test_what_has_aged_is_gone_and_gives_its_bytes_back() -> None:
    clock = HandClock()
    index = VectorIndex(clock)
    index.add(b"one", towards(0), b"k", 60.0)
    assert index.size == BUCKET_BYTES + ENTRY_BYTES + 8
    clock.advance(60.0)
    assert index.nearest(b"one", towards(0)) is None
    assert index.size == 0


def test_buckets_and_bytes_are_bounded() -> None:
    capacity = 2 * BUCKET_BYTES + 50 * (ENTRY_BYTES + 8)
    index = VectorIndex(HandClock(), capacity)
    for number in range(MOST_IN_A_BUCKET + 5):
        index.add(b"one", towards(number), b"%d" % number, 60.0)
    assert index.size == BUCKET_BYTES + MOST_IN_A_BUCKET * (ENTRY_BYTES + 8)
    for number in range(30):
        index.add(b"other", towards(number), b"%d" % number, 60.0)
    assert index.size <= capacity
    assert index.nearest(b"one", towards(0)) is None


def test_an_answer_that_is_kept_anew_takes_its_own_place() -> None:
    index = VectorIndex(HandClock())
    for _ in range(3):
        index.add(b"one", towards(0), b"k", 60.0)
    assert index.size == BUCKET_BYTES + ENTRY_BYTES + 8


@pytest.mark.parametrize("numbers", [[], [0.0, 0.0], [math.nan], [math.inf, 1.0], [0.1] * (MOST_DIMENSIONS + 1)])
def test_what_has_no_direction_is_no_vector(numbers: list[float]) -> None:
    assert unit(numbers) is None
