"""Room on the disk that is kept, so that what is under way can still end in writing when the disk is full."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

RESERVE_BYTES: Final = 64 * 1024 * 1024


class DiskReserve:
    """A file of `size` bytes in `folder`. Its methods block."""

    def __init__(self, folder: Path, size: int) -> None:
        self._path = folder / "reserve"
        self._size = size
        self.stands = False

    def keep(self) -> None:
        """See to it that the room is there, if there is any."""
        if self.stands:
            return
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
            try:
                os.posix_fallocate(descriptor, 0, self._size)
            finally:
                os.close(descriptor)
        except OSError:
            self.give_up()
        else:
            self.stands = True

    def give_up(self) -> None:
        self._path.unlink(missing_ok=True)
        self.stands = False
