"""Processes of a bench: started on a core of their own, waited for, weighed, and ended.

Invariants
- What is measured has one core for itself; the provider and the client share the other.
- Processor time is user plus system time of the whole tree, children that ended included.
- Only processes started here are ended.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

import psutil

ROOT = Path(__file__).parents[2]
OUT = Path(__file__).parent / "out"
RUN = OUT / f"run-{os.getpid()}"
"""Logs, databases and policies of this run alone; kept where something went wrong."""

MEASURED_CORE, OTHER_CORE = 0, 1
PINNED = hasattr(os, "sched_setaffinity") and {MEASURED_CORE, OTHER_CORE} <= os.sched_getaffinity(0)

QUIET_SECONDS, LONGEST_WORK = 1.3, 4.0
BUSY = 0.006
"""Processor seconds in a twentieth of a second: more than timers alone need."""


class DidNotStart(Exception):
    """Says what did not answer, and where its output is."""


def pin(core: int) -> None:
    """The calling process, and what it starts, to one core; nowhere if the machine has only one."""
    if PINNED:
        os.sched_setaffinity(0, {core})


def inherited(environment: Mapping[str, str]) -> dict[str, str]:
    """This process's environment without its gateway and telemetry settings, and `environment` on top."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GATEWAY_", "OTEL_"))}
    return {**kept, **environment}


@contextlib.contextmanager
def running(
    name: str, command: Sequence[str], port: int, environment: Mapping[str, str], core: int, patience: float
) -> Iterator[psutil.Process]:
    """The command, answering on `port`; ended on the way out. Raises DidNotStart after `patience` seconds."""
    RUN.mkdir(parents=True, exist_ok=True)
    log = RUN / f"{name}.log".replace(" ", "-")
    with log.open("wb") as output:
        process = _start(command, environment, core, output)
        try:
            _await_port(name, process, port, patience, log)
            yield psutil.Process(process.pid)
        finally:
            _end(process)


def _start(
    command: Sequence[str], environment: Mapping[str, str], core: int, output: IO[bytes]
) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=inherited(environment),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        preexec_fn=lambda: pin(core),  # noqa: PLW1509  before exec, so that every thread is born there
    )


def _await_port(name: str, process: subprocess.Popen[bytes], port: int, patience: float, log: Path) -> None:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise DidNotStart(f"{name} ended with {process.returncode}; see {log.relative_to(ROOT)}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise DidNotStart(f"{name} did not listen within {patience:.0f} s; see {log.relative_to(ROOT)}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """The whole process group, which is ours alone: start_new_session made it."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(5)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _tree(process: psutil.Process) -> list[psutil.Process]:
    return [process, *process.children(recursive=True)]


def processor_seconds(process: psutil.Process) -> float:
    """Of the tree. Where Linux tells it in nanoseconds, and the tree is one process, short rounds get them."""
    tasks = list(Path(f"/proc/{process.pid}/task").glob("*/schedstat"))
    if tasks and not process.children():
        with contextlib.suppress(OSError):  # a thread that ended between the two
            return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9
    total = 0.0
    for member in _tree(process):
        with contextlib.suppress(psutil.NoSuchProcess):
            times = member.cpu_times()
            total += times.user + times.system
            total += getattr(times, "children_user", 0.0) + getattr(times, "children_system", 0.0)
    return total


def await_quiet(process: psutil.Process) -> None:
    """Until all is done that requests left to be done: records go to the database up to a second later, together."""
    deadline = time.monotonic() + LONGEST_WORK
    since, spent = time.monotonic(), processor_seconds(process)
    while (now := time.monotonic()) < deadline and now - since < QUIET_SECONDS:
        time.sleep(0.05)
        before, spent = spent, processor_seconds(process)
        if spent - before > BUSY:
            since = time.monotonic()


def memory_megabytes(process: psutil.Process) -> float:
    """Resident memory of the tree; pages that its members share count once a member."""
    total = 0
    for member in _tree(process):
        with contextlib.suppress(psutil.NoSuchProcess):
            total += member.memory_info().rss
    return total / 1e6


def python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]
