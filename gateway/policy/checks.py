"""What the form of a policy cannot say: names that must exist, settings that go together, regions that leave a way.

Promise: a policy that passes can be enforced as written. Each check adds to the complaints at the place of the
mistake, and tolerates values that the reading has already refused.

None of the checks depends on the environment: a policy is right or wrong on every machine alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any, get_args

from gateway.core.edits import Path
from gateway.core.money import Money
from gateway.core.policy import ProviderKind, matches
from gateway.policy import schema
from gateway.policy.parts.agreements import check_agreements
from gateway.policy.parts.call_prices import check_call_prices
from gateway.policy.parts.engines import check_server
from gateway.policy.parts.levels import check_levels
from gateway.policy.parts.limits import check_budgets
from gateway.policy.parts.pii import check_rule_sets
from gateway.policy.parts.prompts import check_prompts
from gateway.policy.parts.regional import check_regional
from gateway.policy.parts.reporting import check_reporting
from gateway.policy.parts.routes import check_condition, check_rollout, check_shadows
from gateway.policy.read import Reading

HOSTED_KINDS = frozenset(get_args(ProviderKind)) - {"local", "simulated"}
LIST_CURRENCY = "USD"
"""What the shipped price list is in."""

Tree = dict[str, Any]


def check_sense(reading: Reading) -> None:
    """Every check, on the values that were read."""
    for name, provider in _entries(reading, "providers"):
        _check_provider(reading, ("providers", name), provider)
    for name, alias in _entries(reading, "models"):
        for part in ("targets", "fallbacks", "shadows"):
            _check_targets(reading, ("models", name, part), alias.get(part) or [])
        check_shadows(reading, ("models", name), alias)
        check_rollout(reading, ("models", name), alias)
        check_budgets(reading, ("models", name, "budgets"), alias.get("budgets") or [])
        for number, route in enumerate(alias.get("routes") or []):
            path: Path = ("models", name, "routes", number)
            check_condition(reading, (*path, "when"), (route or {}).get("when"))
            for part in ("targets", "fallbacks"):
                _check_targets(reading, (*path, part), (route or {}).get(part) or [])
    check_levels(reading)
    for path, regions, rules in _levels(reading):
        _check_models(reading, path, regions, rules)
    _check_prices(reading)
    check_prompts(reading)
    check_rule_sets(reading)
    check_reporting(reading)
    for part in ("calls", "regional"):
        for number, price in enumerate((reading.tree.get("prices") or {}).get(part) or []):
            _check_known_provider(reading, ("prices", part, number), price or {})
    check_call_prices(reading)
    check_regional(reading)
    check_agreements(reading)


def _entries(reading: Reading, part: str) -> Iterator[tuple[str, Tree]]:
    yield from (reading.tree.get(part) or {}).items()


def _check_provider(reading: Reading, path: Path, provider: Tree) -> None:
    kind = provider.get("kind")
    if kind is None:
        return

    def complain(key: str, message: str) -> None:
        reading.complaints.add(reading.mark((*path, key)), message)

    def wrote(key: str) -> bool:
        return reading.wrote(path, key)

    if kind == "local" and not wrote("engine"):
        complain("kind", "kind 'local' needs 'engine', the inference server behind it, as in 'engine: vllm'")
    if kind != "local" and wrote("engine"):
        complain("engine", f"'engine' goes with kind 'local' only, and this is '{kind}'")
    if kind == "simulated" and not wrote("speaks"):
        complain("kind", "kind 'simulated' needs 'speaks', the dialects it answers in")
    if kind != "simulated" and wrote("speaks"):
        complain("speaks", f"'speaks' goes with kind 'simulated' only, and this is '{kind}'")
    if wrote("api_key") and wrote("api_keys"):
        complain("api_keys", "'api_keys' stands in place of 'api_key': write one of them")
    if kind in HOSTED_KINDS and not wrote("api_key") and not wrote("api_keys"):
        complain("kind", f"kind '{kind}' needs 'api_key', as in 'api_key: ${{{kind.upper()}_API_KEY}}'")
    for half, other in (("client_key_file", "client_cert_file"), ("client_cert_file", "client_key_file")):
        if wrote(half) and not wrote(other):
            complain(half, f"'{half}' needs '{other}' beside it")
    reading.complain_twice((*path, "speaks"), provider.get("speaks") or [])
    check_server(reading, path, provider)


def _check_known_provider(reading: Reading, path: Path, value: Tree) -> None:
    providers = reading.tree.get("providers") or {}
    name = value.get("provider")
    if name is not None and name not in providers:
        reading.complaints.add_unknown(
            reading.mark((*path, "provider")), f"there is no provider '{name}'", name, providers
        )


def _check_targets(reading: Reading, path: Path, targets: list[Tree | None]) -> None:
    seen: set[tuple[str, str]] = set()
    for number, target in enumerate(targets):
        if target is None:
            continue
        _check_known_provider(reading, (*path, number), target)
        if "provider" in target and "model" in target:
            pair = (target["provider"], target["model"])
            if pair in seen:
                reading.complaints.add(reading.mark((*path, number)), f"'{pair[0]}/{pair[1]}' is listed twice")
            seen.add(pair)


def _levels(reading: Reading) -> Iterator[tuple[Path, list[str | None] | None, Tree]]:
    """(path, the innermost regions, values) of everything that lists models."""
    organisation: Tree = reading.tree.get("organisation") or {}
    outer = organisation.get("regions")
    yield ("organisation",), outer, organisation
    for name, data_class in _entries(reading, "data_classes"):
        yield ("data_classes", name), data_class.get("regions"), data_class
    for name, team in _entries(reading, "teams"):
        regions = team.get("regions") or outer
        yield ("teams", name), regions, team
        for kind in ("projects", "users", "keys"):
            for below, rules in (team.get(kind) or {}).items():
                yield ("teams", name, kind, below), rules.get("regions") or regions, rules


def _check_models(reading: Reading, path: Path, regions: list[str | None] | None, rules: Tree) -> None:
    models: list[str | None] = rules.get("models") or []
    aliases: dict[str, Tree] = reading.tree.get("models") or {}
    providers: dict[str, Tree] = reading.tree.get("providers") or {}
    for number, entry in enumerate(models):
        if entry is None:
            continue
        mark = reading.mark((*path, "models", number))
        if "/" in entry:
            pattern = entry.partition("/")[0]
            if not any(fnmatchcase(name, pattern) for name in providers):
                reading.complaints.add_unknown(mark, f"there is no provider '{pattern}'", pattern, providers)
        elif entry in aliases:
            _check_regions(reading, (*path, "models", number), regions, entry, aliases[entry])
        elif not _is_pattern(entry):
            reading.complaints.add_unknown(mark, f"there is no model '{entry}'", entry, aliases)
        elif not any(matches((entry,), alias) for alias in aliases) and entry != "*":
            reading.complaints.add(mark, f"'{entry}' matches no model; for a provider's own models write 'provider/*'")


def _is_pattern(entry: str) -> bool:
    return any(letter in entry for letter in "*?[")


def _called(path: Path) -> str:
    """A level in words: `team 'support'`, `key 'prod'`."""
    names = [step for step in path if isinstance(step, str)]
    if names[0] == "organisation":
        return "the organisation"
    kind = {"teams": "team", "projects": "project", "users": "user", "keys": "key", "data_classes": "data class"}
    return f"{kind[names[-3]]} '{names[-2]}'"


def _check_regions(reading: Reading, path: Path, regions: list[str | None] | None, name: str, alias: Tree) -> None:
    if not regions or None in regions:
        return
    providers: dict[str, Tree] = reading.tree.get("providers") or {}
    targets = [target for part in ("targets", "fallbacks") for target in alias.get(part) or [] if target]
    places = {providers.get(target.get("provider", ""), {}).get("region") for target in targets}
    for target in alias.get("fallbacks") or []:
        region = providers.get((target or {}).get("provider", ""), {}).get("region")
        if region is not None and region not in regions and not places.isdisjoint(regions):
            reading.complaints.add(
                reading.mark(path),
                f"{_called(path)} may use '{name}', which falls back to '{target['provider']}/{target.get('model')}' "
                f"in {region}, and permitted are {', '.join(map(str, regions))}: that fallback would never be taken",
            )
    if targets and None not in places and places.isdisjoint(regions):
        reading.complaints.add(
            reading.mark(path),
            f"{_called(path)} may use '{name}', and no target of it is in a region that is permitted: "
            f"they are in {', '.join(sorted(map(str, places)))}, permitted are {', '.join(map(str, regions))}",
        )


def _check_prices(reading: Reading) -> None:
    seen: set[tuple[str, str, str]] = set()
    overrides: list[Tree | None] = (reading.tree.get("prices") or {}).get("overrides") or []
    for number, override in enumerate(overrides):
        if override is None:
            continue
        path: Path = ("prices", "overrides", number)
        mark = reading.mark(path)
        _check_known_provider(reading, path, override)
        key = (override.get("provider", ""), override.get("model", ""), override.get("since", ""))
        if all(key) and key in seen:
            reading.complaints.add(mark, f"the price of '{key[0]}/{key[1]}' since {key[2]} is defined twice")
        seen.add(key)
        currencies = sorted({value.currency for value in override.values() if isinstance(value, Money)})
        written = {name for name in schema.PRICE.keys if reading.wrote(path, name)} - {"provider", "model", "since"}
        if not written:
            reading.complaints.add(mark, "an override needs at least one price, such as 'input: 0.25 USD/Mtok'")
        elif len(currencies) > 1:
            reading.complaints.add(mark, f"one override is in one currency, and this has {', '.join(currencies)}")
        elif currencies and currencies[0] != LIST_CURRENCY and not {"input", "output"} <= written:
            reading.complaints.add(
                mark, f"an override in {currencies[0]} needs 'input' and 'output': the list it stands in for is in USD"
            )
