"""File permissions that bind the tests' account, too: where tests are run by root, it may read everything."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")

_VERSION_3 = 0x20080522
_DAC_OVERRIDE, _DAC_READ_SEARCH = 1 << 1, 1 << 2  # linux/capability.h


def bound_by_permissions(run: Callable[[], Result]) -> Result:
    """What `run` gives in a thread of its own, which has given up root's leave to pass by file permissions.

    Capabilities belong to threads; given up, they do not come back, so the thread ends with it.
    """

    def give_up_and_run() -> Result:
        if os.geteuid() == 0:
            _give_up(_DAC_OVERRIDE | _DAC_READ_SEARCH)
        return run()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(give_up_and_run).result()


def _give_up(capabilities: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(_VERSION_3, 0)
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; those from 32 on behind them
    if libc.capget(header, sets):
        raise OSError(ctypes.get_errno(), "capget")
    for place in range(3):
        sets[place] &= ~capabilities
    if libc.capset(header, sets):
        raise OSError(ctypes.get_errno(), "capset")
