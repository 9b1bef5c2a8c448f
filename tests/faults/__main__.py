"""Runs every test that holds an item of the catalogue, and writes what came of it into RESULTS.md.

python -m tests.faults [--soak] [ITEM …]     with the long forms, too; of these items only, and the other rows stay
"""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from tests.faults.catalogue import CATALOGUE, NOT_RUN

RESULTS = Path(__file__).with_name("RESULTS.md")


class Collector:
    """A plugin that keeps, for each item, how its tests ended and what they measured."""

    def __init__(self, wanted: set[str]) -> None:
        self._wanted = wanted
        self.outcomes: dict[str, list[str]] = defaultdict(list)
        self.figures: dict[str, dict[str, None]] = defaultdict(dict)
        self._items: dict[str, list[str]] = {}

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        if self._wanted:
            others = [item for item in items if not self._wanted.intersection(_held_by(item))]
            config.hook.pytest_deselected(items=others)
            items[:] = [item for item in items if item not in others]

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for item in session.items:
            self._items[item.nodeid] = _held_by(item)

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.when == "call" or report.outcome != "passed":
            for name in self._items[report.nodeid]:
                self.outcomes[name].append(report.outcome)
                for key, value in report.user_properties:
                    if key == "figure":
                        self.figures[name][str(value)] = None


def _held_by(item: pytest.Item) -> list[str]:
    return [str(marker.args[0]) for marker in item.iter_markers("fault")]


def told(collector: Collector, before: dict[str, str]) -> str:
    """The table. `before`: rows that stay as they are."""
    lines = [
        "# What the catalogue of faults gave",
        "",
        "Written by `python -m tests.faults`. Items without a test say why; nothing is left out.",
        "",
        "| id | what is done | expected | result | figure |",
        "|---|---|---|---|---|",
    ]
    for name, (done, expected) in CATALOGUE.items():
        if name in before:
            lines.append(before[name])
            continue
        ended = collector.outcomes.get(name, [])
        if name in NOT_RUN:
            result, figure = "not run", NOT_RUN[name]
        elif not ended:
            result, figure = "not run", "its tests were not selected, or their tools are not installed"
        else:
            passed = ended.count("passed")
            result = f"holds ({passed} tests)" if passed == len(ended) else f"DOES NOT HOLD ({passed} of {len(ended)})"
            figure = "; ".join(collector.figures[name])
        lines.append(f"| {name} | {done} | {expected} | {result} | {figure} |")
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    wanted = {argument for argument in arguments if argument in CATALOGUE}
    collector = Collector(wanted)
    chosen = "fault" if "--soak" in arguments else "fault and not soak"
    code = pytest.main(["-q", "-m", chosen, "tests"], plugins=[collector])
    # Read only now, so that runs of different items beside each other keep each other's rows.
    rows = {line.split("|")[1].strip(): line for line in RESULTS.read_text().splitlines() if line.startswith("| ")}
    stays = {name: row for name, row in rows.items() if wanted and name not in wanted}
    RESULTS.write_text(told(collector, stays))
    return int(code)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
