"""Changes of watched files, debounced.

Promise: a change is reported once two looks in a row saw the same files, and taken only if nothing changed while it was
read. So neither a file that an editor has truncated and not yet written, nor a half-switched mounted volume, is read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

Files = tuple[tuple[str, int, int, int], ...]
State = tuple[Files, Files]
"""Of the files that are listed each time, and of those beside them."""


class FileChanges:
    """`files` lists what is looked at, each time anew. What there is at the start counts as taken.

    Beside these are files that what was read names (certificates, credentials): what they were is known from whoever
    read them.
    """

    def __init__(self, files: Callable[[], Iterable[Path]]) -> None:
        self._files = files
        self._depended_files: Files = ()
        self._taken = self._seen = self._now()

    def also(self, depended_files: Files) -> None:
        """These were read, as they were then; no others are looked at from now on."""
        self._depended_files = depended_files
        self._taken = self._taken[0], depended_files

    def change(self) -> State | None:
        """What stands there now, if it is new and has stood since the last look. Blocks."""
        state = self._now()
        seen, self._seen = self._seen, state
        return None if state == self._taken or state != seen else state

    def is_edit(self, state: State) -> bool:
        """Whether it differs from what was taken in the files themselves, and not only in those beside them."""
        return state[0] != self._taken[0]

    def take(self, state: State, depended_files: Files = ()) -> bool:
        """Whether it stands there still, after it was read; then it is no change any more. Blocks.

        `depended_files`: see `also`.
        """
        if self._now() != state:
            return False
        self._taken = state
        self.also(depended_files)
        return True

    def _now(self) -> State:
        return tuple(map(file_state, self._files())), tuple(file_state(Path(name)) for name, *_ in self._depended_files)


def file_state(path: Path) -> tuple[str, int, int, int]:
    """What changes whenever a file does: its name, size, time to the nanosecond, and inode. Blocks."""
    try:
        found = path.stat()
    except OSError:
        return str(path), -1, 0, 0
    return str(path), found.st_size, found.st_mtime_ns, found.st_ino
