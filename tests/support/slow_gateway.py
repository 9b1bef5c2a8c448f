"""A gateway whose requests take a given time of its core: what a long conversation under a rule set costs, exactly.

    python -m tests.support.slow_gateway PORT SECONDS

Clients and providers of a test cost time, too: where a request takes the gateway milliseconds, they do not weigh.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Awaitable

from gateway.exchange import Exchange
from gateway.serve import run
from gateway.stages.choose import Choose


def take_longer(seconds: float) -> None:
    """Choose keeps the core busy for so long before it does its work."""
    choose = Choose.enter

    def enter(self: Choose, exchange: Exchange) -> Awaitable[None] | None:
        until = time.thread_time() + seconds
        while time.thread_time() < until:
            pass
        return choose(self, exchange)

    Choose.enter = enter  # type: ignore[method-assign]


if __name__ == "__main__":
    take_longer(float(sys.argv[2]))
    run("gateway.app:create", "127.0.0.1", int(sys.argv[1]), 1)
