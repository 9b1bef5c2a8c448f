"""Runs a program, and writes down in order what it gives to disks and sockets, and when the disk has it.

    python -m tests.support.syscalls LOG -- PROGRAM ARGUMENT…

LOG gets a line of JSON for each event: `["write", file, bytes in base64]` as a call begins, `["synced", file]` as an
fsync ends well. Nothing can leave the program before the line of its write is there, nor after it was synced and before
that line: the program stands still meanwhile. `file` is as /proc names it, with the descriptor: `7 socket:[4711]`.

It is ptrace(2) by hand, with all threads and children, on Linux from 5.3 (x86-64, aarch64): no tool to install.
"""

from __future__ import annotations

import base64
import ctypes
import json
import os
import platform
import signal
import sys
from pathlib import Path
from typing import Any, Final

TRACEME, SYSCALL, SETOPTIONS, SYSCALL_INFO = 0, 24, 0x4200, 0x420E
OPTIONS: Final = 0x1 | 0x2 | 0x4 | 0x8 | 0x100000
"""Stops of calls are marked; forks, vforks and clones are followed; all die with the tracer."""
ENTRY, EXIT = 1, 2
ALL_CHILDREN: Final = 0x40000000
MARKED: Final = signal.SIGTRAP | 0x80
MOST_BYTES: Final = 1 << 20

NUMBERS: Final = {
    "x86_64": {1: "write", 18: "write", 20: "vector", 44: "write", 46: "message", 74: "sync", 75: "sync"},
    "aarch64": {64: "write", 68: "write", 66: "vector", 206: "write", 211: "message", 82: "sync", 83: "sync"},
}
"""write, pwrite64, writev, sendto, sendmsg, fsync, fdatasync."""


class Info(ctypes.Structure):
    """struct ptrace_syscall_info, as far as it is read."""

    _fields_ = [
        ("op", ctypes.c_uint8),
        ("pad", ctypes.c_uint8 * 3),
        ("arch", ctypes.c_uint32),
        ("at", ctypes.c_uint64 * 2),
        ("number_or_result", ctypes.c_int64),
        ("arguments", ctypes.c_uint64 * 6),
    ]


_libc = ctypes.CDLL(None, use_errno=True)
_libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
_libc.ptrace.restype = ctypes.c_long


def ptrace(request: int, process: int, address: Any = None, data: Any = None) -> None:
    """Raises OSError."""
    if _libc.ptrace(request, process, address, data) < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))


class Tracer:
    def __init__(self, log: Any) -> None:
        self._log = log
        self._calls = NUMBERS[platform.machine()]
        self._within: dict[int, tuple[str, str]] = {}
        """Thread -> the call that it is in, and its file."""

    def run(self, words: list[str]) -> int:
        """The program's exit code."""
        first = os.fork()
        if not first:
            ptrace(TRACEME, 0)
            os.kill(os.getpid(), signal.SIGSTOP)
            os.execvp(words[0], words)
        os.waitpid(first, 0)
        ptrace(SETOPTIONS, first, None, OPTIONS)
        ptrace(SYSCALL, first)
        signal.signal(signal.SIGTERM, lambda *_: os.kill(first, signal.SIGTERM))
        while True:
            thread, status = os.waitpid(-1, ALL_CHILDREN)
            if not os.WIFSTOPPED(status):
                self._within.pop(thread, None)
                if thread == first:
                    return os.waitstatus_to_exitcode(status)
                continue
            passed_on, stopped_by = 0, os.WSTOPSIG(status)
            if stopped_by == MARKED:
                self._look(thread)
            elif not status >> 16 and stopped_by not in (signal.SIGSTOP, signal.SIGTRAP):
                passed_on = stopped_by
            try:
                ptrace(SYSCALL, thread, None, passed_on)
            except ProcessLookupError:
                continue

    def _look(self, thread: int) -> None:
        info = Info()
        try:
            ptrace(SYSCALL_INFO, thread, ctypes.sizeof(info), ctypes.addressof(info))
        except ProcessLookupError:
            return
        if info.op == ENTRY:
            kind = self._calls.get(info.number_or_result)
            if kind is None:
                return
            arguments = list(info.arguments)
            try:
                file = f"{arguments[0]} {Path(f'/proc/{thread}/fd/{arguments[0]}').readlink()}"
            except OSError:
                return
            self._within[thread] = (kind, file)
            if kind != "sync":
                self._tell("write", file, base64.b64encode(_given(thread, kind, arguments)).decode())
        elif info.op == EXIT:
            kind, file = self._within.pop(thread, ("", ""))
            if kind == "sync" and info.number_or_result == 0:
                self._tell("synced", file)

    def _tell(self, *event: str) -> None:
        self._log.write(json.dumps(event) + "\n")
        self._log.flush()


def _given(thread: int, kind: str, arguments: list[int]) -> bytes:
    with Path(f"/proc/{thread}/mem").open("rb", buffering=0) as memory:

        def at(address: int, size: int) -> bytes:
            memory.seek(address)
            return memory.read(min(size, MOST_BYTES))

        def word(address: int) -> int:
            return int.from_bytes(at(address, 8), sys.byteorder)

        if kind == "write":
            return at(arguments[1], arguments[2])
        vector, count = arguments[1], arguments[2]
        if kind == "message":  # struct msghdr: name, its length, vector, count
            vector, count = word(arguments[1] + 16), word(arguments[1] + 24)
        return b"".join(at(word(vector + 16 * each), word(vector + 16 * each + 8)) for each in range(count))


if __name__ == "__main__":
    with Path(sys.argv[1]).open("w", encoding="ascii") as told:
        sys.exit(Tracer(told).run(sys.argv[3:]))
