"""How many examples Hypothesis tries: a hundred where soak tests run, too, else a quarter of them, but not under ten.

    @settings(max_examples=examples(40))        # where a test has its own number, which is the one at length
    for text in some_of(texts, 3):              # and of examples that were written, or drawn before

A shared machine that pauses is no defect of the code, so none of them is timed.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import pytest
from hypothesis import HealthCheck, settings

T = TypeVar("T")

AT_LENGTH = 100
SHORT = 25
FEWEST = 10
"""The first of them is always the plainest there is."""

for name, number in {"at length": AT_LENGTH, "short": SHORT}.items():
    settings.register_profile(
        name, settings(), max_examples=number, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )


def pytest_configure(config: pytest.Config) -> None:
    settings.load_profile("short" if "not soak" in config.option.markexpr else "at length")


def examples(at_length: int) -> int:
    """This run's part of them: no fewer than `FEWEST`, unless there are not so many."""
    return max(at_length * settings().max_examples // AT_LENGTH, min(at_length, FEWEST))


def some_of(things: Sequence[T], every: int) -> Sequence[T]:
    """All of them at length, else each `every`-th."""
    return things if settings().max_examples == AT_LENGTH else things[::every]
