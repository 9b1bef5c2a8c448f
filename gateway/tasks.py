"""The one place that starts asyncio tasks: each is referenced until it ends, none is lost or collected early."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")

_running: set[asyncio.Task[Any]] = set()
_broken: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, bool]] = WeakKeyDictionary()
"""Of each loop: work that a defect ended, and whether it was vital."""


def spawn(work: Coroutine[Any, Any, T], name: str) -> asyncio.Task[T]:
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
            _tell(task, name, "work that should go on has ended", vital=vital)

    task.add_done_callback(ended)
    return task


def spawn_unawaited(work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
    """As `spawn`, for work that nobody asks how it went: the loop and `broken` tell if a defect ends it."""
    task = spawn(work, name)

    def ended(_: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            _tell(task, name, "work was ended by a defect", vital=False)

    task.add_done_callback(ended)
    return task


def _tell(task: asyncio.Task[None], name: str, message: str, *, vital: bool) -> None:
    loop = task.get_loop()
    _broken.setdefault(loop, {})[name] = vital
    loop.call_exception_handler({"message": message, "task": task, "exception": task.exception()})


async def close_in_turn(*closings: Callable[[], Awaitable[object] | None]) -> None:
    """Close each, in this order, also what stands behind one that fails. Raises what failed as an `ExceptionGroup`."""
    failed: list[Exception] = []
    for close in closings:
        try:
            closing = close()
            if closing is not None:
                await closing
        except Exception as error:  # noqa: BLE001  whatever it was, the others are closed and it is raised behind them
            failed.append(error)
    if failed:
        raise ExceptionGroup("not everything closed as it should", failed)


async def cancel(*tasks: asyncio.Task[Any] | None, seconds: float | None = None) -> None:
    """Cancel those that there are, and return when all have ended, whatever they ended with, or after `seconds`: a
    question to a database that is frozen does not end before the database moves, not even when it is cancelled.
    """
    started = [task for task in tasks if task is not None]
    for task in started:
        task.cancel()
    if started:
        ended, _ = await asyncio.wait(started, timeout=seconds)
        await asyncio.gather(*ended, return_exceptions=True)


def thread_for_good(work: Callable[[], None], name: str, fell: Callable[[], None]) -> threading.Thread:
    """Start vital work, as above, in a thread of its own. Where a defect ends it, the loop calls `fell`, too."""
    loop = asyncio.get_running_loop()

    def report(error: Exception) -> None:
        _broken.setdefault(loop, {})[name] = True
        loop.call_exception_handler({"message": "a thread that should go on has ended", "exception": error})
        fell()

    def run() -> None:
        try:
            work()
        except Exception as error:  # noqa: BLE001  whatever the defect is
            with contextlib.suppress(RuntimeError):  # the loop has ended before us
                loop.call_soon_threadsafe(report, error)

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    return thread


def broken(*, vital: bool) -> list[str]:
    """The names of such work on the running loop that a defect has ended."""
    return [name for name, was in _broken.get(asyncio.get_running_loop(), {}).items() if was is vital]
