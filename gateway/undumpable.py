"""What a process asks of the kernel about itself: that nobody takes a picture of its memory (in it are prompts, answers
and keys), and that it is told when its parent is gone.

Invariants
- No core file is written, neither to the disk nor to a program that collects them (apport, systemd-coredump).
- On Linux no other process of the same account reads memory or environment, by `/proc` or by a debugger; root does, and
  whoever holds CAP_SYS_PTRACE.
- A process begins dumpable again after `exec`: in `prod` every command says so before it does anything
  (`gateway.__main__`), and every worker, which no command began (`app.create`).

Not here: a memory without keys. A process that uses a key has it; what is promised is that its memory stays its own.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import resource
import signal
import sys

_PR_SET_DUMPABLE = 4
_PR_SET_PDEATHSIG = 1


def forbid_dumps() -> None:
    """Of this process, from now on. Raises OSError where the system refuses."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    _prctl(_PR_SET_DUMPABLE, 0)


def end_with_parent() -> None:
    """SIGTERM comes when the thread that started this process is gone; on Linux. Raises OSError."""
    parent = multiprocessing.parent_process()
    _prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    if parent is not None and os.getppid() != parent.pid:  # it went before it could be heard
        signal.raise_signal(signal.SIGTERM)


def _prctl(option: int, value: int) -> None:
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(option, value, 0, 0, 0) != 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))
