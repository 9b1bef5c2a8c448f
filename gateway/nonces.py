"""Nonces of 96 random bits, drawn from the system many at a time.

Why: each call to the system lets go of the interpreter, and behind a busy writer it takes longer to get it back than
everything else that sealing does.

Invariants
- Each is given out once: taking from a deque is atomic, whatever thread asks.
- A child process draws its own: what was drawn before a fork is forgotten in the child.
"""

from __future__ import annotations

import os
from collections import deque
from typing import Final

NONCE_BYTES: Final = 12
DRAWN_AT_ONCE: Final = 256

_drawn: Final[deque[bytes]] = deque()

os.register_at_fork(after_in_child=_drawn.clear)


def nonce() -> bytes:
    """12 random bytes that nobody else gets."""
    while True:
        try:
            return _drawn.popleft()
        except IndexError:
            drawn = os.urandom(NONCE_BYTES * DRAWN_AT_ONCE)
            _drawn.extend(drawn[at : at + NONCE_BYTES] for at in range(0, len(drawn), NONCE_BYTES))
