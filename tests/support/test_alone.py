"""The turnstile before tests that run alone, by threads in the place of workers: their locks are as strange to them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

from tests.support import warm
from tests.support.alone import Turnstile
from tests.support.ports import free_port

SECONDS = 10


def at_once(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_who_shares_does_not_wait_and_who_is_alone_does(tmp_path: Path) -> None:
    inside, leave, done = threading.Barrier(3), threading.Event(), threading.Event()

    def share() -> None:
        with Turnstile(tmp_path).passed(alone=False):
            inside.wait(SECONDS)
            assert leave.wait(SECONDS)
            assert not done.is_set()

    def be_alone() -> None:
        with Turnstile(tmp_path).passed(alone=True):
            done.set()

    sharing = [at_once(share) for _ in range(2)]
    inside.wait(SECONDS)
    waiting = at_once(be_alone)
    assert not done.wait(0.1)
    leave.set()
    assert done.wait(SECONDS)
    for thread in (*sharing, waiting):
        thread.join(SECONDS)


def test_who_is_alone_comes_in_although_others_never_cease_to_come(tmp_path: Path) -> None:
    """Two who overlap all the time: without the turnstile the room would never be empty."""
    done, busy = threading.Event(), [threading.Event(), threading.Event()]

    def share(number: int) -> None:
        turnstile = Turnstile(tmp_path)
        while not done.is_set():
            with turnstile.passed(alone=False):
                busy[number].set()
                ends = time.monotonic() + 0.2
                while not busy[1 - number].is_set() and time.monotonic() < ends:
                    time.sleep(0.001)
                busy[1 - number].clear()

    sharing = [at_once(lambda number=number: share(number)) for number in range(2)]  # type: ignore[misc]
    assert all(one.wait(SECONDS) for one in busy)

    def be_alone() -> None:
        with Turnstile(tmp_path).passed(alone=True):
            done.set()

    at_once(be_alone)
    assert done.wait(SECONDS)
    for thread in sharing:
        thread.join(SECONDS)


def test_nobody_is_told_a_port_that_another_was_told() -> None:
    """While whoever was told it lives."""
    told = "from tests.support.ports import free_port; print(*[free_port() for _ in range(500)], flush=True); input()"
    words, pipe = [sys.executable, "-c", told], subprocess.PIPE
    processes = [subprocess.Popen(words, stdin=pipe, stdout=pipe, text=True) for _ in range(2)]
    mine = [free_port() for _ in range(50)]
    theirs = " ".join(process.stdout.readline() for process in processes if process.stdout is not None).split()
    for process in processes:
        process.communicate("\n", timeout=60)
    assert len({*mine, *map(int, theirs)}) == len(mine) + 1000


def pytest_run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """What is in the folder, by a pytest that knows our rules for workers and nothing else of us."""
    environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    plugins = ("-p", "tests.support.alone", "-p", "tests.support.forking", "-p", "no:cacheprovider")
    return warm.ended(("-q", *plugins, *words, "."), cwd=folder, env=environment, entry="pytest:console_main")


def test_who_is_alone_or_given_more_time_is_begun_first_in_the_order_that_was_drawn(tmp_path: Path) -> None:
    (tmp_path / "test_order.py").write_text(
        "import pytest\n"
        "def test_a(): pass\n"
        "@pytest.mark.timeout(600)\n"
        "def test_b(): pass\n"
        "def test_c(): pass\n"
        "@pytest.mark.timeout(300)\n"
        "def test_d(): pass\n"
        "@pytest.mark.alone\n"
        "def test_e(): pass\n"
    )
    run = pytest_run(tmp_path, "--collect-only", "-p", "pytest_timeout")
    assert re.findall("::test_(.)", run.stdout) == list("ebdac"), run.stdout + run.stderr
