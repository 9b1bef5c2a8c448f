"""A file for SQLite, readable by its owner only, made before SQLite opens it.

Promise: a file that exists is not opened here. POSIX takes all of a process's locks on a file away when the process
closes any descriptor of it, and SQLite's locks are what tells another process that somebody is still there: without
them, whoever closes the database next deletes the write-ahead log under the others (sqlite.org, "How To Corrupt An
SQLite Database File", 2.2).
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Final

_one_at_a_time: Final = threading.Lock()
"""Nobody of this process may open the file between its making and the closing of the descriptor that made it."""


def make_private(path: Path) -> None:
    """Make the file with mode 0600 where there is none; SQLite gives its log files the same mode. Raises OSError."""
    with _one_at_a_time:
        if path.exists():
            return
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # another process was faster
            return
        os.close(descriptor)
