"""The policy as values: what a loaded folder of YAML says, checked and frozen.

Built by `gateway.policy`; read by every stage. A request holds on to one `Policy` from Govern to its end.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Literal

import msgspec

from gateway.core.agreements import Agreement, RegionalSurcharge
from gateway.core.anomaly import AnomalyPolicy
from gateway.core.audit import AuditPolicy
from gateway.core.caching import CachePolicy
from gateway.core.call_prices import CallPrice
from gateway.core.engines import Engine, WarmUp
from gateway.core.limits import NO_QUOTAS, Budget, Quotas, WithoutCounters
from gateway.core.messages import Dialect
from gateway.core.money import ExchangeRates
from gateway.core.overload import OverloadPolicy, Priority
from gateway.core.privacy_rules import PrivacyChoice, RuleSet
from gateway.core.prompts import Prompt
from gateway.core.reporting import Reporting
from gateway.core.routes import Condition, Feature, Preference, Rollback, Sticky

ProviderKind = Literal["openai", "anthropic", "gemini", "mistral", "xai", "local", "simulated"]


class Secret:
    """A value that shows in no repr, str, format, pickle or JSON; `reveal` is the one way to it."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __bool__(self) -> bool:
        return bool(self._value)

    def __reduce__(self) -> str:
        raise TypeError("a Secret is not pickled")


