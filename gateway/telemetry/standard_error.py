"""Where log lines go: standard error, which keeps nobody from serving.

Promise: `write` returns at once, whatever becomes of the lines.

Invariants
- Where no line can be written (a full disk, a pipe whose reader is gone, a closed stream or none), lines are lost.
- A pipe or socket that takes nothing at the moment, since whoever collects lines stands still, is not waited for: up to
  WAITING_BYTES wait here for the next line that can be written; what comes beyond that is lost, counted, and told.
- The stream may be other processes' too, so it is never made non-blocking: a pipe is opened once more, for this process
  alone. It is given what the kernel takes whole or not at all (pipe(7): PIPE_BUF), cut between lines. A socket, which
  cannot be opened again, is asked whether it has room.
- Threads of libraries log, too: one writes at a time.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import select
import stat
import sys
import threading
from collections.abc import Callable
from time import monotonic
from typing import ClassVar, Final

WAITING_BYTES: Final = 1024 * 1024
LAST_SECONDS: Final = 1.0
"""For so long a process that ends waits for whoever reads what it has said."""
_CANNOT_BE_WRITTEN: Final = (OSError, ValueError)
"""Python raises ValueError for a stream that was closed."""


class StandardError:
    """What structlog takes for a file. `lost`: how many lines were lost -> the line that tells."""

    of_the_log: ClassVar[StandardError | None] = None
    """Once `logs.configure` has said which."""

    def __init__(self, lost: Callable[[int], bytes]) -> None:
        self._to = None if sys.stderr is None else sys.stderr.buffer
        self._told = lost
        self._lost = 0
        self._waiting = bytearray()
        self._one_at_a_time = threading.RLock()  # a collection of garbage in here may log, in the same thread
        self._descriptor = _of_a_pipe()
        self._room = select.poll()
        if self._descriptor is not None:
            self._room.register(self._descriptor, select.POLLOUT)
            atexit.register(self._send_the_rest)

    def write(self, data: bytes) -> None:
        """Of whole lines."""
        if self._descriptor is None:
            if self._to is not None:
                with contextlib.suppress(*_CANNOT_BE_WRITTEN):
                    self._to.write(data)
            return
        with self._one_at_a_time:
            self._send(self._descriptor)
            if self._lost and not self._waiting:
                self._waiting += self._told(self._lost)
                self._lost = 0
            if self._lost or len(self._waiting) + len(data) > WAITING_BYTES:
                self._lost += data.count(b"\n")
                return
            self._waiting += data
            self._send(self._descriptor)

    def flush(self) -> None:
        if self._descriptor is None and self._to is not None:
            with contextlib.suppress(*_CANNOT_BE_WRITTEN):
                self._to.flush()

    def _send_the_rest(self) -> None:
        """At the process's end: a reader that is only slow gets all of it, one that stands still is not waited for."""
        end = monotonic() + LAST_SECONDS
        with self._one_at_a_time:
            while self._descriptor is not None and self._waiting and (left := end - monotonic()) > 0:
                self._room.poll(left * 1000)
                self._send(self._descriptor)

    def _send(self, descriptor: int) -> None:
        while self._waiting and self._room.poll(0):
            end = self._waiting.rfind(b"\n", 0, select.PIPE_BUF) + 1 or select.PIPE_BUF
            try:
                del self._waiting[: os.write(descriptor, self._waiting[:end])]
            except BlockingIOError:  # another process has taken the room
                return
            except OSError:
                self._waiting.clear()


def say(message: str) -> None:
    """A line for whoever runs a command, which has no log."""
    with contextlib.suppress(*_CANNOT_BE_WRITTEN):
        sys.stderr.write(f"{message}\n")
        sys.stderr.flush()


def _of_a_pipe() -> int | None:
    """Where standard error is a pipe or a socket, the way to it; files and terminals take what they are given."""
    try:
        descriptor = sys.stderr.buffer.fileno()
        mode = os.fstat(descriptor).st_mode
    except (AttributeError, OSError, ValueError):  # none, or none of the system's
        return None
    if stat.S_ISFIFO(mode):
        with contextlib.suppress(OSError):  # another account's, or no Linux: then it is asked first, as a socket is
            return os.open(f"/proc/self/fd/{descriptor}", os.O_WRONLY | os.O_NONBLOCK)
    return descriptor if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode) else None
