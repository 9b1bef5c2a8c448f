"""The one place that starts asyncio tasks: each is referenced until it ends, none is lost or collected early."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_running: set[asyncio.Task[Any]] = set()


def spawn(work: Coroutine[Any, Any, T], name: str | None = None) -> asyncio.Task[T]:
    """Start `work` on the running loop and keep it referenced until it is done."""
    task = asyncio.create_task(work, name=name)
    _running.add(task)
    task.add_done_callback(_running.discard)
    return task


def spawn_for_good(work: Coroutine[Any, Any, None], name: str) -> asyncio.Task[None]:
    """As `spawn`, for work that only a cancellation ends: nobody awaits it, so the loop is told if a defect does."""
    task = spawn(work, name)
    task.add_done_callback(_ended)
    return task


def _ended(task: asyncio.Task[None]) -> None:
    if not task.cancelled():
        context = {"message": "work that should go on has ended", "task": task, "exception": task.exception()}
        task.get_loop().call_exception_handler(context)
