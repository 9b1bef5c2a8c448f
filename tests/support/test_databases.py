"""A PostgreSQL of the tests does not outlive them, however they end."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

PROGRAM = """
import time
from tests.support.databases import postgres_server
with postgres_server() as server:
    print(server.processes()[0], server.socket_folder, flush=True)
    time.sleep(600)
"""


def lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.postgres
def test_a_server_ends_with_a_worker_that_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        pid, folder = process.stdout.readline().split()
        assert lives(int(pid))
        process.send_signal(signal.SIGKILL)
    ends = time.monotonic() + 60
    while lives(int(pid)) or Path(folder).exists():
        assert time.monotonic() < ends
        time.sleep(0.01)
