"""The journal's place on the disk: one folder a process, below the state directory.

    journal/1/lock  journal/1/00000007.journal  journal/1/00000008.journal  journal/1/reserve  journal/1/refused.journal

Releases before wrote `.db` instead of `.journal`.

Promise: two processes never write into one folder, and nobody's records are left behind: who starts takes the first
folder that no living process holds, and carries on what it finds in any other.
"""

from __future__ import annotations

import fcntl
import itertools
import os
from pathlib import Path

from gateway.journal import segment, sqlite_segments
from gateway.journal.refused_records import REFUSED, REFUSED_EARLIER


class Slot:
    """A folder that this process alone holds, until `release` or its end."""

    def __init__(self, folder: Path, lock: int) -> None:
        self.folder = folder
        self._lock = lock

    def segments(self) -> list[Path]:
        """Files of records, oldest first. Raises OSError: `glob` would take a folder that may not be read for empty."""
        return sorted(filter(is_segment, self.folder.iterdir()))

    def has_set_aside(self) -> bool:
        """Whether there are records that no database took."""
        return any((self.folder / name).exists() for name in (REFUSED, REFUSED_EARLIER))

    def release(self) -> None:
        os.close(self._lock)


def is_segment(path: Path) -> bool:
    """By its name, of this release or of one before."""
    return path.suffix in (segment.SUFFIX, sqlite_segments.SUFFIX) and path.stem.isdigit()


def claim(folder: Path) -> tuple[Slot, list[Slot]]:
    """A folder of one's own below `folder`, and those that the dead have left with records in them."""
    left: list[Slot] = []
    own = next(slot for number in itertools.count(1) if (slot := _held(folder / str(number))) is not None)
    others = sorted(path for path in folder.iterdir() if path.is_dir() and path.name.isdigit() and path != own.folder)
    for path in others:
        slot = _held(path)
        if slot is not None and (slot.segments() or slot.has_set_aside()):
            left.append(slot)
        elif slot is not None:
            slot.release()
    return own, left


def _held(folder: Path) -> Slot | None:
    """The folder, made where it is not there; None where somebody holds it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return Slot(folder, lock)
