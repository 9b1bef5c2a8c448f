"""What a run by workers tells is what one without tells."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.test_alone import pytest_run

EVERY_END = """
import pytest

@pytest.fixture
def broken():
    raise OSError("in the fixture")

@pytest.fixture
def torn():
    yield
    raise OSError("at its end")

def test_that_passes(): pass
def test_that_fails(): assert not "a reason"
def test_without_its_fixture(broken): pass
def test_whose_fixture_ends_badly(torn): pass
def test_that_fails_twice(torn): raise OSError("in the test")
@pytest.mark.skip(reason="not today")
def test_that_is_skipped(): pass
@pytest.mark.xfail(strict=True)
def test_that_is_to_fail(): raise OSError
@pytest.mark.xfail(strict=True)
def test_that_was_to_fail(): pass
"""
TOLD = "3 failed, 2 passed, 1 skipped, 1 xfailed, 3 errors"
PLUGINS = ("-p", "tests.support.stack_room")


@pytest.mark.parametrize("workers", ["0", "2"])
def test_every_end_of_a_test_is_told_with_its_reason(tmp_path: Path, workers: str) -> None:
    (tmp_path / "test_ends.py").write_text(EVERY_END)
    run = pytest_run(tmp_path, *PLUGINS, "-n", workers, "-rs")
    assert run.returncode == 1
    assert TOLD in run.stdout, run.stdout + run.stderr
    for reason in ("a reason", "in the fixture", "at its end", "in the test", "not today", "XPASS(strict)"):
        assert reason in run.stdout


def test_how_long_fixtures_took_is_told_to_whoever_asks(tmp_path: Path) -> None:
    (tmp_path / "test_one.py").write_text("def test_it(): pass\n")
    run = pytest_run(tmp_path, *PLUGINS, "-n", "1", "--durations", "0", "--durations-min", "0")
    told = re.findall(r"s (\w+) +test_one.py::test_it", run.stdout)
    assert sorted(told) == ["call", "setup", "teardown"], run.stdout + run.stderr
