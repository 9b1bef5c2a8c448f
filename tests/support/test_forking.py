"""What users of several workers expect of them: everything is told, whatever happens to whom."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.support.dealing import Deal
from tests.support.test_alone import pytest_run

DEADLY = """
import os, signal, pytest

@pytest.mark.parametrize('number', range(40))
def test_it(number, tmp_path_factory):
    if number in (7, 30):
        os.kill(os.getpid(), signal.SIGKILL)
"""
APART = """
import json, os, pathlib, pytest

@pytest.fixture(scope='session')
def server(tmp_path_factory):
    yield str(tmp_path_factory.getbasetemp())
    (pathlib.Path(tmp_path_factory.getbasetemp()) / 'ended').touch()

@pytest.mark.parametrize('number', range(30))
def test_it(number, server, request, capfd):
    os.write(1, b'said by %d' % number)
    assert capfd.readouterr().out == f'said by {number}'
    pathlib.Path(f'{number}.json').write_text(json.dumps([os.getpid(), server, request.config.workerinput['workerid']]))
"""


@pytest.mark.parametrize("workers", [1, 2, 3, 4])
@pytest.mark.parametrize(("first", "rest"), [(5, 20), (0, 7), (7, 0), (4, 1), (1, 1), (0, 0)])
def test_each_test_is_dealt_once_and_what_takes_long_comes_first(first: int, rest: int, workers: int) -> None:
    deal = Deal([[number] for number in range(first)], range(first, first + rest), workers)
    dealt = [deal.next_for(turn % workers) for turn in range(first + rest)]
    assert dealt[:first] == list(range(first))
    assert sorted(number for number in dealt if number is not None) == list(range(first + rest))
    assert [deal.next_for(worker) for worker in range(workers)] == [None] * workers


def test_who_has_begun_a_group_goes_on_with_it_and_others_help_when_there_is_no_other() -> None:
    deal = Deal([range(5), (5, 6), (7,)], [8], 2)
    assert [deal.next_for(turn % 2) for turn in range(4)] == [0, 5, 1, 6]
    assert [deal.next_for(1), deal.next_for(1), deal.next_for(0)] == [7, 2, 3]
    assert len(deal) == 2
    assert [deal.next_for(1), deal.next_for(0), deal.next_for(1), len(deal)] == [4, 8, None, 0]


def test_who_has_no_more_takes_half_from_the_end_of_whoever_has_most() -> None:
    deal = Deal([], range(12), 3)
    assert [deal.next_for(0) for _ in range(6)] == [0, 1, 2, 3, 6, 7]
    assert [deal.next_for(1) for _ in range(4)] == [4, 5, 10, 11]
    deal.give_back([1, 2])
    assert [deal.next_for(2) for _ in range(5)] == [1, 2, 8, 9, None]
    assert len(deal) == 0


def test_a_test_that_its_worker_dies_of_has_failed_and_all_others_are_run(tmp_path: Path) -> None:
    (tmp_path / "test_deadly.py").write_text(DEADLY)
    run = pytest_run(tmp_path, "-n", "2")
    assert run.returncode == 1
    assert "2 failed, 38 passed" in run.stdout, run.stdout + run.stderr
    assert re.search(r"worker gw\d died \(SIGKILL\) while it ran: test_deadly.py::test_it\[7\]", run.stdout)


def test_a_run_whose_workers_keep_dying_ends(tmp_path: Path) -> None:
    (tmp_path / "test_deadly.py").write_text(DEADLY.replace("number in (7, 30)", "True"))
    run = pytest_run(tmp_path, "-n", "1")
    assert run.returncode == 1
    assert "they keep dying" in run.stdout, run.stdout + run.stderr


def test_workers_have_sessions_folders_and_prints_to_themselves(tmp_path: Path) -> None:
    (tmp_path / "test_apart.py").write_text(APART)
    run = pytest_run(tmp_path, "-n", "3", "--basetemp", str(tmp_path / "temporary"))
    assert "30 passed" in run.stdout, run.stdout + run.stderr
    found = Counter(path.read_text() for path in tmp_path.glob("*.json"))
    assert len(found) == 3, "each ran some"
    assert sorted(path.parent.name for path in (tmp_path / "temporary").glob("*/ended")) == ["gw0", "gw1", "gw2"]


def test_reports_are_kept_and_counted_as_without_workers(tmp_path: Path) -> None:
    (tmp_path / "test_ends.py").write_text(
        "import warnings\n"
        "class Odd(UserWarning): pass\n"
        "def test_good(): pass\n"
        "def test_odd(): warnings.warn('strange', Odd)\n"
        "def test_bad(record_property):\n"
        "    record_property('colour', 'red')\n"
        "    assert not 'wrong'\n"
    )
    run = pytest_run(tmp_path, "-n", "2", "--junit-xml", "told.xml")
    assert re.search(r"1 failed, 2 passed, \d warnings? in", run.stdout), run.stdout + run.stderr
    assert "Odd: strange" in run.stdout
    assert re.search(r"^\[gw\d\] linux -- Python", run.stdout, re.MULTILINE)
    told = ET.parse(tmp_path / "told.xml")
    assert sorted((case.get("name"), len(case)) for case in told.iter("testcase")) == [
        ("test_bad", 2),
        ("test_good", 0),
        ("test_odd", 0),
    ]
    strict = pytest_run(tmp_path, "-n", "2", "-W", "error")
    assert "2 failed, 1 passed" in strict.stdout


def test_what_failed_last_is_known_and_the_first_failure_may_end_the_run(tmp_path: Path) -> None:
    (tmp_path / "test_many.py").write_text(
        "import pytest, time\n"
        "@pytest.mark.parametrize('number', range(200))\n"
        "def test_it(number):\n"
        "    time.sleep(0.01)\n"
        "    assert number != 3\n"
    )
    kept = ("-p", "cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")
    run = pytest_run(tmp_path, "-n", "2", "-x", *kept)
    assert "stopping after 1 failures" in run.stdout, run.stdout + run.stderr
    passed = re.search(r"1 failed, (\d+) passed", run.stdout)
    assert passed is not None
    assert int(passed[1]) < 150
    again = pytest_run(tmp_path, "-n", "2", "--lf", *kept)
    assert "1 failed in" in again.stdout, again.stdout


@pytest.mark.parametrize(
    ("test", "told", "code"),
    [
        ("def test_it(): pytest.exit('no more', 3)", "no more", 2),
        ("def test_it(): raise KeyboardInterrupt", "KeyboardInterrupt", 2),
        ("import nothing_of_this_name\ndef test_it(): pass", "1 error during collection", 2),
        (
            "@pytest.fixture(scope='session', autouse=True)\ndef f():\n yield\n 1/0\ndef test_it(): pass",
            "1 passed, 1 error",
            1,
        ),
    ],
    ids=["exit", "interrupted", "not collected", "session ends badly"],
)
def test_what_ends_a_run_ends_one_of_workers(tmp_path: Path, test: str, told: str, code: int) -> None:
    (tmp_path / "test_one.py").write_text(f"import pytest\n{test}\n")
    run = pytest_run(tmp_path, "-n", "2")
    assert told in run.stdout, run.stdout + run.stderr
    assert run.returncode == code


def test_nobody_is_forked_beside_a_thread(tmp_path: Path) -> None:
    (tmp_path / "test_one.py").write_text(
        "import threading\n"
        "threading.Thread(target=threading.Event().wait, name='clock', daemon=True).start()\n"
        "def test_it(): pass\n"
    )
    run = pytest_run(tmp_path, "-n", "2")
    assert run.returncode == 4
    assert "['clock']; start them in a fixture" in run.stderr, run.stdout + run.stderr


def test_what_breaks_in_a_worker_but_in_no_test_is_an_error_of_the_run(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("def pytest_runtest_protocol(item): raise OSError('of a plugin')\n")
    (tmp_path / "test_one.py").write_text("def test_it(): pass\n")
    run = pytest_run(tmp_path, "-n", "2")
    assert run.returncode == 3
    assert "of a plugin" in run.stdout + run.stderr
