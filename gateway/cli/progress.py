"""A bar on the terminal for what takes longer than a moment, or a count where nobody knows how much there is; nothing
where nobody watches, and nothing that is left behind.
"""

from __future__ import annotations

import sys
import time
from typing import Final, Self

PATIENCE: Final = 2.0
"""Seconds after which a person wants to see that something happens."""
WIDTH: Final = 30


class Progress:
    """`with Progress("what") as told: told(done, all)`; `told(done)` where it is not known how many there are."""

    def __init__(self, what: str) -> None:
        self._what = what
        self._started = time.monotonic()
        self._shown = False

    def __enter__(self) -> Self:
        return self

    def __call__(self, done: int, of: int | None = None) -> None:
        if of == 0 or time.monotonic() - self._started < PATIENCE or not sys.stderr.isatty():
            return
        if of is None:
            sys.stderr.write(f"\r{self._what} {done:,}")
        else:
            full = min(done, of) * WIDTH // of
            sys.stderr.write(f"\r{self._what} [{'#' * full}{'.' * (WIDTH - full)}] {done:,} of {of:,}")
        sys.stderr.flush()
        self._shown = True

    def __exit__(self, *_: object) -> None:
        if self._shown:
            sys.stderr.write("\r\033[K")
            sys.stderr.flush()
