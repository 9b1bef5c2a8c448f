"""`gateway` in a session of its own, with a terminal or, as a service, without: the entry of a `WarmProcess`."""

from __future__ import annotations

import os
import signal

from gateway.__main__ import main as gateway


def main() -> int:
    """The environment's `TERMINAL` names it, if any. Its end is told by SIGHUP, which a `nohup` would have silenced."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    os.setsid()
    if terminal := os.environ.get("TERMINAL"):
        os.open(terminal, os.O_RDWR)  # the first that the leader of a session opens becomes its own
    return gateway()
