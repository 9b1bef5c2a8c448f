"""The one place that starts asyncio tasks: each is referenced until it ends, none is lost or collected early."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")

_running: set[asyncio.Task[Any]] = set()
_broken: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, bool]] = WeakKeyDictionary()
"""Of each loop: work that a defect ended, and whether it was vital."""


def spawn(work: Coroutine[Any, Any, T], name: str | None = None) -> asyncio.Task[T]:
    """Start `work` on the running loop and keep it referenced until it is done."""
    task = asyncio.create_task(work, name=name)
    _running.add(task)
    task.add_done_callback(_running.discard)
    return task


def spawn_for_good(work: Coroutine[Any, Any, None], name: str, *, vital: bool = False) -> asyncio.Task[None]:
    """As `spawn`, for work that only a cancellation ends: nobody awaits it, so the loop and `broken` tell if a defect
    does. It is not begun anew: nobody knows in what state the defect left what it worked at. `vital`: without it a
    process should be asked for nothing more, since it would forget to count, to write down or to hear what was revoked.
    """
    task = spawn(work, name)

    def ended(_: asyncio.Task[None]) -> None:
        if not task.cancelled():
            loop = task.get_loop()
            _broken.setdefault(loop, {})[name] = vital
            context = {"message": "work that should go on has ended", "task": task, "exception": task.exception()}
            loop.call_exception_handler(context)

    task.add_done_callback(ended)
    return task


def broken(*, vital: bool) -> list[str]:
    """The names of such work on the running loop that a defect has ended."""
    return [name for name, was in _broken.get(asyncio.get_running_loop(), {}).items() if was is vital]
