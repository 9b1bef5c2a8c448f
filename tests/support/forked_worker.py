"""A worker: a fork of the process that collected the tests. It runs those that it is given, and tells how they ended.

What it has to itself: a folder for temporary files, files for what tests print, and whatever its first test on makes,
fixtures of the session among it. It hears reports in place of all plugins that would print, keep or count them, which
is the business of the process that it comes from.
"""

from __future__ import annotations

import atexit
import os
import sys
import threading
import traceback
import warnings
from collections import deque
from contextlib import ExitStack
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

import pytest

_ABOUT_REPORTS = (
    "pytest_runtest_logstart",
    "pytest_runtest_logreport",
    "pytest_runtest_logfinish",
    "pytest_warning_recorded",
    "pytest_sessionfinish",
)


class Warned(NamedTuple):
    """A warning in words: its class may be of a test module, which nobody else can load by its name."""

    category: str
    message: str
    filename: str
    lineno: int
    when: str
    nodeid: str
    location: tuple[str, int, str] | None

    def record(self) -> warnings.WarningMessage:
        return warnings.WarningMessage(self.message, type(self.category, (Warning,), {}), self.filename, self.lineno)


class Ran(NamedTuple):
    """The test that was running has ended, or what follows the last one."""

    reports: list[dict[str, Any]]
    """As `pytest_report_to_serializable` makes them."""
    warned: list[Warned]


class Ended(NamedTuple):
    """The last that a worker tells."""

    output: dict[str, Any]
    """What plugins left in `config.workeroutput`."""
    stopped: str | None
    """Why the whole run is to stop, where a test or somebody at the keyboard said so."""
    broken: str | None
    """A traceback that is no test's."""


class Worker:
    """Made in the fork. `orders` has the numbers of the tests to run, one by one, and None behind the last."""

    def __init__(self, session: pytest.Session, name: str, workers: int, orders: Connection) -> None:
        self._session, self._orders = session, orders
        self._waiting = deque[int]()
        self._last_came = False
        self._reports: list[dict[str, Any]] = []
        self._warned: list[Warned] = []
        config = session.config
        config.workerinput = {"workerid": name, "workercount": workers}  # type: ignore[attr-defined]
        config.workeroutput = {}  # type: ignore[attr-defined]
        _has_folder(config, name)
        _captures_by_itself(config)
        _is_deaf_to_reports(config)
        config.pluginmanager.register(self, "forked worker")

    def work(self) -> None:
        stopped = broken = None
        try:
            self._run_all()
        except (KeyboardInterrupt, pytest.exit.Exception) as stop:
            stopped = str(stop) or type(stop).__name__
        except BaseException:  # noqa: BLE001  told where it is heard
            broken = traceback.format_exc()
        try:
            self._session.config.hook.pytest_sessionfinish(session=self._session, exitstatus=0)
        except BaseException:  # noqa: BLE001  as above
            broken = broken or traceback.format_exc()
        self._tell(Ran(self._reports, self._warned))
        self._tell(Ended(self._session.config.workeroutput, stopped, broken))  # type: ignore[attr-defined]

    def _run_all(self) -> None:
        items, hook = self._session.items, self._session.config.hook
        number = self._next()
        while number is not None:
            following = self._next()
            hook.pytest_runtest_protocol(item=items[number], nextitem=None if following is None else items[following])
            self._tell(Ran(self._reports, self._warned))
            self._reports, self._warned = [], []
            number = following

    def _next(self) -> int | None:
        while not self._waiting and not self._last_came:
            try:
                number = self._orders.recv()
            except (EOFError, OSError):
                number = None  # nobody is there any more, or nobody wants more
            if number is None:
                self._last_came = True
            else:
                self._waiting.append(number)
        return self._waiting.popleft() if self._waiting else None

    def _tell(self, what: Ran | Ended) -> None:
        try:
            self._orders.send(what)
        except OSError:
            self._waiting.clear()
            self._last_came = True

    @pytest.hookimpl
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        config = self._session.config
        self._reports.append(config.hook.pytest_report_to_serializable(config=config, report=report))

    @pytest.hookimpl
    def pytest_warning_recorded(
        self,
        warning_message: warnings.WarningMessage,
        when: str,
        nodeid: str,
        location: tuple[str, int, str] | None,
    ) -> None:
        category, text = warning_message.category.__name__, str(warning_message.message)
        file, line = warning_message.filename, warning_message.lineno
        self._warned.append(Warned(category, text, file, line, when, str(nodeid), location))


def run(session: pytest.Session, name: str, workers: int, orders: Connection) -> None:
    """Does not return: the frames above are another process's. Ends as an interpreter does."""
    try:
        Worker(session, name, workers, orders).work()
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
    except BaseException:  # noqa: BLE001  whoever hears nothing more of it says that it died
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)


def _has_folder(config: pytest.Config, name: str) -> None:
    ours = config._tmp_path_factory  # type: ignore[attr-defined]
    ours._exit_stack = ExitStack()  # what it is to remove is not ours
    config.option.basetemp = str(Path(ours.getbasetemp()) / name)
    config._tmp_path_factory = type(ours).from_config(config, _ispytest=True)  # type: ignore[attr-defined]


def _captures_by_itself(config: pytest.Config) -> None:
    """Files that are open already have one place to write at for all of us."""
    capturing = config.pluginmanager.getplugin("capturemanager")
    capturing.stop_global_capturing()
    capturing.start_global_capturing()
    capturing.suspend_global_capture()


def _is_deaf_to_reports(config: pytest.Config) -> None:
    listeners = [each.plugin for each in config.hook.pytest_runtest_logreport.get_hookimpls()]
    for name in _ABOUT_REPORTS:
        hook = getattr(config.hook, name)
        for each in hook.get_hookimpls():
            if each.plugin in listeners:
                hook._remove_plugin(each.plugin)
