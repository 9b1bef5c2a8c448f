"""The real time."""

from __future__ import annotations

import time


class SystemClock:
    """Implements `core.ports.Clock`."""

    now = staticmethod(time.time)
    monotonic = staticmethod(time.monotonic)
