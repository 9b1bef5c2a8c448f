"""Tests shared out among processes: one collects them, once, and forks the workers that run them.

    pytest -n 3        three workers; `-n auto`: one more than there are cores, four at most; without it, none

A worker begins with all that was imported and collected, in some milliseconds, where a new process takes half a minute
of a core. So nothing may be at work when it is forked: whoever collects starts no thread, no loop and no server. Tests
are handed out over a pipe, a few ahead (`tests.support.dealing`); what a worker tells is given to pytest's own hooks
here, so that all who print, count or keep reports find them as if the tests had run in this process.

The test that a worker dies of has failed by that, and another worker is forked in its place.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
import warnings
from collections import deque
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from types import SimpleNamespace
from typing import Any, Final

import pytest

from tests.support import forked_worker
from tests.support.alone import begun_early
from tests.support.dealing import Deal

MOST_WORKERS: Final = 4
"""Each brings its own servers, and who runs alone makes all others wait."""
_AHEAD: Final = 3
"""Tests that a worker has: the one it runs, the one whose fixtures it may keep, and one so that it need not wait."""
_DEATHS: Final = 4
"""Of each worker: from then on, something is wrong with the machine, and the run fails."""


class Hooks:
    @pytest.hookspec
    def pytest_worker_ended(self, output: dict[str, Any]) -> None:
        """A worker has ended; `output` is what it left in `config.workeroutput`."""


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    pluginmanager.add_hookspecs(Hooks)


def pytest_addoption(parser: pytest.Parser) -> None:
    sharing = parser.getgroup("workers", "tests shared out among processes")
    sharing._addoption(
        "-n",
        "--numprocesses",
        metavar="WORKERS",
        type=_number,
        default=0,
        help="processes that run the tests; auto: one more than there are cores, four at most; 0: this one alone",
    )


def _number(said: str) -> int:
    """Of workers. Each waits for others a part of its time, so there is one more than this process may use cores."""
    if said != "auto":
        return int(said)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores + 1, MOST_WORKERS)


def pytest_report_header(config: pytest.Config) -> str | None:
    workers = config.option.numprocesses
    return f"workers: {workers}" if workers else None


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> object:
    """In place of pytest's own, where there are workers. A debugger wants the terminal, and this process."""
    option = session.config.option
    if not option.numprocesses or option.collectonly or option.usepdb or not session.items or session.testsfailed:
        return None
    SharedOut(session, option.numprocesses).run()
    return True


@dataclass(eq=False)
class _Forked:
    """What this process knows of a worker. Reports show it, as `node`."""

    place: int
    name: str
    process: int
    pipe: Connection
    given: deque[int] = field(default_factory=deque)
    """Which it has not told the end of."""
    has_all: bool = False

    def __post_init__(self) -> None:
        self.gateway = SimpleNamespace(id=self.name)  # where pytest looks for the name
        self.workerinfo = {
            "id": self.name,
            "sysplatform": sys.platform,
            "version_info": sys.version_info,
            "executable": sys.executable,
        }

    def send(self, number: int | None) -> None:
        with contextlib.suppress(OSError):  # who died is missed at the other end of the pipe
            self.pipe.send(number)


