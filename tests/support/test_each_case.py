"""One test of many cases: all are tried, and each that fails is told by its name."""

from __future__ import annotations

import asyncio
import inspect

import pytest

from tests.support.each_case import each_case


def failing(error: ExceptionGroup[Exception]) -> list[str]:
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


def test_none_is_a_failure() -> None:
    @each_case("number", [])
    def never(number: int) -> None: ...

    with pytest.raises(AssertionError, match="no case"):
        never()
