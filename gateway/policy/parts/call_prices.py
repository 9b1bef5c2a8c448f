"""`prices.calls`: what providers' own tools cost by the call."""

from __future__ import annotations

from typing import Any, Final

from gateway.core.call_prices import CallPrice
from gateway.core.edits import Path
from gateway.core.money import Money
from gateway.core.usage import CALL_KINDS
from gateway.policy.read import Reading
from gateway.policy.shapes import MODEL, NAME, CallAmount, Day, Key, ListOf, Table

Tree = dict[str, Any]

CALL_PRICE: Final = Table(
    {
        "provider": Key(NAME, "a name below `providers`", required=True),
        "models": Key(ListOf(MODEL, 1), "the provider's own names, with * and ? as wildcards; left out: all"),
        "since": Key(Day(), "first day, in UTC", required=True),
        "web_search": Key(CallAmount(), "a search of the web; for Gemini before 3 an answer that searched"),
        "file_search": Key(CallAmount(), "a search of files that are kept at the provider"),
        "code_session": Key(CallAmount(), "a container that programs ran in; for xAI and Mistral a run"),
        "image": Key(CallAmount(), "a picture that a tool made"),
        "map_search": Key(CallAmount(), "an answer that asked Google Maps"),
        "source": Key(CallAmount(), "a source that xAI's Live Search read"),
        "connector": Key(CallAmount(), "a call of one of Mistral's connectors, or an answer that asked other searches"),
        "audio_second": Key(CallAmount(), "a second of sound that Mistral read"),
    }
)
assert tuple(CALL_PRICE.keys)[3:] == CALL_KINDS, "each kind has its price"


def check_call_prices(reading: Reading) -> None:
    """Complains at entries without a price, in two currencies, or said twice."""
    seen: set[tuple[str, str, str, str]] = set()
    prices: list[Tree | None] = (reading.tree.get("prices") or {}).get("calls") or []
    for number, price in enumerate(prices):
        if price is None:
            continue
        path: Path = ("prices", "calls", number)
        written = [kind for kind in CALL_KINDS if reading.wrote(path, kind)]
        currencies = sorted({value.currency for value in price.values() if isinstance(value, Money)})
        if not written:
            reading.complaints.add(
                reading.mark(path), "an entry needs at least one price, such as 'web_search: 10 USD/kcall'"
            )
        elif len(currencies) > 1:
            reading.complaints.add(
                reading.mark(path), f"one entry is in one currency, and this has {', '.join(currencies)}"
            )
        for model in price.get("models") or ["*"]:
            for kind in written:
                said = (str(price.get("provider")), str(model), kind, str(price.get("since")))
                if said in seen:
                    reading.complaints.add(
                        reading.mark((*path, kind)),
                        f"the price of a {kind} at '{said[0]}' since {said[3]} is defined twice",
                    )
                seen.add(said)


def build_call_prices(tree: Tree) -> tuple[CallPrice, ...]:
    return tuple(_call_price(price) for price in (tree.get("prices") or {}).get("calls") or ())


def _call_price(tree: Tree) -> CallPrice:
    prices = {kind: value for kind, value in tree.items() if isinstance(value, Money)}
    return CallPrice(
        provider=tree["provider"],
        models=tuple(tree.get("models") or ()),
        since=tree["since"],
        currency=next(iter(prices.values())).currency,
        **{kind: price.nano for kind, price in prices.items()},
    )
