"""Corners of the books that nobody looks at every day: contracts that overlap, prices that come back, odd bills."""

from __future__ import annotations

import asyncio
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from gateway.billing.prices import SeededPriceBook
from gateway.billing.repricing import reprice
from gateway.policy.load import policy_of_text
from gateway.storage.costs import AlreadyAdjusted, adjust
from gateway.storage.engine import open_engine
from tests.cli.conftest import Gateway, Report
from tests.support.spending import FINANCE

pytest_plugins = ["tests.support.databases"]

ROOM = """\
    - {name: all, provider: openai, since: 2026-01-01, reserved: {monthly_fee: 10 USD, capacity: 900 Mtok}}
"""
"""For all models, behind one for gpt-5-mini alone: that one has its tokens."""


def by_model(report: Report, month: str) -> dict[str, dict[str, Any]]:
    told = json.loads(report("costs", "--month", month, "--by", "model", "--json").out)
    return {line["key"]["model"] or line["name"]: line for line in told["lines"]}


def test_what_one_fee_has_paid_for_a_second_one_does_not_pay_again(report: Report, home: Path) -> None:
    before = by_model(report, "2026-11")
    (home / "policies" / "policy.yaml").write_text(FINANCE + ROOM)
    after = by_model(report, "2026-11")
    # Until the 11th, nobody else has a fee for gpt-5-mini; then the first does, for some of it.
    assert Decimal(0) <= Decimal(after["gpt-5-mini"]["billed"]) < Decimal(before["gpt-5-mini"]["billed"])
    assert Decimal(after["gpt-5.5"]["billed"]) == 0
    told = json.loads(report("costs", "--month", "2026-12", "--by", "model", "--json").out)
    assert all(Decimal(line["billed"]) >= 0 for line in told["lines"])


def test_a_discount_goes_to_the_models_that_earned_it(report: Report, home: Path) -> None:
    """Of two for one provider, the first has its models for itself, whatever the second says of all."""
    before = by_model(report, "2026-10")
    both = f"{FINANCE}{_volume('narrow', 'gpt-5-mini', 10)}{_volume('wide', '*', 50)}"
    (home / "policies" / "policy.yaml").write_text(both)
    after = by_model(report, "2026-10")
    for model, left in (("gpt-5-mini", Decimal("0.9")), ("gpt-5.5", Decimal("0.5"))):
        contracted = Decimal(before[model]["contracted"])
        assert abs(Decimal(after[model]["billed"]) - contracted * left) < Decimal("0.000001"), model


def _volume(name: str, models: str, percent: int) -> str:
    return (
        f"    - {{name: {name}, provider: openai, models: ['{models}'], since: 2026-01-01,\n"
        f"       volume: {{steps: [{{above: 0 USD, discount: {percent}%}}]}}}}\n"
    )


def test_prices_that_come_back_are_corrected_each_time(report: Report, home: Path) -> None:
    policy = home / "policies" / "policy.yaml"
    dearer = FINANCE.replace("input: 1 EUR/Mtok, output: 7 EUR/Mtok", "input: 2 EUR/Mtok, output: 14 EUR/Mtok")
    for number, text in enumerate((dearer, FINANCE, dearer, FINANCE)):
        policy.write_text(text)
        done = report("reprice", "--month", "2026-10", "--apply", "--reason", f"the {number}th")
        assert done.code == 0, done.err
        assert report("reprice", "--month", "2026-10").code == 0
    assert Decimal(json.loads(report("costs", "--month", "2026-10", "--json").out)["total"]["adjusted"]) == 0


