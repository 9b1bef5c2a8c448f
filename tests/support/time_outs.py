"""A test that takes too long has failed by that, whatever was made of the alarm that struck in it.

Where it strikes in code under test, whoever fails closed, or outlives all requests, may catch it: the test would go on,
and fail by what it was answered, or not at all. And in workers pytest-timeout prints before it fails: on a loop that is
a blocking call, which raises (`tests.support.fixtures`), so that a detector in which it strikes answers 422.

So it is written down that it struck, and where all threads stood; and it strikes again until the test has ended.
"""

from __future__ import annotations

import signal
import sys
import threading
import traceback
from collections.abc import Generator
from types import FrameType
from typing import Any

import pytest
from pytest_timeout import is_debugging

_Stacks = dict[str, traceback.StackSummary]
_stood = pytest.StashKey[_Stacks]()
"""Where the threads were, by their names, when it struck first."""
_told = pytest.StashKey[bool]()
"""While pytest writes down how a part of the test ended: who strikes there ends the run, not the test."""


class TookTooLong(pytest.fail.Exception):
    """Strikes in the test: no Exception, so that few catch it."""


@pytest.hookimpl(optionalhook=True)
def pytest_timeout_set_timer(item: pytest.Item, settings: Any) -> bool | None:
    """In place of pytest-timeout's own, for its method `signal`."""
    if settings.method != "signal" or threading.current_thread() is not threading.main_thread():
        return None

    def strike(_: int, frame: FrameType | None) -> None:
        if item.stash.get(_told, False):
            return
        if settings.disable_debugger_detection or not is_debugging():
            item.stash.setdefault(_stood, _stacks(frame))
            raise TookTooLong(f"Timeout: longer than {settings.timeout} s.")

    def cancel() -> None:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)

    item.cancel_timeout = cancel
    signal.signal(signal.SIGALRM, strike)
    signal.setitimer(signal.ITIMER_REAL, settings.timeout, settings.timeout)
    return True


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    item.stash[_told] = True
    try:
        report = yield
    finally:
        item.stash[_told] = False
    stood = item.stash.get(_stood, None)
    if stood is not None:
        del item.stash[_stood]
        signal.setitimer(signal.ITIMER_REAL, 0)
        if report.longrepr is not None:
            report.sections.append(("What the test made of it", str(report.longrepr)))
        report.outcome = "failed"
        told = "\n".join(f"{name}:\n{''.join(stack.format())}" for name, stack in stood.items())
        report.longrepr = f"{told}\nTimeout: the test took longer than it may."
    return report


def _stacks(struck: FrameType | None) -> _Stacks:
    names = {thread.ident: thread.name for thread in threading.enumerate()}
    others = {ident: frame for ident, frame in sys._current_frames().items() if ident != threading.get_ident()}
    stacks = {names.get(ident, str(ident)): _stack(frame) for ident, frame in others.items()}
    return {**stacks, "the test": _stack(struck)}


def _stack(frame: FrameType | None) -> traceback.StackSummary:
    """No line of a file is read yet: that blocks."""
    return traceback.StackSummary.from_list(
        [
            traceback.FrameSummary(each.f_code.co_filename, line, each.f_code.co_name, lookup_line=False)
            for each, line in reversed(list(traceback.walk_stack(frame)))
        ]
    )
