"""One test of many cases: all are tried, and each that fails is told by its name."""

from __future__ import annotations

import asyncio
import inspect

import pytest

from tests.support.each_case import each_case
from tests.support.time_outs import TookTooLong


def failing(error: BaseExceptionGroup[BaseException]) -> list[str]:
    return [note for one in error.exceptions for note in one.__notes__]


def test_all_cases_are_tried_and_those_that_fail_are_told() -> None:
    tried: list[tuple[str, int]] = []

    @each_case("number", [3, 4, 5, 7], lambda number: f"of {number}")
    def even(fixture: str, number: int) -> None:
        tried.append((fixture, number))
        assert number % 2 == 0

    assert list(inspect.signature(even).parameters) == ["fixture"]
    with pytest.raises(ExceptionGroup) as told:
        even(fixture="given")
    assert failing(told.value) == ["case of 3", "case of 5", "case of 7"]
    assert tried == [("given", number) for number in (3, 4, 5, 7)]


def test_coroutines_and_several_names() -> None:
    @each_case("less,more", [(1, 2), (2, 1)])
    async def ordered(less: int, more: int) -> None:
        await asyncio.sleep(0)
        assert less < more

    with pytest.raises(ExceptionGroup) as told:
        asyncio.run(ordered())
    assert failing(told.value) == ["case (2, 1)"]


def test_what_should_have_raised_and_what_skips_are_told_with_the_others() -> None:
    """Both are no Exception: the cases behind them would be neither tried nor told."""

    @each_case("number", range(4))
    def raising(number: int) -> None:
        if number == 1:
            pytest.skip("not today")
        if number == 2:
            with pytest.raises(ValueError, match="never"):
                pass
        assert number != 3

    with pytest.raises(BaseExceptionGroup) as told:
        raising()
    assert failing(told.value) == ["case 1", "case 2", "case 3"]


def test_what_takes_too_long_ends_the_whole() -> None:
    tried = []

    @each_case("number", range(3))
    def slow(number: int) -> None:
        tried.append(number)
        if number == 1:
            raise TookTooLong("Timeout")

    with pytest.raises(TookTooLong) as told:
        slow()
    assert told.value.__notes__ == ["case 1"]
    assert tried == [0, 1]


def test_none_is_a_failure() -> None:
    @each_case("number", [])
    def never(number: int) -> None: ...

    with pytest.raises(AssertionError, match="no case"):
        never()
