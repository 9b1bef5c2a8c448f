"""A time-out is told as one, by workers too."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.test_alone import pytest_run

TOO_LONG = """
import asyncio
import time
import pytest
from blockbuster import blockbuster_ctx

pytestmark = pytest.mark.timeout(0.5)

def test_whose_code_catches_errors():
    try:
        time.sleep(50)
    except Exception:
        pass

def test_on_a_loop_where_whatever_blocks_raises():
    async def search():
        try:
            while True:
                pass
        except Exception:
            pass

    with blockbuster_ctx():
        asyncio.run(search())

def test_whose_server_catches_everything():
    try:
        time.sleep(50)
    except BaseException:
        raise AssertionError("500 is not 200")

def test_that_goes_on_waiting():
    try:
        time.sleep(50)
    except BaseException:
        time.sleep(50)

def test_that_takes_longer_to_be_told_than_to_run():
    class Slow(Exception):
        def __str__(self):
            time.sleep(0.7)
            return "told at last"
    raise Slow

@pytest.fixture
def slow():
    time.sleep(50)

def test_whose_fixture_waits(slow): pass
def test_in_time(): pass
"""


@pytest.mark.parametrize("workers", ["0", "1"])
def test_a_time_out_is_told_as_one_whoever_catches_it(tmp_path: Path, workers: str) -> None:
    (tmp_path / "test_long.py").write_text(TOO_LONG)
    plugins = ("-p", "pytest_timeout", "-p", "tests.support.time_outs")
    run = pytest_run(tmp_path, *plugins, "-n", workers)
    assert "5 failed, 1 passed, 1 error" in run.stdout, run.stdout + run.stderr
    assert run.stdout.count("Timeout: the test took longer than it may.\n") >= 5, run.stdout
    assert run.stdout.count("    time.sleep(50)\n") >= 4, "where they stood"
    assert ", in search\n" in run.stdout
    assert "500 is not 200" in run.stdout
    assert "Slow: told at last" in run.stdout
