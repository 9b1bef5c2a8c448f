"""`prices.agreements`: what contracts say beyond the price of a token, in the words of the contract."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, Final, get_args

from gateway.core.agreements import Agreement, DiscountStep, Hardware, Reserved, SettlingPeriod, Volume
from gateway.core.edits import Path
from gateway.core.money import Money
from gateway.policy.read import Reading
from gateway.policy.shapes import MODEL, NAME, Amount, Choice, Day, Key, ListOf, Percent, Table, TokenCount

Tree = dict[str, Any]

VOLUME: Final = Table(
    {
        "counts": Key(
            Choice(("graduated", "whole")),
            "graduated: a discount is for what lies above its step; whole: the highest reached is for everything",
        ),
        "steps": Key(
            ListOf(
                Table(
                    {
                        "above": Key(
                            Amount(), "spent in the period, at the prices before this discount", required=True
                        ),
                        "discount": Key(Percent(), "as in 7.5%", required=True),
                    }
                ),
                1,
            ),
            "from the lowest to the highest",
            required=True,
        ),
    }
)

RESERVED: Final = Table(
    {
        "monthly_fee": Key(Amount(), "paid each month, used or not", required=True),
        "capacity": Key(TokenCount(), "tokens a month that the fee pays for; left out: all"),
    }
)

HARDWARE: Final = Table(
    {
        "monthly_cost": Key(Amount(), "of the machines: depreciation, power, people", required=True),
        "tokens": Key(TokenCount(), "expected a month: what a call is charged until the month is over", required=True),
    }
)

TERMS: Final = ("volume", "commitment", "reserved", "hardware")

AGREEMENT: Final = Table(
    {
        "name": Key(NAME, "what reports call it", required=True),
        "provider": Key(NAME, "a name below `providers`", required=True),
        "models": Key(ListOf(MODEL, 1), "the provider's own names, with * and ? as wildcards; left out: all"),
        "since": Key(Day(), "first day", required=True),
        "until": Key(Day(), "last day; left out: until further notice"),
        "period": Key(Choice(get_args(SettlingPeriod)), "what volume and commitment are measured by; left out: month"),
        "volume": Key(VOLUME, "discounts by how much is spent"),
        "commitment": Key(Amount(), "paid each period even where less is used"),
        "reserved": Key(RESERVED, "capacity bought by the month"),
        "hardware": Key(HARDWARE, "kind local: what a month of the machines costs, shared out by tokens"),
    }
)


def check_agreements(reading: Reading) -> None:
    agreements: list[Tree | None] = (reading.tree.get("prices") or {}).get("agreements") or []
    providers: Tree = reading.tree.get("providers") or {}
    before: list[Tree] = []
    for number, agreement in enumerate(agreements):
        if agreement is None:
            continue
        path: Path = ("prices", "agreements", number)
        provider = agreement.get("provider")
        if provider is not None and provider not in providers:
            mark = reading.mark((*path, "provider"))
            reading.complaints.add_unknown(mark, f"there is no provider '{provider}'", provider, providers)
        _check_terms(reading, path, agreement, (providers.get(provider or "") or {}).get("kind"))
        _check_days(reading, path, agreement)
        _check_overlap(reading, path, agreement, before)
        before.append(agreement)


def _check_terms(reading: Reading, path: Path, agreement: Tree, kind: str | None) -> None:
    written = [term for term in TERMS if reading.wrote(path, term)]
    mark = reading.mark(path)
    if not written:
        reading.complaints.add(mark, f"an agreement says at least one of {', '.join(TERMS)}")
    for alone in ("reserved", "hardware"):
        if alone in written and len(written) > 1:
            others = " and ".join(term for term in written if term != alone)
            reading.complaints.add(reading.mark((*path, alone)), f"'{alone}' stands alone: put {others} in another one")
    if "hardware" in written and kind not in {None, "local"}:
        reading.complaints.add(
            reading.mark((*path, "hardware")), f"'hardware' is for kind 'local', and this is '{kind}'"
        )
    if reading.wrote(path, "period") and not {"volume", "commitment"} & set(written):
        reading.complaints.add(reading.mark((*path, "period")), "'period' goes with 'volume' and 'commitment' only")
    steps = [step for step in (agreement.get("volume") or {}).get("steps") or [] if step and "above" in step]
    for number, (lower, upper) in enumerate(pairwise(steps), 1):
        at = reading.mark((*path, "volume", "steps", number))
        if upper["above"].currency != lower["above"].currency:
            reading.complaints.add(at, f"the steps of one discount are in one currency, {lower['above'].currency}")
        elif upper["above"].nano <= lower["above"].nano:
            reading.complaints.add(at, "steps go from the lowest to the highest")


def _check_days(reading: Reading, path: Path, agreement: Tree) -> None:
    since, until = agreement.get("since"), agreement.get("until")
    if since and until and until < since:
        reading.complaints.add(reading.mark((*path, "until")), f"this ends before it begins, on {since}")


def _check_overlap(reading: Reading, path: Path, agreement: Tree, before: list[Tree]) -> None:
    for other in before:
        if agreement.get("name") is not None and agreement.get("name") == other.get("name"):
            mark = reading.mark((*path, "name"))
            reading.complaints.add(mark, f"there are two agreements '{agreement['name']}'")
        same = [term for term in TERMS if term in agreement and term in other]
        if (
            same
            and agreement.get("provider") == other.get("provider")
            and set(agreement.get("models") or ["*"]) & set(other.get("models") or ["*"])
            and agreement.get("since", "") <= (other.get("until") or "9999")
            and other.get("since", "") <= (agreement.get("until") or "9999")
        ):
            reading.complaints.add(
                reading.mark(path),
                f"'{other.get('name')}' has a '{same[0]}' for the same models at the same time: end that one first",
            )


def build_agreements(tree: Tree) -> tuple[Agreement, ...]:
    return tuple(_agreement(agreement) for agreement in (tree.get("prices") or {}).get("agreements") or ())


def _agreement(tree: Tree) -> Agreement:
    values = dict(tree)
    if "models" in values:
        values["models"] = tuple(values["models"])
    if (volume := values.get("volume")) is not None:
        values["volume"] = _volume(volume)
    if (reserved := values.get("reserved")) is not None:
        values["reserved"] = Reserved(**reserved)
    if (hardware := values.get("hardware")) is not None:
        values["hardware"] = Hardware(**hardware)
    return Agreement(**values)


def _volume(tree: Tree) -> Volume:
    first: Money = tree["steps"][0]["above"]
    steps = tuple(
        DiscountStep(above=step["above"].nano, discount=int(step["discount"] * 100)) for step in tree["steps"]
    )
    return Volume(currency=first.currency, steps=steps, counts=tree.get("counts", "graduated"))
