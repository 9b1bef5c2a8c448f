"""In prod, no process of the gateway leaves a picture of its memory when it dies: the keys that it uses are in there,
and what was said a moment ago.
"""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psutil
import pytest

from tests.support.canaries import EMAIL
from tests.support.ports import free_port
from tests.support.replicas import POLICY, environment, migrated, wait_for
from tests.support.running import TEST_ADMIN_TOKEN, TEST_ROOT_KEY

RULES = "pii: {rules: {actions: {email: pseudonymise}}}\n"
PATIENCE = 200.0

pytestmark = pytest.mark.timeout(600)

Start = Callable[[Sequence[str]], subprocess.Popen[bytes]]


@pytest.fixture
def cores_allowed() -> Iterator[None]:
    """As far as the machine lets them: what a service manager may have set."""
    before = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (before[1], before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_CORE, before)


@pytest.fixture
def start(cores_allowed: None, tmp_path: Path) -> Iterator[Start]:
    """Starts a command of a gateway in production, in `tmp_path`; its stdin is open and says nothing."""
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "p.yaml").write_text(POLICY)
    prod = {"GATEWAY_ENV": "prod", "GATEWAY_ROOT_KEY": TEST_ROOT_KEY, "GATEWAY_ADMIN_TOKEN": TEST_ADMIN_TOKEN}
    environ = environment(tmp_path, prod)
    migrated(environ)
    started: list[subprocess.Popen[bytes]] = []

    def begin(words: Sequence[str]) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "gateway", *words]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
        started.append(subprocess.Popen(command, cwd=tmp_path, env=environ, **pipes))  # type: ignore[call-overload]
        return started[-1]

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def limited(pid: int) -> bool:
    """Whether the kernel may write no core of this process."""
    limits = Path(f"/proc/{pid}/limits").read_text()
    [core] = [line.split() for line in limits.splitlines() if line.startswith("Max core file size")]
    return core[4:6] == ["0", "0"]


def crashed(process: subprocess.Popen[bytes], death: signal.Signals) -> bool:
    """Whether it left a core, once it was killed so."""
    os.kill(process.pid, death)
    _, status = os.waitpid(process.pid, 0)
    process.returncode = -os.WTERMSIG(status)
    assert os.WTERMSIG(status) == death
    return os.WCOREDUMP(status)


def test_here_whoever_crashes_leaves_one_with_what_it_held(cores_allowed: None, tmp_path: Path) -> None:
    """Else the tests below would say little."""
    pattern = Path("/proc/sys/kernel/core_pattern").read_text()
    if pattern.startswith(("|", "/")) or resource.getrlimit(resource.RLIMIT_CORE)[1] == 0:
        pytest.skip("this machine puts cores elsewhere, or forbids all of them")
    held = f"held = {EMAIL[::-1]!r}[::-1]; print(flush=True); input()"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", held], cwd=tmp_path, **pipes) as process:  # type: ignore[call-overload]
        assert process.stdout.readline() == b"\n"
        assert crashed(process, signal.SIGABRT)
    [core] = tmp_path.glob("core*")
    told = core.read_bytes()
    core.unlink()
    assert EMAIL.encode() in told


def test_a_gateway_that_crashes_leaves_no_core(start: Start, tmp_path: Path) -> None:
    port = free_port()
    process = start(["serve", "--port", str(port)])
    wait_for(process, f"http://127.0.0.1:{port}/health/ready", PATIENCE)
    assert limited(process.pid)
    assert not crashed(process, signal.SIGABRT)
    assert not list(tmp_path.glob("core*"))


def test_nor_does_one_of_several_workers_or_who_starts_them(start: Start, tmp_path: Path) -> None:
    port = free_port()
    process = start(["serve", "--port", str(port), "--workers", "2"])
    wait_for(process, f"http://127.0.0.1:{port}/health/ready", PATIENCE)
    family = [one for one in psutil.Process(process.pid).children(recursive=True) if "spawn_main" in str(one.cmdline())]
    assert len(family) == 2
    for each in family:  # one of them may just be beginning: it is ready when it answers, and forbids it before that
        wait_until(lambda pid=each.pid: limited(pid))
    assert limited(process.pid)
    family[0].send_signal(signal.SIGSEGV)
    family[0].wait(PATIENCE)
    assert not crashed(process, signal.SIGSEGV)
    psutil.wait_procs(family, PATIENCE)
    assert not list(tmp_path.glob("core*"))


def test_nor_does_a_command_that_reads_what_somebody_wrote(start: Start, tmp_path: Path) -> None:
    (tmp_path / "policies" / "rules.yaml").write_text(RULES)
    process = start(["pii", "try", "-"])
    assert process.stdin is not None
    process.stdin.write(EMAIL.encode())
    process.stdin.flush()
    wait_until(lambda: limited(process.pid))
    assert not crashed(process, signal.SIGABRT)
    assert not list(tmp_path.glob("core*"))


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


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
