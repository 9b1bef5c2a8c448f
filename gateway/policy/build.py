"""From values that have passed every check to the `Policy` that stages read.

Promise: nothing is decided here. What the environment adds is resolved (keys, files), lists become tuples, and a
provider without its key, or one that is drained, moves to `Policy.disabled`, out of the aliases that name it.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

import msgspec

from gateway.core.edits import Path as Place
from gateway.core.engines import DRAINED
from gateway.core.money import Money
from gateway.core.policy import Alias, Policy, PriceOverride, ProviderPolicy, Route, Secret, Target, Timeouts
from gateway.policy.checks import HOSTED_KINDS
from gateway.policy.environment import VariableNotSet, file_name, secret
from gateway.policy.file_changes import file_state
from gateway.policy.parts.agreements import build_agreements
from gateway.policy.parts.alerts import build_alerts
from gateway.policy.parts.anomaly import build_anomaly
from gateway.policy.parts.call_prices import build_call_prices
from gateway.policy.parts.engines import build_warm_up
from gateway.policy.parts.levels import build_rules, build_team
from gateway.policy.parts.limits import build_budgets, build_quotas
from gateway.policy.parts.overload import build_overload
from gateway.policy.parts.pii import build_rule_sets
from gateway.policy.parts.prompts import build_prompts
from gateway.policy.parts.regional import build_regional
from gateway.policy.parts.reporting import build_exchange, build_reporting
from gateway.policy.parts.routes import build_condition, build_rollback, build_shadow
from gateway.policy.read import Reading
from gateway.policy.schema import FALLBACK
from gateway.tls import tls_context

Tree = dict[str, Any]

CERTIFICATES: Final = ("ca_file", "client_cert_file", "client_key_file")


def build_policy(reading: Reading, folder: Path, environ: Mapping[str, str]) -> Policy:
    """The policy, its files looked for from `folder`; raises PolicyErrors with all complaints there are."""
    providers, disabled = _providers(reading, folder, environ)
    destinations = build_alerts(reading, environ)
    reading.complaints.raise_any()
    tree = reading.tree
    overrides = (tree.get("prices") or {}).get("overrides") or []
    unsealed = Policy(
        version="",
        providers=providers,
        models={name: _alias(name, alias, disabled) for name, alias in (tree.get("models") or {}).items()},
        teams={name: build_team(name, team) for name, team in (tree.get("teams") or {}).items()},
        organisation=build_rules(tree.get("organisation")),
        without_counters=(tree.get("organisation") or {}).get("without_counters", "exact"),
        data_classes={name: build_rules(rules) for name, rules in (tree.get("data_classes") or {}).items()},
        pii=build_rule_sets(tree),
        price_overrides=tuple(_price_override(override) for override in overrides),
        call_prices=build_call_prices(tree),
        regional_surcharges=build_regional(tree),
        exchange=build_exchange(tree),
        agreements=build_agreements(tree),
        reporting=build_reporting(tree),
        anomaly=build_anomaly(tree),
        overload=build_overload(tree.get("overload")),
        prompts=build_prompts(tree),
        alerts=destinations,
        disabled=disabled,
    )
    return msgspec.structs.replace(unsealed, version=_digest(unsealed))


def _providers(
    reading: Reading, folder: Path, environ: Mapping[str, str]
) -> tuple[dict[str, ProviderPolicy], dict[str, str]]:
    """Those that can be called, and why the others cannot."""
    providers: dict[str, ProviderPolicy] = {}
    disabled: dict[str, str] = {}
    for name, tree in (reading.tree.get("providers") or {}).items():
        values = dict(tree)
        single = values.pop("api_key", None)
        keys: list[Secret] = []
        for written in [single] if single is not None else values.pop("api_keys", ()):
            try:
                keys.append(secret(written, environ, reading.complaints))
            except VariableNotSet as missing:
                if tree.get("kind") in HOSTED_KINDS:
                    disabled[name] = str(missing)
            except ValueError as error:
                key = "api_keys" if single is None else "api_key"
                reading.complaints.add(reading.mark(("providers", name, key)), f"'{key}': {error}")
        if keys:  # of several, those that are set
            disabled.pop(name, None)
            values |= {"api_key": keys[0]} if single is not None else {"api_keys": tuple(keys)}
        _find_certificates(reading, ("providers", name), values, folder, environ)
        if values.pop("drain", False):
            disabled[name] = DRAINED
        if not reading.complaints and name not in disabled:
            values["warm_up"] = build_warm_up(values.get("warm_up"))
            values["timeouts"] = Timeouts(**values.get("timeouts", {}))
            values["speaks"] = tuple(values.get("speaks", ()))
            providers[name] = ProviderPolicy(name=name, **values)
    return providers, disabled


def _find_certificates(reading: Reading, path: Place, values: Tree, folder: Path, environ: Mapping[str, str]) -> None:
    """The absolute names of a provider's files in place of those that were written, tried in TLS."""
    written = [key for key in CERTIFICATES if key in values]
    for key in written:
        try:
            values[key] = file_name(values[key], folder, environ, reading.complaints)
        except ValueError as error:
            reading.complaints.add(reading.mark((*path, key)), f"'{key}': {error}")
            return
    if written:
        values["certificates"] = Secret(repr([file_state(Path(values[key])) for key in written]))
    if not written or ("client_cert_file" in values) != ("client_key_file" in values):
        return
    try:
        tls_context(*map(values.get, CERTIFICATES))
    except (OSError, ValueError):
        reading.complaints.add(
            reading.mark((*path, written[0])),
            f"TLS does not take {' and '.join(written)}: they are PEM, and a key is unencrypted and its certificate's",
        )


