"""What a worker tells of its tests: how each ended, and whatever else failed.

pytest tells when a test begins, when it ends, and of its three phases. Each is taken apart, sent and put together again
in the process that shares the tests out, which has nothing to do with most of them: of a test that passes, one is
enough. Whoever asks how long everything took (`--durations`, `--junit-xml`) is told everything.
"""

from __future__ import annotations

import pytest
from _pytest import runner


def run(item: pytest.Item, nextitem: pytest.Item | None) -> bool:
    """In place of pytest's own protocol."""
    config = item.config
    everything = config.option.durations is not None or config.getoption("xmlpath", None)
    if everything or not hasattr(config, "workerinput"):
        return runner.pytest_runtest_protocol(item, nextitem)
    for report in runner.runtestprotocol(item, log=False, nextitem=nextitem):
        if report.when == "call" or not report.passed:
            item.ihook.pytest_runtest_logreport(report=report)
    return True
