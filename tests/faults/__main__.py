"""Runs every test that holds an item of the catalogue, and writes what came of it into RESULTS.md.

python -m tests.faults [--soak] [ITEM …]     with the long forms, too; of these items only

A row that this run did not try stays as it is, with the day and the commit of the run that it is from.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from collections import Counter, defaultdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from tests.faults.catalogue import CATALOGUE, NOT_RUN

RESULTS: Final = Path(__file__).with_name("RESULTS.md")
LONG: Final = "long"
"""Behind an item's name: the row of those of its tests that are run with `--soak` only."""


class Row(NamedTuple):
    """`run`: the day and the commit, with a `+` where files differed from it."""

    result: str
    figure: str
    run: str


class Collector:
    """A plugin that selects the tests, and keeps for each row how they ended and what they measured."""

    def __init__(self, wanted: set[str], soak: bool) -> None:
        self._wanted = wanted
        self._soak = soak
        self.rows: set[str] = set()
        """All that there are, tried or not."""
        self.outcomes: dict[str, list[str]] = {}
        self.tests: Counter[str] = Counter()
        """By row: those that were selected."""
        self.figures: dict[str, dict[str, None]] = defaultdict(dict)
        self._items: dict[str, list[str]] = {}

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        others = []
        for item in items:
            names = [str(marker.args[0]) for marker in item.iter_markers("fault")]
            soak = item.get_closest_marker("soak") is not None
            rows = [f"{name} {LONG}" if soak else name for name in names]
            self.rows.update(rows)
            if (self._soak or not soak) and (not self._wanted or self._wanted.intersection(names)):
                self._items[item.nodeid] = rows
                self.outcomes.update((row, []) for row in rows)
                self.tests.update(rows)
            else:
                others.append(item)
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item.nodeid in self._items]

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.when == "call" or report.outcome != "passed":
            for row in self._items[report.nodeid]:
                self.outcomes[row].append(report.outcome)
                for key, value in report.user_properties:
                    if key == "figure":
                        self.figures[row][str(value)] = None


def found(collector: Collector, run: str) -> dict[str, Row]:
    """What came of this run, by row."""
    rows = {}
    for name, ended in collector.outcomes.items():
        passed = ended.count("passed")
        if not ended:
            result = "not run: it was interrupted, or a tool is not installed"
        elif passed < len(ended):
            result = f"DOES NOT HOLD ({passed} of {len(ended)})"
        elif passed < (tests := collector.tests[name]):
            result = f"interrupted ({passed} of {tests} tests hold)"
        else:
            result = f"holds ({passed} tests)"
        rows[name] = Row(result, "; ".join(collector.figures[name]), run)
    return rows


def told(rows: dict[str, Row]) -> str:
    """The table."""
    lines = [
        "# What the catalogue of faults gave",
        "",
        "Written by `python -m tests.faults`; `--soak` runs the long forms, too. A row stays until its tests are run",
        "again: `run` is the day and the commit of it, with a `+` where files differed from that.",
        "",
        "| id | what is done | expected | result | figure | run |",
        "|---|---|---|---|---|---|",
    ]
    for name, (done, expected) in CATALOGUE.items():
        long = rows.get(f"{name} {LONG}")
        row = Row("at length only" if long else "not run", NOT_RUN.get(name, ""), "")
        lines.append(f"| {' | '.join((name, done, expected, *rows.get(name, row)))} |")
        if long:
            lines.append(f"| {' | '.join((f'{name} {LONG}', 'the same at length', 'the same', *long))} |")
    return "\n".join(lines) + "\n"


def written() -> dict[str, Row]:
    """What stands in the table."""
    lines = [line for line in RESULTS.read_text().splitlines() if line.startswith("| ")]
    rows = [line.removeprefix("| ").removesuffix(" |").split(" | ") for line in lines]
    return {name: Row(*row) for name, _, _, *row in rows[1:]}


def this_run() -> str:
    def git(*words: str) -> str:
        return subprocess.run(["git", *words], capture_output=True, check=True, text=True).stdout.strip()

    changed = git("status", "--porcelain", "--untracked-files=no", "--", f":(exclude){RESULTS}")
    return f"{datetime.now(UTC):%Y-%m-%d} {git('rev-parse', '--short=8', 'HEAD')}{'+' if changed else ''}"


def item(name: str) -> str:
    if name not in CATALOGUE:
        raise argparse.ArgumentTypeError(f"the catalogue has no {name!r}; RESULTS.md names its items")
    return name


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser("python -m tests.faults", description="Runs the catalogue of faults.")
    parser.add_argument("--soak", action="store_true", help="the long forms, too")
    parser.add_argument("items", nargs="*", metavar="ITEM", type=item, help="as A2 (default: all)")
    arguments = parser.parse_args(words)
    run = this_run()
    collector = Collector(set(arguments.items), arguments.soak)
    try:
        return int(pytest.main(["-q", "-m", "fault", "tests"], plugins=[collector]))
    finally:  # pytest raises, where tests that failed left something open: the more must the table tell of them
        if collector.rows:
            # Read only now, so that runs of different items beside each other keep each other's rows.
            rows = {name: row for name, row in written().items() if name in collector.rows or name in NOT_RUN}
            RESULTS.write_text(told(rows | found(collector, run)))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
