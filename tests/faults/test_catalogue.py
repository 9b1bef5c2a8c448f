"""The catalogue of faults is complete, and says so where it is not."""

from __future__ import annotations

import re
from pathlib import Path

from tests.faults.catalogue import CATALOGUE, NOT_RUN

TESTS = Path(__file__).parents[1]
RESULTS = Path(__file__).with_name("RESULTS.md")


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