class Timeouts(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds. `idle`: the longest silence between two reads; `total`: from sending to the last byte."""

    connect: float = 3.0
    first_byte: float = 120.0
    idle: float = 60.0
    total: float = 900.0


class ProviderPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """One account at one address. `speaks` for kind `simulated`: the dialects it answers in, best first."""

    name: str
    kind: ProviderKind
    base_url: str
    api_key: Secret | None = None
    api_keys: tuple[Secret, ...] = ()
    """In place of `api_key`: credentials of equal rights, used in turns."""
    region: str
    operator: str | None = None
    """Who runs it, whatever the region: teams' `operators` are compared with it."""
    engine: Engine | None = None
    warm_up: WarmUp | None = None
    speaks: tuple[Dialect, ...] = ()
    timeouts: Timeouts = Timeouts()
    max_connections: int = 256
    ca_file: str | None = None
    client_cert_file: str | None = None
    client_key_file: str | None = None
    certificates: Secret | None = None
    """Tells what these files hold from what they held before; no secret, but like one no part of a policy's version."""

    @property
    def sovereign(self) -> bool:
        """Whether data that goes there stays in the house."""
        return self.kind == "local" or self.region == "on_prem"


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A model at a provider; `weight` counts among an alias's targets, `cannot` is what it does not take."""

    provider: str
    model: str
    weight: int = 1
    cannot: frozenset[Feature] = frozenset()
    context: int | None = None
    """Tokens that a request and its answer may have together; None: not said."""
    canary: bool = False
    """On trial: the alias's `rollback` may take it out."""


class Shadow(msgspec.Struct, frozen=True, kw_only=True):
    """A target that is asked the same as the one that answers, afterwards, and whose answer nobody gets.

    `share`: of the alias's requests, in hundredths of a percent. `concurrent`: calls to it at once, of a replica.
    `paid_by`: the team in whose books its calls stand; None: that of the request.
    """

    target: Target
    share: int = 10_000
    concurrent: int = 8
    paid_by: str | None = None


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """Where requests go that meet a condition, in place of their alias's own targets and fallbacks."""

    when: Condition
    targets: tuple[Target, ...]
    fallbacks: tuple[Target, ...] = ()


class Alias(msgspec.Struct, frozen=True, kw_only=True):
    """A name that applications use. `targets` by weight, then `fallbacks` in order.

    Both hold enabled providers only. `disabled` holds the rest of what the policy lists: an alias that has
    nothing else names, through `Policy.disabled`, why it cannot answer.
    """

    name: str
    targets: tuple[Target, ...]
    fallbacks: tuple[Target, ...] = ()
    disabled: tuple[Target, ...] = ()
    routes: tuple[Route, ...] = ()
    """The first whose condition is met is taken."""
    overflow_at: int | None = None
    """Requests waiting at every local target from which on the fallbacks are asked first."""
    hedge: float | None = None
    """Seconds without a beginning after which the next way is asked, too."""
    sticky: Sticky | None = None
    rollback: Rollback | None = None
    shadows: tuple[Shadow, ...] = ()
    prefer: Preference | None = None
    quotas: Quotas = NO_QUOTAS
    """Of everybody who asks by this name, together; so are its budgets."""
    budgets: tuple[Budget, ...] = ()
    prompt: str | None = None
    """A key of `Policy.prompts`: the template that is put before every request for this name."""


LevelKind = Literal["organisation", "team", "project", "user", "key", "issued"]
"""Outermost first: what an outer one allows, an inner one may only narrow. `issued`: what was said of the key
when it was issued, which stands in the database and in no file."""


class Rules(msgspec.Struct, frozen=True, kw_only=True):
    """What one level says. None: nothing, so that the level around it decides.

    `models` holds aliases and `provider/model`, with shell wildcards. A pattern without `/` is for aliases: `g*` opens
    no provider whose name begins so. `*` alone is for everything.
    """

    models: tuple[str, ...] | None = None
    operations: frozenset[str] | None = None
    """Names of `core.operations.OperationName`; models may be listed whatever stands here."""
    regions: frozenset[str] | None = None
    operators: frozenset[str] | None = None
    prompts: frozenset[str] | None = None
    """Names that `x-gateway-prompt` may use, without versions."""
    data_class: str | None = None
    cost_center: str | None = None
    tags: frozenset[str] | None = None
    """The names that `x-gateway-tags` may use."""
    cache: CachePolicy | None = None
    priority: Priority | None = None
    pii: PrivacyChoice | None = None
    audit: AuditPolicy | None = None
    quotas: Quotas = NO_QUOTAS
    budgets: tuple[Budget, ...] = ()
    """Each is held at its own level, so that an `Effective` has none but in its `levels`."""


class Grouping(Rules, frozen=True, kw_only=True):
    """A part of a team that is told by its keys: their names or ids."""

    keys: tuple[str, ...] = ()


class TeamPolicy(Rules, frozen=True, kw_only=True):
    """A team as the policy has it: what it says itself. What may be had is for an `Effective` to say."""

    name: str
    projects: dict[str, Grouping] = {}
    users: dict[str, Rules] = {}
    keys: dict[str, Rules] = {}  # by name or id
    stores: frozenset[str] = frozenset()  # ids of what was made outside, and may be named


class Level(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One level that is over a request, under the name that the policy gives it."""

    kind: LevelKind
    name: str
    rules: Rules


class Effective(Rules, frozen=True, kw_only=True, gc=False):
    """What holds for a principal: the settings, name and stores of its team, with every other level taken into account.
    Made by `gateway.policy.resolve`. `scope` names it: equal scopes of one policy decide equally.
    """

    name: str
    scope: str
    stores: frozenset[str] = frozenset()
    project: str | None = None
    levels: tuple[Level, ...] = ()
    """Those that say anything, outermost first."""
    bounds: tuple[tuple[str, ...], ...] = ()
    """The lists of models of all levels: a model must be in each."""
    quotas_given: bool = False
    """Whether any level over it limits requests, tokens or calls."""
    budgeted: bool = False
    """Whether any level over it has a budget."""
    downgrades: bool = False
    """Whether a budget over it names a model that answers once it is spent."""

    def permits(self, model: str) -> bool:
        return bool(self.bounds) and all(matches(patterns, model) for patterns in self.bounds)


def matches(patterns: tuple[str, ...], model: str) -> bool:
    """Whether one of the patterns is for `model`, as `Rules` explains."""
    direct = "/" in model
    return any(
        pattern in {model, "*"} or (direct is ("/" in pattern) and fnmatchcase(model, pattern)) for pattern in patterns
    )


class PriceOverride(msgspec.Struct, frozen=True, kw_only=True):
    """Nano-units of `currency` per million tokens, for every context length; None where the list price stands.
    `cache_write` is the short lifetime's price, and the hour's too where neither `cache_write_1h` nor a list says more.
    """

    provider: str
    model: str
    currency: str
    since: str
    """ISO date, UTC."""
    input: int | None = None
    output: int | None = None
    cached_input: int | None = None
    cache_write: int | None = None
    cache_write_1h: int | None = None


class Policy(msgspec.Struct, frozen=True, kw_only=True, weakref=True):
    """`version` is a digest of everything below it but the secrets: equal versions decide equally."""

    version: str
    providers: dict[str, ProviderPolicy]
    """Those that can be called."""
    models: dict[str, Alias]
    teams: dict[str, TeamPolicy]
    organisation: Rules = Rules()
    """Over every team."""
    without_counters: WithoutCounters = "exact"
    data_classes: dict[str, Rules] = {}
    """What a level's `data_class` adds to its own rules."""
    pii: dict[str, RuleSet] = {}
    """What a level's `pii` names."""
    price_overrides: tuple[PriceOverride, ...] = ()
    call_prices: tuple[CallPrice, ...] = ()
    regional_surcharges: tuple[RegionalSurcharge, ...] = ()
    exchange: ExchangeRates = ExchangeRates()
    agreements: tuple[Agreement, ...] = ()
    reporting: Reporting = Reporting()
    anomaly: AnomalyPolicy | None = None
    overload: OverloadPolicy = OverloadPolicy()
    prompts: dict[str, Prompt] = {}
    """By `name@version`; by the name alone the current version."""
    alerts: tuple[Secret, ...] = ()
    """Where they are sent: apprise's addresses."""
    disabled: dict[str, str] = {}
    """Providers that the policy lists and that are not called, for want of a key or drained: name -> reason."""

    def obstacle(self, alias: Alias) -> str | None:
        """Why no provider of `alias` can be called, in one sentence; None where one can."""
        if alias.targets or alias.fallbacks:
            return None
        reasons = "; ".join(dict.fromkeys(f"{one.provider}: {self.disabled[one.provider]}" for one in alias.disabled))
        return f"Every provider of the model '{alias.name}' is disabled ({reasons})."
