"""What wakes the journal's thread: somebody has something for it, and maybe cannot wait.

Invariants
- A thread that is at work is not woken: waking it costs a request more than what it hands over.
- What was rung before the thread lay down is heard: it looks once more after it has said that it sleeps.
"""

from __future__ import annotations

import contextlib
from queue import Empty, SimpleQueue


class Wakeup:
    """Rung by one thread, heard by another. Bare flags and a queue: a `threading.Event` costs ten times as much."""

    def __init__(self) -> None:
        self.rung = self.hurried = False
        """For those who ring often, and save the call."""
        self._sleeps = False
        self._wake: SimpleQueue[None] = SimpleQueue()

    def ring(self, *, hurry: bool = False) -> None:
        """Say that there is something; `hurry`: that somebody waits for it."""
        if hurry:
            if self.hurried:
                return
            self.hurried = self.rung = True
        elif self.rung:
            return
        else:
            self.rung = True
        if self._sleeps:
            self._wake.put(None)

    def wait(self, linger: float, patience: float | None) -> None:
        """Return when there is something and somebody hurries, or `linger` seconds after it was there.

        Where nothing comes, return after `patience` seconds, and never where that is None.
        """
        self._sleeps = True
        if not self.rung:
            self._nap(patience)
        if not self.hurried:
            self._nap(linger)
        self._sleeps = False

    def heard(self) -> None:
        """What is rung from now on is new."""
        self.rung = self.hurried = False
        while not self._wake.empty():
            self._nap(0)

    def _nap(self, seconds: float | None) -> None:
        with contextlib.suppress(Empty):
            self._wake.get(timeout=seconds)
