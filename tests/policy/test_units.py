"""Amounts in a person's form."""

import pytest

from gateway.core.money import Money
from gateway.policy.units import parse_duration, parse_money, parse_size, parse_token_price, shown_duration


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("3s", 3),
        ("3 s", 3),
        ("500 ms", 0.5),
        ("2 min", 120),
        ("1h", 3600),
        ("180d", 15_552_000),
        ("1.5h", 5400),
        ("0s", 0),
    ],
)
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration(text) == seconds


@pytest.mark.parametrize(
    ("text", "size"), [("64 KiB", 65536), ("64KiB", 65536), ("10 MB", 10_000_000), ("1 GiB", 2**30), ("0.5 KiB", 512)]
)
def test_sizes(text: str, size: int) -> None:
    assert parse_size(text) == size


def test_money() -> None:
    assert parse_money("500 CHF") == Money(500_000_000_000, "CHF")
    assert parse_money("0.000000001 USD") == Money(1, "USD")


@pytest.mark.parametrize(
    ("text", "nano"),
    [
        ("0.25 USD/Mtok", 250_000_000),
        ("0.00025 USD/ktok", 250_000_000),
        ("2USD/Mtok", 2_000_000_000),
        ("0 USD/Mtok", 0),
    ],
)
def test_token_prices(text: str, nano: int) -> None:
    assert parse_token_price(text) == Money(nano, "USD")


@pytest.mark.parametrize("parse", [parse_duration, parse_size, parse_money, parse_token_price])
@pytest.mark.parametrize(
    "text", ["", "3", "s", "-3s", "3 parsecs", "1e3s", "3s 4s", "0x10s", "\u0661s", "NaN s", "1,5h", "9" * 99]
)
def test_everything_else_is_told_how_to_write_it(parse: object, text: str) -> None:
    with pytest.raises(ValueError, match=r"as in '"):
        parse(text)  # type: ignore[operator]


@pytest.mark.parametrize("text", ["500 chf", "500 Franken", "500 CHFX", "500", "CHF 500"])
def test_money_needs_its_currency(text: str) -> None:
    with pytest.raises(ValueError, match="500 CHF"):
        parse_money(text)


@pytest.mark.parametrize("text", ["0.25 USD", "0.25 USD/tok", "0.25 usd/Mtok", "0.25/Mtok", "0.25 USD/Mtok/s"])
def test_prices_are_per_million_tokens(text: str) -> None:
    with pytest.raises(ValueError, match=r"0\.25 USD/Mtok"):
        parse_token_price(text)


def test_no_finer_than_a_nano_unit_and_no_half_bytes() -> None:
    with pytest.raises(ValueError, match="nine decimals"):
        parse_money("0.0000000001 CHF")
    with pytest.raises(ValueError, match="whole bytes"):
        parse_size("0.3 B")


@pytest.mark.parametrize("text", ["500ms", "3s", "90s", "2min", "1h", "36h", "180d"])
def test_a_duration_is_shown_as_it_can_be_written(text: str) -> None:
    assert parse_duration(shown_duration(parse_duration(text))) == parse_duration(text)
    assert shown_duration(15_552_000.0) == "180d"
    assert shown_duration(120.0) == "2min"
    assert shown_duration(0.0) == "0s"
