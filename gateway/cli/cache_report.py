"""`gateway report cache`: what the caches of answers saved, and how good the answers to similar texts are."""

from __future__ import annotations

import argparse
import csv
import io
import os
from collections.abc import Iterable
from typing import Any, Final

import msgspec

from gateway.billing.calendar import days_of
from gateway.billing.report.cells import NONE, amount, cents, harmless
from gateway.cli.database import with_database
from gateway.cli.output import print_json, print_table, put, remark
from gateway.cli.progress import Progress
from gateway.cli.report import policy_of
from gateway.core.caching import CHECKS
from gateway.core.money import ExchangeRates, Money
from gateway.settings import load_settings
from gateway.storage.cache_uses import CacheUses, cache_uses
from gateway.storage.engine import Engine
from gateway.storage.usage_retention import kept_from

HEAD: Final = ("requests", "equal", "shared", "similar", "missed", "answered")
CHECKED: Final = ("checked", "same", "close", "different")


class CacheLine(msgspec.Struct, kw_only=True):
    """Requests that might be answered by the cache, by what it did for them; money in nano-units of the currency.

    `equal`: an equal request had been answered. `shared`: one was under way. `similar`: one that means the same.
    `missed`: the provider was asked; of those, `checked` would have been answered by what was said to a similar text,
    and the real answer was compared with it: the same but for a tenth of its words, close (half of them), different.
    """

    requests: int = 0
    equal: int = 0
    shared: int = 0
    similar: int = 0
    missed: int = 0
    checked: int = 0
    same: int = 0
    close: int = 0
    different: int = 0
    saved: int = 0
    vectors: int = 0
    """What vectors cost that were made to find similar texts."""
    unconverted: int = 0
    """Requests whose money no rate converts: it is in no sum."""

    def add(self, found: CacheUses, saved: int, cost: int) -> None:
        use, number = found.use, found.requests
        if use is None:
            self.vectors += cost
            return
        self.requests += number
        self.saved += saved
        match use:
            case "hit":
                self.equal += number
            case "shared":
                self.shared += number
            case "similar":
                self.similar += number
            case _:
                self.missed += number
        if use in CHECKS:
            self.checked += number
            if use != "checked":
                name = use.removeprefix("checked_")
                setattr(self, name, getattr(self, name) + number)

    @property
    def answered(self) -> float:
        """The part that the cache answered, from 0 to 1."""
        return (self.equal + self.shared + self.similar) / self.requests if self.requests else 0.0


Key = tuple[str | None, ...]


def cache(arguments: argparse.Namespace) -> int:
    """Exit code 1 where no request could have been answered by a cache, or a rate or single calls are missing."""
    settings = load_settings(os.environ)
    policy = policy_of(settings)
    currency = arguments.currency or policy.reporting.currency
    days = days_of(arguments.month[0])[0], days_of(arguments.month[1])[1]
    with Progress("reading"):
        found, kept = with_database(settings, lambda engine: _found(engine, days, arguments.by))
    lines, total = summed(found, policy.exchange, currency)
    if arguments.format == "json":
        print_json(_document(arguments.by, currency, lines, total))
    elif arguments.format == "csv":
        put(_csv(arguments.by, currency, lines))
    elif lines:
        _print(arguments.by, currency, lines, total)
    if days[0] < kept:
        remark(
            f"gateway: single calls are kept from {kept} on (reporting.retention): what was before that is not in here"
        )
    elif not lines:
        remark("no request of these months could be answered by a cache: `cache: {enabled: true}` of a team makes one")
    if total.unconverted:
        remark(f"gateway: {total.unconverted} requests are in no sum: no exchange rate to {currency} is stated")
    return 1 if total.unconverted or not lines or days[0] < kept else 0


async def _found(engine: Engine, days: tuple[str, str], by: tuple[str, ...]) -> tuple[list[CacheUses], str]:
    """With the first day of which there are single calls."""
    async with engine.connect() as connection:
        kept = await kept_from(connection)
    return await cache_uses(engine, *days, by), kept


def summed(
    found: Iterable[CacheUses], exchange: ExchangeRates, currency: str
) -> tuple[list[tuple[Key, CacheLine]], CacheLine]:
    """By key, and all together."""
    lines: dict[Key, CacheLine] = {}
    total = CacheLine()
    for one in found:

        def nano(money: Money | None, day: str = one.day) -> int | None:
            there = None if money is None else exchange.convert(money, currency, day)
            return 0 if money is None else None if there is None else there.nano

        saved, cost = nano(one.saved), nano(one.cost)
        for line in (lines.setdefault(one.key, CacheLine()), total):
            line.add(one, saved or 0, cost or 0)
            line.unconverted += one.requests if saved is None or cost is None else 0
    return sorted(lines.items(), key=lambda line: [text or "" for text in line[0]]), total


def _document(by: tuple[str, ...], currency: str, lines: list[tuple[Key, CacheLine]], total: CacheLine) -> Any:
    return {
        "by": by,
        "currency": currency,
        "lines": [{"key": dict(zip(by, key, strict=True)), **_figures(line)} for key, line in lines],
        "total": _figures(total),
    }


def _figures(line: CacheLine) -> dict[str, Any]:
    """Amounts are texts, since JSON's numbers are not exact everywhere."""
    told = msgspec.structs.asdict(line)
    return {**told, "saved": f"{amount(line.saved):f}", "vectors": f"{amount(line.vectors):f}"}


def _csv(by: tuple[str, ...], currency: str, lines: list[tuple[Key, CacheLine]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    names = list(_figures(CacheLine()))
    writer.writerow([*by, *(f"{name}_{currency}" if name in ("saved", "vectors") else name for name in names)])
    for key, line in lines:
        writer.writerow([*(harmless(text or "") for text in key), *_figures(line).values()])
    return out.getvalue()


def _print(by: tuple[str, ...], currency: str, lines: list[tuple[Key, CacheLine]], total: CacheLine) -> None:
    """What nobody has is left out: most teams answer no similar texts."""
    checked = bool(total.similar or total.checked or total.vectors)
    head = [*by, *HEAD, f"saved {currency}", *((*CHECKED, f"vectors {currency}") if checked else ())]
    rows = [[*key, *_cells(line, checked=checked)] for key, line in [*lines, (("total", *[""] * (len(by) - 1)), total)]]
    print_table(head, [[NONE if cell is None else cell for cell in row] for row in rows])


def _cells(line: CacheLine, *, checked: bool) -> list[str]:
    numbers = [line.requests, line.equal, line.shared, line.similar, line.missed]
    cells = [*(f"{number:,}" for number in numbers), f"{100 * line.answered:.1f} %", f"{cents(line.saved):,}"]
    if checked:
        parts = (f"{getattr(line, name):,}" for name in CHECKED)
        cells += [*parts, f"{cents(line.vectors):,}"]
    return cells
