"""Answers remembered by the hash of what was asked: asking again is quick, and no text stays in memory for it.

Invariants
- Neither the question nor anything of it is kept, and the answers must hold none of it either.
- The hash is Python's own, of 64 bits, with a secret that each process draws: with `most` questions remembered, one in
  2^64 / most that are new is taken for another.
- Bounded: when it is full, all is forgotten.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_NOTHING: Final = object()


def cached_by_hash(most: int) -> Callable[[Callable[P, T]], Callable[P, T]]:
    """For functions of hashable values, given by position, whose answer depends on nothing else."""

    def decorate(function: Callable[P, T]) -> Callable[P, T]:
        answers: dict[int, Any] = {}

        @wraps(function)
        def asked(*arguments: P.args, **_: P.kwargs) -> T:
            key = hash(arguments)
            answer = answers.get(key, _NOTHING)
            if answer is _NOTHING:
                if len(answers) >= most:
                    answers.clear()
                answer = answers[key] = function(*arguments, **_)
            return answer  # type: ignore[no-any-return]

        return asked

    return decorate
