"""A bar on the terminal for what takes longer than a moment; a count where nobody knows how much there is, or the time
that it has taken where there is nothing to count, as within one statement of a database. Nothing where nobody watches,
and nothing that is left behind.

Invariants
- It keeps nobody from the work: no terminal that went away does, nor what it costs to draw.
"""

from __future__ import annotations

import contextlib
import sys
import threading
import time
from typing import Final, Self

PATIENCE: Final = 2.0
"""Seconds after which a person wants to see that something happens."""
AGAIN: Final = 0.5
"""Seconds until a bar is drawn anew of which nothing was heard."""
SHORTEST: Final = 0.05
"""Seconds between two drawings."""
WIDTH: Final = 30


class Progress:
    """`with Progress("what") as progress: progress(done, all)`; `progress(done)` where the number is not known."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._started = time.monotonic()
        self._far: tuple[int, int | None] | None = None
        self._drawn: float | None = None
        self._drawing = threading.Lock()
        self._over = threading.Event()
        self._ticker: threading.Thread | None = None

    def __enter__(self) -> Self:
        if sys.stderr is not None and sys.stderr.isatty():
            self._ticker = threading.Thread(target=self._tick, daemon=True, name="progress")
            self._ticker.start()
        return self

    def __call__(self, done: int, of: int | None = None) -> None:
        self._far = None if of == 0 else (done, of)
        if self._ticker is not None:
            now = time.monotonic()
            if now - self._started >= PATIENCE and (self._drawn is None or now - self._drawn >= SHORTEST):
                self._draw()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._ticker is not None:
            self._ticker.join()
        if self._drawn is not None:
            _write("\r\033[K")

    def _tick(self) -> None:
        wait = PATIENCE
        while not self._over.wait(wait):
            wait = AGAIN
            self._draw()

    def _draw(self) -> None:
        with self._drawing:
            self._drawn = time.monotonic()
            _write(f"\r{self._what} {self._shown()}\033[K")

    def _shown(self) -> str:
        if self._far is None:
            return f"for {time.monotonic() - self._started:.0f} s"
        done, of = self._far
        if of is None:
            return f"{done:,}"
        full = min(done, of) * WIDTH // of
        return f"[{'#' * full}{'.' * (WIDTH - full)}] {done:,} of {of:,}"


def _write(text: str) -> None:
    with contextlib.suppress(OSError, ValueError):  # the terminal is gone
        sys.stderr.write(text)
        sys.stderr.flush()
