"""What a run begins with. Nothing here or in what is collected may start a thread: workers are forks
(`tests.support.forking`).
"""

from __future__ import annotations

import gc
import os
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.recordings import FOLDER as RECORDINGS

# Programs that the test environment brings itself, node and npm among them, before those of the machine.
os.environ["PATH"] = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)))

pytest_plugins = [
    "tests.support.alone",
    "tests.support.begun_before",
    "tests.support.forking",
    "tests.support.stack_room",
    "tests.support.searched",
    "tests.support.time_outs",
]


def pytest_configure(config: pytest.Config) -> None:
    with warnings.catch_warnings(action="error"):
        for plugin in ("tests.support.examples", "tests.support.fixtures", "tests.support.databases"):
            config.pluginmanager.import_plugin(plugin)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection() -> Iterator[None]:
    """What is collected lives to the end: the collector of garbage need not go through it, neither now nor later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What is left out without a word otherwise: `tests/recorded`, where there are no recordings."""
    if not RECORDINGS.is_dir():
        terminalreporter.write_line(
            "tests/recorded was left out: no recordings beside the project. GATEWAY_RECORDINGS says where they are."
        )
