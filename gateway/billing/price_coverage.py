"""Whether everything that a budget pays for has a price, in money that the budget can count.

Promise: a model that a budgeted level may use, and that nobody has priced, is an error of the policy: its use could be
counted against no limit. So is a budget in a currency that no rate leads to: each call would be refused.

Invariants
- What runs on the company's own machines (kind `local`) costs nothing by the token where nobody says otherwise.
- Only names are judged that a level lists or matches among the policy's own; what stands behind `provider/*` is known
  to the provider alone.
- As every check of a policy, this depends on no key and no clock: a price, or a rate, that begins some day is one.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any, Final

from gateway.billing.list_prices import list_schedule
from gateway.core.edits import Path
from gateway.core.money import Money
from gateway.core.policy import matches
from gateway.policy.parts.reporting import build_exchange
from gateway.policy.read import Reading

Tree = dict[str, Any]

BORDERS: Final = (("region", "regions"), ("operator", "operators"))
"""(key of a provider, the levels' key that it is compared with)."""

LATEST: Final = 30_000
"""A day that is far enough off for every price of the list to have begun."""
LAST_DAY: Final = "9999-12-31"
FREE: Final = ""
"""In place of a currency, of what costs nothing in any."""


def check_priced(reading: Reading) -> None:
    """Complains at each level's budgets. Loads the price list where there is any budget."""
    known: dict[tuple[str, str], str | None] = {}
    budgeted = [(path, called, set(_targets(reading.tree, chains))) for path, called, chains in _budgeted(reading.tree)]
    for path, called, targets in (*budgeted, *_of_models(reading.tree)):
        for provider, model in sorted(targets):
            if (provider, model) not in known:
                known[provider, model] = _currency(reading.tree, provider, model)
            if known[provider, model] is None:
                reading.complaints.add(
                    reading.mark((*path, "budgets")),
                    f"{called} has a budget, and '{provider}/{model}' may answer there, which has no price: "
                    "give it one below `prices`, 0 USD/Mtok for both where it costs nothing",
                )
        if not len(reading.complaints):
            _check_rates(reading, path, called, {each: known[each] or FREE for each in sorted(targets)})


def _check_rates(reading: Reading, path: Path, called: str, priced: dict[tuple[str, str], str]) -> None:
    """Complains at budgets that what answers there cannot be counted in. `priced`: (provider, model) -> currency."""
    exchange = build_exchange(reading.tree)
    level: Any = reading.tree
    for step in path:
        level = level[step]
    for number, budget in enumerate(level["budgets"]):
        wanted = budget["limit"].currency
        for (provider, model), currency in priced.items():
            if currency != FREE and exchange.ratio(currency, wanted, LAST_DAY) is None:
                reading.complaints.add(
                    reading.mark((*path, "budgets", number, "limit")),
                    f"{called} has a budget in {wanted}, and '{provider}/{model}' may answer there, which costs "
                    f"{currency}: state a rate between them in `prices.exchange`",
                )
                break


def _budgeted(tree: Tree) -> Iterator[tuple[Path, str, list[list[Tree]]]]:
    """(path, name, the chains of levels that it pays for)."""
    organisation: Tree = tree.get("organisation") or {}
    teams: Tree = tree.get("teams") or {}
    if organisation.get("budgets"):
        yield ("organisation",), "the organisation", [[organisation, team] for team in teams.values()]
    for name, team in teams.items():
        if team.get("budgets"):
            yield ("teams", name), f"team '{name}'", [[organisation, team]]
        for kind in ("projects", "users", "keys"):
            for below, rules in (team.get(kind) or {}).items():
                if rules.get("budgets"):
                    called = f"{kind.removesuffix('s')} '{below}' of team '{name}'"
                    yield ("teams", name, kind, below), called, [[organisation, team, rules]]


def _of_models(tree: Tree) -> Iterator[tuple[Path, str, set[tuple[str, str]]]]:
    """(path, name, all that may answer) of models that have a budget of their own."""
    for name, alias in (tree.get("models") or {}).items():
        if alias.get("budgets"):
            ways = [alias, *(route for route in alias.get("routes") or [] if route)]
            yield ("models", name), f"model '{name}'", {pair for way in ways for pair in _written(tree, way)}


def _written(tree: Tree, way: Tree) -> list[tuple[str, str]]:
    """(provider, model) of a way's targets, whose provider there is."""
    listed = [target for part in ("targets", "fallbacks") for target in way.get(part) or [] if target]
    known = tree.get("providers") or {}
    return [(each["provider"], each["model"]) for each in listed if "model" in each and each.get("provider") in known]


def _targets(tree: Tree, chains: list[list[Tree]]) -> Iterator[tuple[str, str]]:
    """(provider, model) of all that may answer."""
    providers: Tree = tree.get("providers") or {}
    for chain in chains:
        bounds = [tuple(level["models"]) for level in chain if level.get("models") and None not in level["models"]]
        borders = [(of, level[part]) for of, part in BORDERS for level in chain if level.get(part)]
        for provider, model in _permitted(tree, bounds) if bounds else ():
            spec = providers.get(provider, {})
            if spec.get("region") is not None and all(spec.get(of) in permitted for of, permitted in borders):
                yield provider, model


def _permitted(tree: Tree, bounds: list[tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    """(provider, model) of what every level permits, by its own name or by an alias."""
    for entry in set(bounds[-1]):
        if "/" in entry and not any(letter in entry for letter in "*?[") and _matches_all(bounds, entry):
            provider, _, model = entry.partition("/")
            yield provider, model
    for name, alias in (tree.get("models") or {}).items():
        if _matches_all(bounds, name):
            ways = [alias, *filter(None, alias.get("routes") or [])]
            parts = [way.get(part) for way in ways for part in ("targets", "fallbacks", "shadows")]
            written = [target for part in parts for target in part or []]
            yield from ((target["provider"], target["model"]) for target in written if target and len(target) > 1)


def _matches_all(bounds: list[tuple[str, ...]], name: str) -> bool:
    return all(matches(bound, name) for bound in bounds)


def _currency(tree: Tree, provider: str, model: str) -> str | None:
    """What its price is in; None where it has none."""
    prices: Tree = tree.get("prices") or {}
    own = [
        override
        for override in prices.get("overrides") or []
        if override and (override.get("provider"), override.get("model")) == (provider, model)
    ]
    kind = tree["providers"][provider].get("kind")
    listed = None if kind in (None, "local") else list_schedule(kind, model, LATEST, None)
    if own and (listed is not None or any(override.get("input") is not None for override in own)):
        asked = [price for override in own for price in override.values() if isinstance(price, Money) and price.nano]
        return asked[0].currency if asked else FREE
    for agreement in prices.get("agreements") or []:
        if agreement and agreement.get("hardware") and agreement.get("provider") == provider:
            models = agreement.get("models")
            if not models or any(pattern and fnmatchcase(model, pattern) for pattern in models):
                cost = agreement["hardware"].get("monthly_cost")
                return FREE if cost is None else cost.currency
    if kind in (None, "local"):
        return FREE
    return None if listed is None else listed.currency
