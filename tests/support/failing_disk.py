"""What a disk does that is full, or that fails, told by the kernel itself to one thread of this process.

A seccomp filter hands that thread's writes and syncs to a supervisor before they are done (`SECCOMP_RET_USER_NOTIF`),
which lets them pass or has the kernel return an errno instead. It needs no privilege, no mount and no compiler; all
above the system call is real. The filter lasts as long as the thread; `FailingDisk`
decides what comes of it. Structures and numbers: seccomp(2), seccomp_unotify(2), linux/seccomp.h; Linux 5.5.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import platform
import select
import struct
import threading
from pathlib import Path

import pytest

from gateway.journal.local import LocalJournal

_NUMBERS = {
    "x86_64": {
        "seccomp": 317,
        "write": 1,
        "pwrite64": 18,
        "ftruncate": 77,
        "fallocate": 285,
        "fsync": 74,
        "fdatasync": 75,
    },
    "aarch64": {
        "seccomp": 277,
        "write": 64,
        "pwrite64": 68,
        "ftruncate": 46,
        "fallocate": 47,
        "fsync": 82,
        "fdatasync": 83,
    },
}[platform.machine()]
_WRITES = {_NUMBERS[name] for name in ("write", "pwrite64", "ftruncate", "fallocate")}
_SYNCS = {_NUMBERS[name] for name in ("fsync", "fdatasync")}

_NO_NEW_PRIVILEGES = 38
_SET_MODE_FILTER = 1
_NEW_LISTENER = 8
_RECEIVE, _SEND = 0xC0502100, 0xC0182101
_LET_PASS = 1
_LOAD_NUMBER, _IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_ALLOW, _ASK = 0x7FFF0000, 0x7FC00000


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_void_p))


class FailingDisk:
    """`full`: there is no room (ENOSPC). `broken`: nothing can be synced (EIO). `broken_once`: the next time only.

    Set and unset them at any time.
    """

    def __init__(self) -> None:
        self.full = False
        self.broken = False
        self.broken_once = False
        self.failed = 0
        """Calls that the kernel was made to refuse."""
        self.written_after_failure: set[str] = set()
        """Files that were written to after a sync of theirs had failed."""
        self._unsynced: set[str] = set()
        self._ended = os.eventfd(0)

    def take(self) -> None:
        """From now on decide about what the calling thread writes, until it says that it has ended."""
        libc = ctypes.CDLL(None, use_errno=True)
        asked = sorted(_WRITES | _SYNCS)
        steps = [(_LOAD_NUMBER, 0, 0, 0)]
        steps += [(_IF_EQUAL, len(asked) - place, 0, number) for place, number in enumerate(asked)]
        steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _ASK)]
        code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *step) for step in steps))
        program = _Program(len(steps), ctypes.addressof(code))
        if libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl")
        listener = libc.syscall(_NUMBERS["seccomp"], _SET_MODE_FILTER, _NEW_LISTENER, ctypes.byref(program))
        if listener < 0:
            raise OSError(ctypes.get_errno(), "seccomp")
        threading.Thread(target=self._decide, args=(listener,), name="failing disk", daemon=True).start()

    def take_journal(self, patch: pytest.MonkeyPatch) -> FailingDisk:
        """Decide about what the journal's threads write that are started from now on."""
        run = LocalJournal._run

        def run_with_faults(journal: LocalJournal) -> None:
            self.take()
            run(journal)
            os.eventfd_write(self._ended, 1)

        patch.setattr(LocalJournal, "_run", run_with_faults)
        return self

    def _decide(self, listener: int) -> None:
        poll = select.poll()
        poll.register(listener, select.POLLIN)
        poll.register(self._ended, select.POLLIN)
        while (self._ended, select.POLLIN) not in poll.poll():
            asked = bytearray(80)
            fcntl.ioctl(listener, _RECEIVE, asked)
            number, _, _, call = struct.unpack_from("QIIi", asked)
            (descriptor,) = struct.unpack_from("Q", asked, 32)
            error = self._error(call, descriptor)
            fcntl.ioctl(listener, _SEND, bytearray(struct.pack("QqiI", number, 0, -error, 0 if error else _LET_PASS)))
        os.close(listener)
        os.close(self._ended)

    def _error(self, call: int, descriptor: int) -> int:
        path = str(Path(f"/proc/self/fd/{descriptor}").readlink())
        if call in _WRITES:
            if self.full and path.startswith("/"):
                self.failed += 1
                return errno.ENOSPC
            if path in self._unsynced:
                self.written_after_failure.add(path)
        elif self.broken or self.broken_once:
            self.broken_once = False
            self.failed += 1
            self._unsynced.add(path)
            return errno.EIO
        return 0