class SharedOut:
    """One run of `session.items` by so many workers."""

    def __init__(self, session: pytest.Session, workers: int) -> None:
        self._session, self._count = session, workers
        early = begun_early(session.items)
        self._deal = Deal(early, range(sum(map(len, early)), len(session.items)), workers)
        self._workers: dict[Connection, _Forked] = {}
        self._ending: list[_Forked] = []
        self._forked = 0

    def run(self) -> None:
        """Raises what pytest's own loop does where the run is to stop."""
        session = self._session
        if threads := [each.name for each in threading.enumerate() if each is not threading.main_thread()]:
            told = f"what was imported or collected has started threads, so no worker can be forked: {threads}"
            raise pytest.UsageError(f"{told}; start them in a fixture, or run without workers (-n 0)")
        try:
            for place in range(self._count):
                self._fork(place)
            for ahead in range(1, _AHEAD + 1):  # a round for each, so that each begins with one that takes long
                for worker in self._workers.values():
                    self._hand_out(worker, ahead)
            while self._workers:
                for pipe in wait(list(self._workers)):
                    self._hear(self._workers[pipe])
                    if session.shouldfail:
                        raise session.Failed(session.shouldfail)
                    if session.shouldstop:
                        raise session.Interrupted(session.shouldstop)
        finally:
            for worker in (*self._workers.values(), *self._ending):
                worker.pipe.close()  # whoever still runs a test stops behind it
                os.waitpid(worker.process, 0)

    def _fork(self, place: int) -> _Forked:
        ours, theirs = Pipe()
        name = f"gw{self._forked}"
        self._forked += 1
        self._session.config._tmp_path_factory.getbasetemp()  # type: ignore[attr-defined]  # below which theirs are
        sys.stdout.flush()
        sys.stderr.flush()
        with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
            # Since Python 3.12, wherever the system counts threads: those of allocators and of arithmetic, which
            # know of forks.
            process = os.fork()
        if not process:
            for pipe in (ours, *self._workers, *(worker.pipe for worker in self._ending)):
                pipe.close()  # else who dies would not be missed by the others
            forked_worker.run(self._session, name, self._count, theirs)
        theirs.close()
        self._workers[ours] = worker = _Forked(place, name, process, ours)
        return worker

    def _hand_out(self, worker: _Forked, ahead: int) -> None:
        while not worker.has_all and len(worker.given) < ahead:
            number = self._deal.next_for(worker.place)
            if number is None:
                worker.has_all = True
            else:
                worker.given.append(number)
            worker.send(number)

    def _hear(self, worker: _Forked) -> None:
        try:
            told = worker.pipe.recv()
        except (EOFError, OSError):
            self._died(worker)
            return
        if isinstance(told, forked_worker.Ended):
            self._ended(worker, told)
            return
        self._report(worker, told)
        if worker.given:
            worker.given.popleft()
        # With few left, whoever waits for nothing would keep others from them.
        self._hand_out(worker, _AHEAD if len(self._deal) > _AHEAD * self._count else _AHEAD - 1)

    def _report(self, worker: _Forked, ran: forked_worker.Ran) -> None:
        config = self._session.config
        for each in ran.warned:
            words = {"warning_message": each.record(), "when": each.when, "nodeid": each.nodeid}
            config.hook.pytest_warning_recorded.call_historic(kwargs={**words, "location": each.location})
        for data in ran.reports:
            report = config.hook.pytest_report_from_serializable(config=config, data=data)
            report.node = worker
            config.hook.pytest_runtest_logreport(report=report)

    def _ended(self, worker: _Forked, told: forked_worker.Ended) -> None:
        self._ending.append(self._workers.pop(worker.pipe))
        if told.broken:
            raise RuntimeError(f"worker {worker.name} broke down:\n{told.broken}")
        self._session.config.hook.pytest_worker_ended(output=told.output)
        if told.stopped:
            self._session.shouldstop = told.stopped

    def _died(self, worker: _Forked) -> None:
        """Of the test that it was running, if any; else of what came behind the last."""
        del self._workers[worker.pipe]
        worker.pipe.close()
        how = _told(os.waitstatus_to_exitcode(os.waitpid(worker.process, 0)[1]))
        config, given = self._session.config, list(worker.given)
        nodeid = self._session.items[given[0]].nodeid if given else f"worker {worker.name}"
        file = nodeid.partition("::")[0]
        when = "while it ran" if given else "behind its last test"
        report = pytest.TestReport(
            nodeid=nodeid,
            location=(file, None, nodeid.partition("::")[2]),
            keywords={},
            outcome="failed",
            longrepr=f"worker {worker.name} died ({how}) {when}: {nodeid}",
            when="call" if given else "teardown",
        )
        report.node = worker  # type: ignore[attr-defined]
        config.hook.pytest_runtest_logreport(report=report)
        self._deal.give_back(given[1:])
        if self._forked >= self._count * (1 + _DEATHS):
            self._session.shouldfail = f"{self._forked} workers were begun, and they keep dying"
        elif len(self._deal):
            self._hand_out(self._fork(worker.place), _AHEAD)


def _told(code: int) -> str:
    return f"exit code {code}" if code >= 0 else signal.Signals(-code).name
