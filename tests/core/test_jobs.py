"""The sum of many calls, priced as the calls are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.core.jobs import PORTION, portions
from gateway.core.usage import Usage


@given(
    read=st.integers(0, 10**9), said=st.integers(0, 10**8), cached=st.integers(0, 10**6), answers=st.integers(0, 3000)
)
def test_parts_add_up_and_are_as_long_as_calls(read: int, said: int, cached: int, answers: int) -> None:
    whole = Usage(input_tokens=read, output_tokens=said, cached_tokens=cached, service_tier="batch")
    parts = portions(whole, answers)
    assert sum(part.input_tokens for part in parts) == read
    assert sum(part.output_tokens for part in parts) == said
    assert sum(part.cached_tokens for part in parts) == cached
    assert {part.service_tier for part in parts} == {"batch"}
    longest = max(part.input_tokens for part in parts)
    if answers and read // answers >= PORTION:
        assert longest - read // answers in {0, 1}
    else:
        assert longest <= PORTION


@pytest.mark.parametrize(("each", "number", "long"), [(1_000, 5_000, False), (300_000, 3, True)])
def test_a_batch_of_short_calls_is_not_priced_as_a_long_one(each: int, number: int, long: bool) -> None:
    parts = portions(Usage(input_tokens=each * number), number)
    assert any(part.input_tokens > 200_000 for part in parts) is long
