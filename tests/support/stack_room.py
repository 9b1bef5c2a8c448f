"""Room on the interpreter's stack for whatever is collected and tested.

CPython has its frames in blocks of 16 KiB. Where one ends, each call fetches a new block from the system and gives it
back on return, page faults included. pytest is deep in frames of its own by then, so it is a matter of luck whose loop
that is: two thousand tests made 156,000 such calls. A frame that is large has a large block made for it, of which all
calls from it on have the rest: then they made 3,000.
"""

from __future__ import annotations

from collections.abc import Callable
from types import FunctionType
from typing import Any

import pytest
from _pytest import main

from tests.support import telling

_SLOTS = 66_000
"""Of eight bytes: just over half of the block of 1 MiB that is made for them."""


def _call(function: Callable[..., Any], *arguments: Any) -> Any:
    return function(*arguments)


with_room: Callable[..., Any] = FunctionType(_call.__code__.replace(co_stacksize=_SLOTS), globals())
"""Calls a function, with its arguments."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> object:
    """In place of pytest's own."""
    with_room(main.pytest_collection, session)
    return True


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> object:
    """In place of pytest's own."""
    return with_room(telling.run, item, nextitem)