def _alias(name: str, tree: Tree, disabled: dict[str, str]) -> Alias:
    targets, fallbacks = _targets(tree, "targets"), _targets(tree, "fallbacks")

    def enabled(some: list[Target]) -> tuple[Target, ...]:
        return tuple(target for target in some if target.provider not in disabled)

    return Alias(
        name=name,
        targets=enabled(targets),
        fallbacks=enabled(fallbacks),
        routes=tuple(
            Route(
                when=build_condition(route["when"]),
                targets=enabled(_targets(route, "targets")),
                fallbacks=enabled(_targets(route, "fallbacks")),
            )
            for route in tree.get("routes") or ()
        ),
        quotas=build_quotas(tree.get("quotas")),
        budgets=build_budgets(tree.get("budgets")),
        prompt=tree.get("prompt"),
        disabled=tuple(target for target in (*targets, *fallbacks) if target.provider in disabled),
        overflow_at=tree.get("overflow_at"),
        prefer=tree.get("prefer"),
        hedge=tree["hedge"]["after"] if "hedge" in tree else None,
        sticky=tree.get("sticky"),
        rollback=build_rollback(tree.get("rollback")),
        shadows=tuple(
            build_shadow(_target({key: shadow[key] for key in FALLBACK.keys if key in shadow}), shadow)
            for shadow in tree.get("shadows") or ()
            if shadow["provider"] not in disabled
        ),
    )


def _targets(tree: Tree, part: str) -> list[Target]:
    return [_target(target) for target in tree.get(part) or ()]


def _target(tree: Tree) -> Target:
    return Target(**{**tree, "cannot": frozenset(tree.get("cannot", ()))})


def _price_override(tree: Tree) -> PriceOverride:
    prices = {key: value for key, value in tree.items() if isinstance(value, Money)}
    return PriceOverride(
        provider=tree["provider"],
        model=tree["model"],
        since=tree["since"],
        currency=next(iter(prices.values())).currency,
        **{key: price.nano for key, price in prices.items()},
    )


def _digest(policy: Policy) -> str:
    """Twelve hexadecimal digits of the SHA-256 of everything in `policy` but secrets.

    Teams are encoded one by one: one call for all of them would keep the interpreter from the event loop for too long.
    """
    teams: Any = {name: msgspec.Raw(_encode(team)) for name, team in policy.teams.items()}
    return sha256(_encode(msgspec.structs.replace(policy, teams=teams))).hexdigest()[:12]


def _without_secret(value: object) -> object:
    assert isinstance(value, Secret)
    return "secret"


_encode = msgspec.json.Encoder(enc_hook=_without_secret, order="deterministic").encode
