"""The policy as values: what a loaded folder of YAML says, checked and frozen.

Built by `gateway.policy`; read by every stage. A request holds on to one `Policy` from Govern to its end.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Literal

import msgspec

from gateway.core.messages import Dialect

ProviderKind = Literal["openai", "anthropic", "gemini", "mistral", "xai", "local", "simulated"]
Engine = Literal["vllm", "llama_cpp", "ollama", "sglang", "triton"]


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
    region: str
    engine: Engine | None = None
    speaks: tuple[Dialect, ...] = ()
    timeouts: Timeouts = Timeouts()
    max_connections: int = 256
    ca_file: str | None = None
    client_cert_file: str | None = None
    client_key_file: str | None = None


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """A model at a provider; `weight` counts among an alias's targets."""

    provider: str
    model: str
    weight: int = 1


class Alias(msgspec.Struct, frozen=True, kw_only=True):
    """A name that applications use. `targets` by weight, then `fallbacks` in order."""

    name: str
    targets: tuple[Target, ...]
    fallbacks: tuple[Target, ...] = ()


class TeamPolicy(msgspec.Struct, frozen=True, kw_only=True):
    """`models` holds aliases and `provider/pattern` with shell wildcards; `regions` None: anywhere."""

    name: str
    models: tuple[str, ...]
    cost_center: str | None = None
    regions: frozenset[str] | None = None

    def permits(self, model: str) -> bool:
        return any(pattern == model or fnmatchcase(model, pattern) for pattern in self.models)


class PriceOverride(msgspec.Struct, frozen=True, kw_only=True):
    """Prices in integer nano-units of `currency` per million tokens; None where the list price stands."""

    provider: str
    model: str
    currency: str
    since: str
    """ISO date, UTC."""
    input: int | None = None
    output: int | None = None
    cached_input: int | None = None
    cache_write: int | None = None


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """`version` is a digest of the folder's content."""

    version: str
    providers: dict[str, ProviderPolicy]
    models: dict[str, Alias]
    teams: dict[str, TeamPolicy]
    price_overrides: tuple[PriceOverride, ...] = ()