def test_who_corrects_the_same_at_the_same_time_is_told(report: Report, database_url: str) -> None:
    """Both saw it wrong; the books are put right once."""
    dearer = FINANCE.replace("input: 1 EUR/Mtok, output: 7 EUR/Mtok", "input: 2 EUR/Mtok, output: 14 EUR/Mtok")

    async def both() -> None:
        engine = open_engine(database_url)
        policy, book = policy_of_text("p.yaml", dearer, {}), SeededPriceBook()
        async with engine.connect() as connection:
            found = [await reprice(connection, "2026-10", policy, book, lambda *_: None) for _ in range(2)]
        first, second = (each.corrections("contract", 1_800_000_000.0) for each in found)
        async with engine.begin() as connection:
            await adjust(connection, first)
        with pytest.raises(AlreadyAdjusted):
            async with engine.begin() as connection:
                await adjust(connection, second)
        await engine.dispose()

    asyncio.run(both())


def test_a_closed_month_is_the_same_however_it_is_looked_at(report: Report, home: Path) -> None:
    """Roundings of other groups, and another currency, are nothing that came since."""
    policy = home / "policies" / "policy.yaml"
    policy.write_text(FINANCE.replace("rate: 0.80", "rate: 0.812345"))
    assert report("close", "--month", "2026-10").code == 0
    for more in (("--by", "day"), ("--by", "user,key"), ("--by", "model"), ("--currency", "USD"), ("--by", "team,tag")):
        (closed,) = json.loads(report("costs", "--month", "2026-10", "--json", *more).out)["closed"]
        assert (closed["since"], closed["currency"]) == ("0.000000000", "CHF"), more
    (closed,) = json.loads(report("costs", "--month", "2026-09..2026-11", "--json").out)["closed"]
    assert closed["since"] == "0.000000000"
    policy.write_text(FINANCE)
    (closed,) = json.loads(report("costs", "--month", "2026-10", "--currency", "EUR", "--json").out)["closed"]
    assert Decimal(closed["since"]) < 0
    (home / ".gateway" / "root.key").unlink()
    elsewhere = report("costs", "--month", "2026-10", "--json")
    assert (elsewhere.code, json.loads(elsewhere.out)["closed"]) == (0, [])
    assert elsewhere.err == "gateway: without the root key nobody can tell what 2026-10 was closed with\n"


def test_a_file_that_cannot_be_written_is_told_in_a_line(report: Report, home: Path) -> None:
    done = report("costs", "--month", "2026-10", "--format", "csv", "--out", str(home / "absent" / "r.csv"))
    assert (done.code, done.out) == (2, "")
    assert done.err == f"gateway: {home / 'absent' / 'r.csv'} cannot be written: No such file or directory\n"


@pytest.mark.parametrize("month", ["9999-12", "1969-12", "2026-11..9999-12", "20226-11"])
def test_a_year_that_is_mistyped_is_no_long_report(gateway: Gateway, month: str) -> None:
    refused = gateway("report", "costs", "--month", month, "--format", "focus")
    assert (refused.code, refused.out) == (2, "")
    assert "must be a month as in 2026-11" in refused.err


def test_nothing_is_shown_as_less_than_nothing(report: Report, home: Path) -> None:
    """A correction of a few billionths is no minus sign before nothing."""
    policy = home / "policies" / "policy.yaml"
    policy.write_text(FINANCE.replace("output: 7 EUR/Mtok", "output: 6.999999 EUR/Mtok"))
    assert report("reprice", "--month", "2026-10", "--apply", "--reason", "a trifle").code == 0
    shown = report("costs", "--month", "2026-10").out
    assert "Correction" in shown
    assert "-0.00" not in shown


@pytest.mark.parametrize("command", ["costs", "cache"])
@pytest.mark.parametrize("words", ["--json --format csv", "--format csv --json", "--format table --json"])
def test_a_report_has_one_form(gateway: Gateway, command: str, words: str) -> None:
    done = gateway("report", command, "--month", "2026-11", *words.split())
    assert (done.code, done.out) == (2, "")
    assert "a report has one form" in done.err


def test_the_same_form_may_be_named_twice(report: Report) -> None:
    assert report("costs", "--month", "2026-11", "--json", "--format", "json").code == 0
