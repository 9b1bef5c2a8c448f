"""`prices.regional`: what computing in one region alone costs on top of the list, where what is shipped is wrong."""

from __future__ import annotations

from typing import Any, Final

from gateway.core.agreements import RegionalSurcharge
from gateway.policy.read import Reading
from gateway.policy.shapes import MODEL, NAME, Day, Key, ListOf, Percent, Table

Tree = dict[str, Any]

REGIONAL: Final = Table(
    {
        "provider": Key(NAME, "a name below `providers`", required=True),
        "models": Key(ListOf(MODEL, 1), "the provider's own names, with * and ? as wildcards; left out: all"),
        "since": Key(Day(), "first day, in UTC", required=True),
        "surcharge": Key(Percent(), "on the list's prices of tokens, as in 10%; 0%: none", required=True),
    }
)


def check_regional(reading: Reading) -> None:
    """Complains at a surcharge that is said twice."""
    seen: set[tuple[str, str, str]] = set()
    for number, entry in enumerate((reading.tree.get("prices") or {}).get("regional") or []):
        for model in (entry or {}).get("models") or ["*"]:
            said = (str((entry or {}).get("provider")), str(model), str((entry or {}).get("since")))
            if entry is not None and said in seen:
                reading.complaints.add(
                    reading.mark(("prices", "regional", number)),
                    f"the regional surcharge of '{said[1]}' at '{said[0]}' since {said[2]} is defined twice",
                )
            seen.add(said)


def build_regional(tree: Tree) -> tuple[RegionalSurcharge, ...]:
    return tuple(
        RegionalSurcharge(
            provider=entry["provider"],
            models=tuple(entry.get("models") or ()),
            since=entry["since"],
            basis_points=int(entry["surcharge"] * 100),
        )
        for entry in (tree.get("prices") or {}).get("regional") or ()
    )
