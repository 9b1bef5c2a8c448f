"""Amounts in a person's form: `3s`, `500 ms`, `180d`, `64 KiB`, `500 CHF`, `0.25 USD/Mtok`.

Each reader takes the text and gives a number in the unit that its docstring names, or raises ValueError with a
sentence that says how to write it. Decimal all the way: no float takes part in an amount of money.
"""

from __future__ import annotations

import re
from decimal import Decimal
from difflib import get_close_matches
from typing import Final

from gateway.core.currencies import CURRENCIES
from gateway.core.money import NANO, Money

_amount = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,12})?)[ ]*([A-Za-z/%]*)")

SECONDS: Final[dict[str, Decimal]] = {
    "ms": Decimal("0.001"),
    "s": Decimal(1),
    "min": Decimal(60),
    "h": Decimal(3600),
    "d": Decimal(86400),
}
BYTES: Final[dict[str, int]] = {
    "B": 1,
    "KiB": 1024,
    "MiB": 1024**2,
    "GiB": 1024**3,
    "kB": 1000,
    "MB": 1000**2,
    "GB": 1000**3,
}
TOKENS: Final[dict[str, int]] = {"Mtok": 1_000_000, "ktok": 1000}
"""What prices are per."""
CALLS: Final[dict[str, int]] = {"kcall": 1000, "call": 1}
MANY_TOKENS: Final[dict[str, int]] = {"tok": 1, **TOKENS, "Gtok": 1_000_000_000}


def _split(text: str, example: str) -> tuple[Decimal, str]:
    found = _amount.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"write a number and its unit, as in '{example}': digits and a point alone")
    return Decimal(found[1]), found[2]


def parse_duration(text: str) -> float:
    """Seconds of `500 ms`, `3s`, `2 min`, `1h`, `180d`."""
    number, unit = _split(text, "30s")
    if unit not in SECONDS:
        raise ValueError(f"a time needs its unit ({', '.join(SECONDS)}), as in '30s'")
    return float(number * SECONDS[unit])


def shown_duration(seconds: float) -> str:
    """As people write it, in the largest unit that makes it whole: `180d`, `2min`, `0.5s`."""
    for unit in ("d", "h", "min"):
        count = Decimal(seconds) / SECONDS[unit]
        if count and count == count.to_integral_value():
            return f"{int(count)}{unit}"
    return f"{seconds:g}s"


def parse_size(text: str) -> int:
    """Bytes of `64 KiB`, `10 MB`."""
    number, unit = _split(text, "64 KiB")
    if unit not in BYTES:
        raise ValueError(f"a size needs its unit ({', '.join(BYTES)}), as in '64 KiB'")
    size = number * BYTES[unit]
    if size != size.to_integral_value():
        raise ValueError("a size must come to whole bytes")
    return int(size)


def _currency(unit: str, example: str) -> str:
    if len(unit) != 3 or not unit.isascii() or not unit.isupper():
        raise ValueError(f"money needs its currency in three capital letters, as in '{example}'")
    return parse_currency(unit)


def parse_currency(text: str) -> str:
    """`CHF`. Three letters that are nobody's money would only be noticed where a rate is missing."""
    if text not in CURRENCIES:
        near = get_close_matches(text.upper(), CURRENCIES, 1)
        hint = f"; did you mean '{near[0]}'?" if near else ", as CHF, EUR or USD"
        raise ValueError(f"'{text[:10]}' is no currency of ISO 4217{hint}")
    return text


def _nano(number: Decimal) -> int:
    nano = number * NANO
    if nano != nano.to_integral_value():
        raise ValueError("money has at most nine decimals")
    return int(nano)


def parse_money(text: str) -> Money:
    """`500 CHF` as money."""
    number, unit = _split(text, "500 CHF")
    return Money(_nano(number), _currency(unit, "500 CHF"))


def parse_token_price(text: str) -> Money:
    """`0.25 USD/Mtok` or `0.00025 USD/ktok` as money per million tokens."""
    number, unit = _split(text, "0.25 USD/Mtok")
    currency, slash, per = unit.partition("/")
    if not slash or per not in TOKENS:
        raise ValueError("a price is money per million tokens, as in '0.25 USD/Mtok'")
    return Money(_nano(number * (1_000_000 // TOKENS[per])), _currency(currency, "0.25 USD/Mtok"))


def parse_call_price(text: str) -> Money:
    """`10 USD/kcall` or `0.01 USD/call` as money a call."""
    number, unit = _split(text, "10 USD/kcall")
    currency, slash, per = unit.partition("/")
    if not slash or per not in CALLS:
        raise ValueError("this is money a call, or a thousand of them, as in '0.03 USD/call' or '10 USD/kcall'")
    return Money(_nano(number / CALLS[per]), _currency(currency, "10 USD/kcall"))


def parse_rate(text: str) -> Decimal:
    """`0.80`, more than nothing, with at most twelve decimals."""
    number, unit = _split(text, "0.80")
    if unit or not number:
        raise ValueError("a rate is a number above 0 without a unit, as in '0.80'")
    return number


def parse_percent(text: str) -> Decimal:
    """`7.5%` as 7.5, with at most two decimals."""
    number, unit = _split(text, "7.5%")
    hundredths = number * 100
    if unit != "%" or hundredths != hundredths.to_integral_value() or hundredths > 10_000:
        raise ValueError("write a percentage up to 100% with at most two decimals, as in '7.5%'")
    return number


def parse_tokens(text: str) -> int:
    """Tokens of `500 Mtok`, more than none."""
    number, unit = _split(text, "500 Mtok")
    if unit not in MANY_TOKENS:
        raise ValueError(f"a number of tokens needs its unit ({', '.join(MANY_TOKENS)}), as in '500 Mtok'")
    tokens = number * MANY_TOKENS[unit]
    if tokens != tokens.to_integral_value() or not tokens:
        raise ValueError("this must come to whole tokens, and more than none")
    return int(tokens)
