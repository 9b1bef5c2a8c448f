"""Each difference has its cause, and the causes of a line add up to it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.billing.reconcile.compare import NoRate, Ours, compare
from gateway.billing.reconcile.readers import BilledLine
from gateway.core.money import NANO, PICO, ExchangeRate, ExchangeRates

NONE = ExchangeRates()
DAY = "2026-11-05"


def ours(input: int = 1000, output: int = 100, units: int = 11) -> Ours:
    """So that a token of input costs 10/1000 of a unit, and one of output 1/100."""
    return Ours(requests=1, tokens=[input, 0, 0, output], nano=[(units - 1) * NANO, 0, 0, NANO])


def theirs(day: str = DAY, **changes: Any) -> BilledLine:
    values: dict[str, Any] = {"input": 1000, "cache_read": 0, "cache_write": 0, "output": 100, "nano": 11 * NANO}
    return BilledLine(day=day, model="m", **{**values, **changes})


@pytest.mark.parametrize(
    ("line", "causes"),
    [
        (theirs(), {}),
        (theirs(nano=11 * NANO + 5_000_000), {"rounding": 5_000_000}),
        (theirs(nano=12 * NANO), {"price": NANO}),
        (theirs(input=2000, nano=21 * NANO), {"tokens": 10 * NANO}),
        (theirs(output=300, nano=14 * NANO), {"tokens": 2 * NANO, "price": NANO}),
        (BilledLine(day=DAY, model="m", nano=12 * NANO), {"unexplained": NANO}),
        (BilledLine(day=DAY, model="m", nano=11 * NANO), {}),
        (BilledLine(day=DAY, model="m", input=2000, output=100), {"tokens": 10 * NANO}),
    ],
)
def test_the_cause_of_a_difference(line: BilledLine, causes: dict[str, int]) -> None:
    found = compare([line], {(DAY, "m"): ours()}, "USD", NONE)
    assert found.causes == causes
    assert found.settled is (not causes.keys() - {"rounding"})


def test_usage_that_one_side_does_not_have() -> None:
    found = compare([theirs("2026-11-06")], {(DAY, "m"): ours(units=5)}, "USD", NONE)
    assert found.causes == {"missing there": -5 * NANO, "missing here": 11 * NANO}
    assert not found.settled


def test_another_midnight_moves_usage_between_days_and_changes_no_sum() -> None:
    mine = {(DAY, "m"): ours(1000, 100, 11), ("2026-11-06", "m"): ours(2000, 100, 21)}
    lines = [theirs(input=1500, nano=16 * NANO), theirs("2026-11-06", input=1500, nano=16 * NANO)]
    found = compare(lines, mine, "USD", NONE)
    assert {cause for each in found.differences for cause in each.causes} == {"time zone"}
    assert found.causes == {"time zone": 0}
    assert found.settled


def test_lines_of_one_model_and_day_are_one() -> None:
    halves = [theirs(input=400, output=40, nano=5 * NANO), theirs(input=600, output=60, nano=6 * NANO)]
    assert compare(halves, {(DAY, "m"): ours()}, "USD", NONE).differences == []


def test_their_currency_is_brought_into_ours() -> None:
    rates = ExchangeRates((ExchangeRate(source="USD", target="CHF", pico=PICO // 2, since="2026-01-01"),))
    line = theirs(nano=22 * NANO)
    assert compare([line], {(DAY, "m"): ours()}, "CHF", rates).differences == []
    with pytest.raises(NoRate):
        compare([line], {(DAY, "m"): ours()}, "JPY", rates)


COUNT = st.none() | st.integers(0, 10**6)
LINES = st.builds(
    BilledLine,
    day=st.sampled_from(["2026-11-05", "2026-11-06", "2026-11-07"]),
    model=st.sampled_from(["m", "n"]),
    input=COUNT,
    cache_read=COUNT,
    cache_write=COUNT,
    output=COUNT,
    nano=st.none() | st.integers(-(10**12), 10**12),
    currency=st.just("USD"),
)
MINE = st.builds(
    Ours,
    requests=st.just(1),
    tokens=st.lists(st.integers(0, 10**6), min_size=4, max_size=4),
    nano=st.lists(st.integers(0, 10**12), min_size=4, max_size=4),
)


@given(
    st.lists(LINES, max_size=8),
    st.dictionaries(st.tuples(st.sampled_from(["2026-11-05", "2026-11-06"]), st.sampled_from(["m", "n"])), MINE),
)
def test_causes_add_up(lines: list[BilledLine], mine: dict[tuple[str, str], Ours]) -> None:
    found = compare(lines, mine, "USD", NONE)
    assert sum(found.causes.values()) == found.theirs - found.ours
    for each in found.differences:
        assert sum(each.causes.values()) == each.nano == each.theirs - each.ours
    assert found.ours == sum(sum(each.nano) for each in mine.values())
