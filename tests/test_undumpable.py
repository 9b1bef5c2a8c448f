"""In prod, a gateway that dies leaves no picture of its memory."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.replicas import POLICY, environment, migrated, replica_processes
from tests.support.running import TEST_ADMIN_TOKEN, TEST_ROOT_KEY


@pytest.fixture
def cores_allowed() -> Iterator[None]:
    """As far as the machine lets them: what a service manager may have set."""
    before = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (before[1], before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_CORE, before)


def test_a_production_gateway_that_crashes_leaves_no_core(cores_allowed: None, tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "p.yaml").write_text(POLICY)
    prod = {"GATEWAY_ENV": "prod", "GATEWAY_ROOT_KEY": TEST_ROOT_KEY, "GATEWAY_ADMIN_TOKEN": TEST_ADMIN_TOKEN}
    environ = environment(tmp_path, prod)
    migrated(environ)
    with replica_processes(tmp_path, environ, 1) as running:
        [process] = running.values()
        limits = Path(f"/proc/{process.pid}/limits").read_text()
        [core] = [line.split() for line in limits.splitlines() if line.startswith("Max core file size")]
        assert core[4:6] == ["0", "0"]
        os.kill(process.pid, signal.SIGABRT)
        _, status = os.waitpid(process.pid, 0)
        process.returncode = -os.WTERMSIG(status)
    assert os.WTERMSIG(status) == signal.SIGABRT
    assert not os.WCOREDUMP(status)
    assert not list(tmp_path.glob("core*"))


LOOK = """
import ctypes, os
from gateway.undumpable import forbid_dumps
libc = ctypes.CDLL(None)
before = libc.prctl(3, 0, 0, 0, 0)
forbid_dumps()
print(before, libc.prctl(3, 0, 0, 0, 0), os.listdir("/proc/self/fd") != [])
"""


def test_no_other_process_of_the_account_may_look_into_it() -> None:
    done = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "0", "True"]


LEFT_BEHIND = """
import multiprocessing, os, signal, time
from gateway.undumpable import end_with_parent

def child(told):
    end_with_parent()
    os.write(told.fileno(), b"%d\\n" % os.getpid())
    signal.pause()

if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    hears, tells = context.Pipe(duplex=False)
    context.Process(target=child, args=(tells,)).start()
    print(os.read(hears.fileno(), 20).decode(), end="", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_worker_whose_supervisor_is_killed_does_not_stay_behind(tmp_path: Path) -> None:
    script = tmp_path / "supervisor.py"
    script.write_text(LEFT_BEHIND)
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == -signal.SIGKILL, done.stderr
    worker = Path(f"/proc/{int(done.stdout)}/stat")
    for _ in range(4000):
        try:
            if worker.read_text().rpartition(")")[2].split()[0] == "Z":
                return
        except (FileNotFoundError, ProcessLookupError):
            return
        time.sleep(0.005)
    pytest.fail("it is still there")
