"""No picture of this process's memory: in it are prompts, answers, keys of providers and of the gateway.

Invariants
- No core file is written, neither to the disk nor to a program that collects them (apport, systemd-coredump).
- On Linux no other process of the same account reads memory or environment, by `/proc` or by a debugger; root does, and
  whoever holds CAP_SYS_PTRACE.
- A process begins dumpable again after `exec`: every one that serves says so for itself.
"""

from __future__ import annotations

import ctypes
import os
import resource
import sys

_PR_SET_DUMPABLE = 4


def forbid_dumps() -> None:
    """Of this process, from now on. Raises OSError where the system refuses."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        if libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0) != 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code))
