"""The catalogue of faults is complete, and says so where it is not."""

from __future__ import annotations

import re
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.faults import __main__ as faults
from tests.faults.__main__ import LONG, RESULTS, Collector, Row, found, main, told, written
from tests.faults.catalogue import CATALOGUE, NOT_RUN

TESTS = Path(__file__).parents[1]


def held() -> set[str]:
    found: set[str] = set()
    for path in TESTS.rglob("test_*.py"):
        found.update(re.findall(r'mark\.fault\("([A-Z]+[0-9]+)"\)', path.read_text()))
    return found


def test_every_item_is_held_by_a_test_or_says_why_not() -> None:
    assert held() | set(NOT_RUN) == set(CATALOGUE)
    assert not held() & set(NOT_RUN)


def test_the_table_names_every_item_and_none_that_does_not_hold() -> None:
    table = RESULTS.read_text()
    assert re.findall(r"^\| ([A-Z]+[0-9]+) \|", table, re.MULTILINE) == list(CATALOGUE)
    assert "DOES NOT HOLD" not in table
    assert told(written()) == table


class Item(SimpleNamespace):
    """As much of a test as is asked which rows it is of."""

    def iter_markers(self, name: str) -> list[Any]:
        return [SimpleNamespace(args=(fault,)) for fault in self.faults]

    def get_closest_marker(self, name: str) -> object:
        return self.soak or None


def run_by(collector: Collector, outcome: str = "passed") -> None:
    """Two tests of A2 and one of D7, in which each that was selected ended so."""
    items: Any = [
        Item(nodeid="short", faults=["A2"], soak=False),
        Item(nodeid="long", faults=["A2"], soak=True),
        Item(nodeid="other", faults=["D7"], soak=False),
    ]
    config: Any = SimpleNamespace(hook=SimpleNamespace(pytest_deselected=lambda items: None))
    collector.pytest_collection_modifyitems(config, items)
    for item in items:
        how = {"when": "call", "outcome": outcome, "user_properties": [("figure", item.nodeid)]}
        collector.pytest_runtest_logreport(SimpleNamespace(nodeid=item.nodeid, **how))


def ran(*arguments: str) -> dict[str, Row]:
    """The rows of a run in which all passed."""
    collector = Collector({one for one in arguments if one in CATALOGUE}, "--soak" in arguments)
    run_by(collector)
    return found(collector, "2026-11-28 abcdef01")


@pytest.mark.parametrize(
    ("arguments", "rows"),
    [
        ((), {"A2", "D7"}),
        (("A2",), {"A2"}),
        (("--soak", "A2"), {"A2", f"A2 {LONG}"}),
        (("--soak",), {"A2", f"A2 {LONG}", "D7"}),
    ],
)
def test_a_run_writes_the_rows_of_the_tests_that_it_ran_and_no_other(
    arguments: tuple[str, ...], rows: set[str]
) -> None:
    assert set(ran(*arguments)) == rows


def test_a_row_tells_of_its_own_tests_and_of_when_they_ran() -> None:
    rows = ran("--soak")
    assert rows["A2"] == Row("holds (1 tests)", "short", "2026-11-28 abcdef01")
    assert rows[f"A2 {LONG}"] == Row("holds (1 tests)", "long", "2026-11-28 abcdef01")
    assert f"| A2 {LONG} | the same at length | the same | holds (1 tests) | long | 2026-11-28 abcdef01 |" in told(rows)


@pytest.mark.parametrize("words", [["E99"], ["--soack"], ["A2", "a6"]])
def test_a_word_that_is_none_runs_nothing(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """It ran all of them, for minutes, and wrote the table."""
    with pytest.raises(SystemExit) as end:
        main(words)
    assert end.value.code == 2
    assert words[-1] in capsys.readouterr().err


def test_what_failed_is_written_also_where_pytest_ends_in_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row that was there before said that it held."""

    def failing(words: list[str], plugins: list[Collector]) -> int:
        run_by(plugins[0], "failed")
        raise ResourceWarning("unclosed")

    table = tmp_path / "RESULTS.md"
    table.write_text(told({"A2": Row("holds (1 tests)", "", "2026-11-27 abcdef00")}))
    monkeypatch.setattr(faults, "RESULTS", table)
    monkeypatch.setattr(faults, "this_run", lambda: "2026-11-28 abcdef01")
    monkeypatch.setattr(pytest, "main", failing)
    with pytest.raises(ResourceWarning):
        main(["A2"])
    assert written()["A2"].result == "DOES NOT HOLD (0 of 1)"


def test_a_row_of_which_not_all_was_run_does_not_hold() -> None:
    """Someone ended the run after the first of two tests: it said that it held, by the one."""
    collector = Collector(set(), soak=False)
    items: Any = [Item(nodeid="one", faults=["A2"], soak=False), Item(nodeid="two", faults=["A2"], soak=False)]
    config: Any = SimpleNamespace(hook=SimpleNamespace(pytest_deselected=lambda items: None))
    collector.pytest_collection_modifyitems(config, items)
    collector.pytest_runtest_logreport(SimpleNamespace(nodeid="one", when="call", outcome="passed", user_properties=[]))
    assert found(collector, "")["A2"].result == "interrupted (1 of 2 tests hold)"


def test_where_nothing_was_collected_the_table_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table = tmp_path / "RESULTS.md"
    table.write_text(RESULTS.read_text())
    monkeypatch.setattr(faults, "RESULTS", table)
    monkeypatch.setattr(faults, "this_run", lambda: "2026-11-28 abcdef01")
    monkeypatch.setattr(pytest, "main", lambda words, plugins: pytest.ExitCode.USAGE_ERROR)
    assert main(["A2"]) == pytest.ExitCode.USAGE_ERROR
    assert table.read_text() == RESULTS.read_text()
