"""Money: integers of a billionth (nano-unit) of a currency, never floats."""

from __future__ import annotations

import msgspec

NANO = 1_000_000_000


class Money(msgspec.Struct, frozen=True):
    """`nano` ≥ 0, in billionths of `currency` (ISO 4217)."""

    nano: int
    currency: str

    def __str__(self) -> str:
        whole, rest = divmod(self.nano, NANO)
        digits = str(NANO + rest)[1:].rstrip("0")
        return f"{whole}.{digits or '0'} {self.currency}"
