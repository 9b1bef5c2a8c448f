"""Theirs against ours, model by model and day by day, and why they differ.

The causes, for each line that differs
- `missing here`, `missing there`: one side has no usage at all of that model on that day.
- `time zone`: the days differ, and their sum does not.
- `estimates`: a difference in tokens where calls of ours were cut short, so that they were counted here, and which is
  no greater than what these calls cost: the provider went on, or counts otherwise.
- `tokens`: what any other difference in tokens comes to, at what a token cost us.
- `price`: what is left then: the same tokens at another price.
- `rounding`: at most a cent a line.
- `unexplained`: the export has amounts without tokens, so that tokens and price cannot be told apart.
The causes of a line add up to its difference, exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from gateway.billing.reconcile.readers import BilledLine
from gateway.core.money import ExchangeRates, times

CENT: Final = 10_000_000
Place = tuple[str, str]
"""(day in UTC, model)."""


class Ours(msgspec.Struct):
    """What our rows say of a model on a day, by meter: input, cache read, cache write, output."""

    requests: int = 0
    tokens: list[int] = msgspec.field(default_factory=lambda: [0, 0, 0, 0])
    nano: list[int] = msgspec.field(default_factory=lambda: [0, 0, 0, 0])
    calls: int = 0
    """Nano-units of what was billed by the call."""
    estimated: int = 0
    """Nano-units of calls whose tokens their provider did not tell."""
    estimates: int = 0
    """How many these are."""


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """`nano` is theirs less ours, in the currency compared in; `causes` add up to it."""

    day: str
    model: str
    ours: int
    theirs: int
    nano: int
    tokens_ours: int
    tokens_theirs: int | None
    causes: dict[str, int]


class Reconciliation(msgspec.Struct, frozen=True, kw_only=True):
    currency: str
    ours: int
    theirs: int
    differences: list[Difference]
    causes: dict[str, int]
    estimates: int
    """Calls of ours, of all lines, whose tokens their provider did not tell."""
    amounts: bool
    """False: the export holds tokens only, and theirs are valued at what ours cost."""

    @property
    def settled(self) -> bool:
        """Whether nothing differs beyond rounding and time zones."""
        return not (self.causes.keys() - {"rounding", "time zone"})


class NoRate(Exception):
    """Their currency cannot be brought into ours: `args` says which and when."""


def compare(
    lines: Sequence[BilledLine], ours: Mapping[Place, Ours], currency: str, rates: ExchangeRates
) -> Reconciliation:
    """`ours` is in `currency` already. Raises NoRate."""
    theirs = _merged(lines, currency, rates)
    amounts = any(line.nano is not None for line in theirs.values())
    found = [
        _difference(place, ours.get(place), theirs.get(place), amounts=amounts)
        for place in sorted(theirs.keys() | ours.keys(), key=lambda place: (place[1], place[0]))
    ]
    found = _by_time_zone(found)
    causes: dict[str, int] = {}
    for each in found:
        for cause, nano in each.causes.items():
            causes[cause] = causes.get(cause, 0) + nano
    return Reconciliation(
        currency=currency,
        ours=sum(each.ours for each in found),
        theirs=sum(each.theirs for each in found),
        differences=[each for each in found if each.causes],
        causes=causes,
        estimates=sum(each.estimates for each in ours.values()),
        amounts=amounts,
    )


def _merged(lines: Sequence[BilledLine], currency: str, rates: ExchangeRates) -> dict[Place, BilledLine]:
    merged: dict[Place, BilledLine] = {}
    for line in lines:
        nano = line.nano
        if nano is not None:
            ratio = rates.ratio(line.currency, currency, line.day)
            if ratio is None:
                raise NoRate(line.currency, currency, line.day)
            nano = times(nano, ratio)
        place = line.day, line.model
        before = merged.get(place)
        if before is None:
            merged[place] = msgspec.structs.replace(line, nano=nano, currency=currency)
            continue
        for name in ("input", "cache_read", "cache_write", "output"):
            setattr(before, name, _plus(getattr(before, name), getattr(line, name)))
        before.nano = _plus(before.nano, nano)
    return merged


def _difference(place: Place, ours: Ours | None, theirs: BilledLine | None, *, amounts: bool) -> Difference:
    mine = ours or Ours()
    cost = sum(mine.nano) + mine.calls
    told = theirs is not None and any(count is not None for count in theirs.tokens)
    valued = cost
    if theirs is not None and told:
        valued = mine.calls + sum(
            nano if count is None else _at_our_rate(count, tokens, nano, mine)
            for count, tokens, nano in zip(theirs.tokens, mine.tokens, mine.nano, strict=True)
        )
    billed = 0 if theirs is None else theirs.nano if amounts and theirs.nano is not None else valued
    total = billed - cost
    if theirs is None and ours is not None:
        causes = {"missing there": total}
    elif theirs is None or ours is None:
        causes = {"missing here": total}
    elif abs(total) <= CENT and (not told or _same_tokens(theirs, ours)):
        causes = {"rounding": total}
    elif told:
        by_tokens, by_price = valued - cost, billed - valued
        causes = {
            "estimates" if ours.estimates and abs(by_tokens) <= ours.estimated else "tokens": by_tokens,
            "rounding" if abs(by_price) <= CENT else "price": by_price,
        }
    else:
        causes = {"unexplained": total}
    return Difference(
        day=place[0],
        model=place[1],
        ours=cost,
        theirs=billed,
        nano=total,
        tokens_ours=sum(mine.tokens),
        tokens_theirs=sum(filter(None, theirs.tokens)) if theirs is not None and told else None,
        causes={cause: nano for cause, nano in causes.items() if nano or cause.startswith("missing")},
    )


def _same_tokens(theirs: BilledLine, ours: Ours) -> bool:
    """By every meter that the bill tells."""
    return all(count is None or count == own for count, own in zip(theirs.tokens, ours.tokens, strict=True))


def _at_our_rate(count: int, tokens: int, nano: int, mine: Ours) -> int:
    """What so many tokens of a meter would have cost us; of a meter that we never used, at our mean."""
    if tokens:
        return times(nano, (count, tokens)) if count else 0
    every = sum(mine.tokens)
    return times(sum(mine.nano), (count, every)) if every and count else 0


def _by_time_zone(differences: Sequence[Difference]) -> list[Difference]:
    """Where a model's days differ and their sum does not, usage lies on the other side of somebody's midnight."""
    by_model: dict[str, list[Difference]] = {}
    for each in differences:
        by_model.setdefault(each.model, []).append(each)
    found: list[Difference] = []
    for days in by_model.values():
        differing = [each for each in days if abs(each.nano) > CENT]
        shifted = len(differing) > 1 and abs(sum(each.nano for each in days)) <= CENT * len(days)
        tokens = [each.tokens_theirs for each in days]
        if shifted and None not in tokens:
            shifted = sum(filter(None, tokens)) == sum(each.tokens_ours for each in days)
        found += [
            msgspec.structs.replace(each, causes={"time zone": each.nano})
            if shifted and abs(each.nano) > CENT
            else each
            for each in days
        ]
    return found


def _plus(one: int | None, two: int | None) -> int | None:
    return None if one is two is None else (one or 0) + (two or 0)
