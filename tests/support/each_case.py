"""A test over many small cases, as one test that tells of each case that fails.

    @each_case("path", sorted(FOLDER.glob("*.json")), by_name)
    def test_it_is_read(path: Path) -> None: ...

In place of `pytest.mark.parametrize` where a case takes less than what pytest does for a test, some milliseconds;
fixtures are made once.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest

from tests.support.time_outs import TookTooLong

Test = Callable[..., Any]


def each_case(names: str, cases: Iterable[Any], told: Callable[[Any], str] = str) -> Callable[[Test], Test]:
    """`names` of parameters, parted by commas; a case is a value, or one for each. `told`: what it is called.

    Raises a BaseExceptionGroup of what the cases raised, each with its case's name as a note; AssertionError where
    there is no case. A case that skips itself has failed: else those behind it would be left out without a word. What
    takes too long ends the whole.
    """
    wanted, known = names.split(","), list(cases)

    def arguments(case: Any) -> dict[str, Any]:
        return {names: case} if len(wanted) == 1 else dict(zip(wanted, case, strict=True))

    @contextlib.contextmanager
    def noted(case: Any, failures: list[BaseException]) -> Iterator[None]:
        try:
            yield
        except TookTooLong as failure:
            failure.add_note(f"case {told(case)}")
            raise
        except (Exception, pytest.fail.Exception, pytest.skip.Exception) as failure:  # noqa: BLE001  told with others
            failure.add_note(f"case {told(case)}")
            failures.append(failure)

    def judge(failures: list[BaseException]) -> None:
        assert known, "there is no case"
        if failures:
            raise BaseExceptionGroup(f"of {len(known)} cases", failures)

    def of_all(test: Test) -> Test:
        def run(**fixtures: Any) -> None:
            failures: list[BaseException] = []
            for case in known:
                with noted(case, failures):
                    test(**fixtures, **arguments(case))
            judge(failures)

        async def run_awaited(**fixtures: Any) -> None:
            failures: list[BaseException] = []
            for case in known:
                with noted(case, failures):
                    await test(**fixtures, **arguments(case))
            judge(failures)

        made: Any = functools.wraps(test)(run_awaited if inspect.iscoroutinefunction(test) else run)
        signature = inspect.signature(test)
        left = [parameter for name, parameter in signature.parameters.items() if name not in wanted]
        made.__signature__ = signature.replace(parameters=left)
        return made  # type: ignore[no-any-return]

    return of_all
