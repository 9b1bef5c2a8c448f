"""Files that change, and when they are still again.

Promise: a change is told once it has stood for one look, and taken only if nothing changed while it was read: an editor
that truncates a file before it writes it, and the links of a mounted volume, are seen before they turn or after.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

State = tuple[tuple[str, int, int, int], ...]


class Stillness:
    """`files` lists what is looked at, each time anew. What there is at the start counts as taken."""

    def __init__(self, files: Callable[[], Iterable[Path]]) -> None:
        self._files = files
        self._taken = self._seen = _state(files())

    def change(self) -> State | None:
        """What stands there now, if it is new and has stood since the last look. Blocks."""
        state = _state(self._files())
        seen, self._seen = self._seen, state
        return None if state == self._taken or state != seen else state

    def take(self, state: State) -> bool:
        """Whether it stands there still, after it was read; then it is no change any more. Blocks."""
        if _state(self._files()) != state:
            return False
        self._taken = state
        return True


def _state(files: Iterable[Path]) -> State:
    """What changes whenever a file does: names, sizes, times to the nanosecond, and inodes."""
    state: list[tuple[str, int, int, int]] = []
    for path in files:
        try:
            found = path.stat()
        except OSError:
            state.append((str(path), -1, 0, 0))
        else:
            state.append((str(path), found.st_size, found.st_mtime_ns, found.st_ino))
    return tuple(state)
