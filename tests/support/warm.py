"""Processes that begin warm: forks of one that has imported the gateway, and pytest, nine tenths of a start.

    python -m tests.support.warm            the one that is forked; all workers of a run share it (`begin`)

Promise: a fork has an environment, a folder, standard streams and random numbers of its own, and is made where there
is neither a thread nor a loop; it shares no descriptor with another, and ends as any process does.
It differs from a fresh one in what Python itself read as it started: the seed of hashes, and variables named PYTHON….
Tests about starting begin `python -m gateway` themselves.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import IO, Any, Final

GATEWAY: Final = "gateway.__main__:main"
_IMPORTED: Final = (
    "gateway.serve",
    "gateway.cli.program",
    "uvicorn",
    "uvloop",
    "httptools",
    # what these import no sooner than they begin to serve
    "aiosqlite",
    "anyio._backends._asyncio",
    "genai_prices.data",
    "litestar.plugins.pydantic",
    "pytest",
    "uvicorn.lifespan.on",
    "uvicorn.protocols.websockets.auto",
)
_ROOT: Final = Path(__file__).parents[2]
_ONE_AT_A_TIME: Final = threading.Lock()


class WarmProcess:
    """What `subprocess.Popen` shows of a process whose output goes to files. Blocks until it is forked.

    `entry` is `module:function`, called without arguments; `words` are then in `sys.argv`, and what it returns is the
    exit code. Without files, nobody reads what it writes.
    """

    def __init__(
        self,
        words: Sequence[str],
        *,
        cwd: Path,
        env: Mapping[str, str],
        stdout: IO[Any] | None = None,
        stderr: IO[Any] | None = None,
        entry: str = GATEWAY,
    ) -> None:
        self.args = [entry, *words]
        self.returncode: int | None = None
        ours, theirs = socket.socketpair()
        self._told = ours.makefile("rb", buffering=0)
        self._reading = threading.Lock()
        with Path(os.devnull).open("r+b") as nothing, theirs:
            descriptors = [each.fileno() for each in (nothing, stdout or nothing, stderr or nothing, theirs)]
            with _ONE_AT_A_TIME:
                channel = begin()
            socket.send_fds(channel, [b"."], descriptors)
        with ours:
            ours.sendall(json.dumps([entry, list(words), str(cwd), dict(env)]).encode() + b"\n")
        self.pid = int(self._told.readline())

    def poll(self) -> int | None:
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Raises subprocess.TimeoutExpired."""
        with self._reading:
            if self.returncode is None:
                end = select.poll()
                end.register(self._told, select.POLLIN)
                if not end.poll(None if timeout is None else timeout * 1000):
                    raise subprocess.TimeoutExpired(self.args, timeout or 0)
                self.returncode = int(self._told.readline())
                self._told.close()
            return self.returncode

    def communicate(self, timeout: float | None = None) -> tuple[None, None]:
        self.wait(timeout)
        return None, None

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def ended(
    words: Sequence[str], *, cwd: Path, env: Mapping[str, str], entry: str = GATEWAY, seconds: float | None = 60
) -> subprocess.CompletedProcess[str]:
    """What it said and how it ended. Raises subprocess.TimeoutExpired where it goes on, and kills it."""
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        process = WarmProcess(words, cwd=cwd, env=env, stdout=out, stderr=err, entry=entry)
        try:
            code = process.wait(seconds)
        finally:
            process.kill()
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(process.args, code, out.read(), err.read())


@cache
def begin() -> socket.socket:
    """To the process that is forked, which ends with this one and with the last of those that were forked from it.

    Each order is a message of its own, so any of them may send at any time.
    """
    ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GATEWAY_", "OTEL_"))}
    with theirs:
        process = subprocess.Popen([sys.executable, "-m", __name__], cwd=_ROOT, env=kept, stdin=theirs)

    @atexit.register
    def end() -> None:
        ours.close()
        process.wait()

    return ours


def main() -> int:
    for module in _IMPORTED:
        import_module(module)
    import_module("gateway.tokens.encodings").encoding("o200k_base")  # half a second that each that serves would take
    gc.freeze()  # a collection in a fork would touch all of it, and have a page of its own for each
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead are buried by the kernel
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    orders = socket.socket(fileno=os.dup(0))
    while True:
        told, descriptors, *_ = socket.recv_fds(orders, 1, 4)
        if not told:
            return 0
        if not os.fork():
            orders.close()
            return _attended(*descriptors)()
        for each in descriptors:
            os.close(each)


def _attended(stdin: int, stdout: int, stderr: int, channel: int) -> Callable[[], int]:
    """What another fork is to run; this one only tells its id, and how it ended."""
    teller = socket.socket(fileno=channel)
    with teller.makefile("rb") as orders:
        entry, words, cwd, environ = json.loads(orders.readline())
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    child = os.fork()
    if child:
        for descriptor in (stdin, stdout, stderr):
            os.close(descriptor)
        with contextlib.suppress(OSError):  # who waited is no more
            teller.sendall(b"%d\n" % child)
            teller.sendall(b"%d\n" % os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
        os._exit(0)
    teller.close()
    for number, descriptor in enumerate((stdin, stdout, stderr)):
        os.dup2(descriptor, number)
        os.close(descriptor)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environ)
    time.tzset()
    sys.argv = ["gateway", *words]
    module, _, name = entry.partition(":")
    function: Callable[[], int] = getattr(import_module(module), name)
    return function


if __name__ == "__main__":
    sys.exit(main())
