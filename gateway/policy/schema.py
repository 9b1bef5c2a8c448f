"""What a policy may say: every key, its form, and a sentence about it.

Promise: this table is the only place that knows the keys. The reader, `policies/*.yaml`, the reference and the JSON
Schema for editors follow it.

Invariants
- Every key is enforced: a limit that is written down and not kept is worse than none.
- Only secrets and file names may come from the environment, so that a policy decides alike on every machine.
"""

from __future__ import annotations

from typing import Final, get_args

from gateway.core.engines import Engine
from gateway.core.messages import DIALECTS
from gateway.core.policy import ProviderKind
from gateway.policy.parts.agreements import AGREEMENT
from gateway.policy.parts.alerts import ALERTS
from gateway.policy.parts.anomaly import ANOMALY
from gateway.policy.parts.call_prices import CALL_PRICE
from gateway.policy.parts.engines import DRAIN, WARM_UP
from gateway.policy.parts.levels import DATA_CLASS, ORGANISATION, TEAM
from gateway.policy.parts.limits import MODEL_BUDGETS, QUOTAS
from gateway.policy.parts.overload import OVERLOAD
from gateway.policy.parts.pii import RULE_SET
from gateway.policy.parts.prompts import PROMPT
from gateway.policy.parts.prompts import REFERENCE as PROMPT_NAME
from gateway.policy.parts.regional import REGIONAL
from gateway.policy.parts.reporting import EXCHANGE, REPORTING
from gateway.policy.parts.routes import CANARY, CANNOT, CONDITION, CONTEXT, HEDGE, PREFER, ROLLBACK, SHADOW_KEYS, STICKY
from gateway.policy.shapes import (
    MODEL,
    NAME,
    REGION,
    Address,
    Choice,
    Day,
    Duration,
    FileName,
    Integer,
    Key,
    ListOf,
    NamedTables,
    SecretText,
    Table,
    TokenPrice,
)

HOUR = 3600.0

TIMEOUTS: Final = Table(
    {
        "connect": Key(Duration(0.001, HOUR), "until the connection stands"),
        "first_byte": Key(Duration(0.001, 24 * HOUR), "until the answer begins"),
        "idle": Key(Duration(0.001, 24 * HOUR), "the longest silence inside an answer"),
        "total": Key(Duration(0.001, 24 * HOUR), "from sending to the last byte"),
    }
)

PROVIDER: Final = Table(
    {
        "kind": Key(Choice(get_args(ProviderKind)), "whose API this is", required=True),
        "base_url": Key(Address(), "where it is served", required=True),
        "api_key": Key(SecretText(), "credential; hosted kinds need one, and are disabled where it is not set"),
        "api_keys": Key(ListOf(SecretText(), 1), "in place of api_key: several of equal rights, used in turns"),
        "region": Key(REGION, "where it computes: what teams' `regions` are compared with", required=True),
        "operator": Key(NAME, "who runs it, wherever: what teams' `operators` are compared with"),
        "engine": Key(Choice(get_args(Engine)), "kind local: the inference server"),
        "warm_up": WARM_UP,
        "drain": DRAIN,
        "speaks": Key(ListOf(Choice(DIALECTS), 1), "kind simulated: dialects that it answers in, best first"),
        "timeouts": Key(TIMEOUTS, "how long to wait for what"),
        "max_connections": Key(Integer(1, 65536), "connections open at once"),
        "ca_file": Key(FileName(), "certificates to trust instead of the system's, PEM"),
        "client_cert_file": Key(FileName(), "certificate to show, PEM"),
        "client_key_file": Key(FileName(), "its private key, PEM"),
    }
)

TARGET: Final = Table(
    {
        "provider": Key(NAME, "a name below `providers`", required=True),
        "model": Key(MODEL, "the provider's own name of the model", required=True),
        "weight": Key(Integer(1, 1_000_000), "share of the requests, in proportion to its peers"),
        "cannot": CANNOT,
        "context": CONTEXT,
        "canary": CANARY,
    }
)
FALLBACK: Final = Table({key: value for key, value in TARGET.keys.items() if key not in ("weight", "canary")})

SHADOW: Final = Table({**FALLBACK.keys, **SHADOW_KEYS})

ROUTED: Final = Table({key: value for key, value in TARGET.keys.items() if key != "canary"})

ROUTE: Final = Table(
    {
        "when": Key(CONDITION, "what a request must be like", required=True),
        "targets": Key(ListOf(ROUTED, 1), "who answers it, by weight", required=True),
        "fallbacks": Key(ListOf(FALLBACK), "who answers when no target can, in order"),
    }
)

ALIAS: Final = Table(
    {
        "routes": Key(ListOf(ROUTE, 1), "where requests go that meet a condition: the first that is met counts"),
        "targets": Key(ListOf(TARGET, 1), "who answers, by weight", required=True),
        "fallbacks": Key(ListOf(FALLBACK), "who answers when no target can, in order"),
        "overflow_at": Key(
            Integer(1, 100_000), "requests that wait at each local target before the fallbacks go first"
        ),
        "prefer": PREFER,
        "hedge": HEDGE,
        "sticky": STICKY,
        "rollback": ROLLBACK,
        "shadows": Key(
            ListOf(SHADOW, 1), "who is asked the same once it is answered, to compare; nobody gets its answer"
        ),
        "quotas": Key(QUOTAS, "how much all teams together may ask for by this name"),
        "budgets": Key(MODEL_BUDGETS, "how much all teams together may spend by this name"),
        "prompt": Key(PROMPT_NAME, "a template that is put before every request: its name, or name@version"),
    }
)

PRICE: Final = Table(
    {
        "provider": Key(NAME, "a name below `providers`", required=True),
        "model": Key(MODEL, "the provider's own name of the model", required=True),
        "since": Key(Day(), "first day, in UTC", required=True),
        "input": Key(TokenPrice(), "per million tokens read"),
        "output": Key(TokenPrice(), "per million tokens written"),
        "cached_input": Key(TokenPrice(), "per million tokens read from the provider's cache"),
        "cache_write": Key(TokenPrice(), "per million tokens written to the provider's cache"),
        "cache_write_1h": Key(TokenPrice(), "the same, for its one-hour lifetime"),
    }
)

POLICY: Final = Table(
    {
        "version": Key(Choice(("1",)), "of this format", required=True),
        "providers": Key(NamedTables("provider", PROVIDER, NAME), "who may be called"),
        "models": Key(NamedTables("model", ALIAS, NAME), "the names that applications use"),
        "organisation": Key(ORGANISATION, "what holds for every team"),
        "teams": Key(NamedTables("team", TEAM, NAME), "who may use what"),
        "data_classes": Key(NamedTables("data class", DATA_CLASS, NAME), "bounds that go with a kind of data"),
        "prices": Key(
            Table(
                {
                    "overrides": Key(ListOf(PRICE), "prices that win over the shipped list"),
                    "calls": Key(ListOf(CALL_PRICE), "what providers' own tools cost by the call"),
                    "regional": Key(ListOf(REGIONAL), "what computing in one region alone costs on top of the list"),
                    "exchange": Key(ListOf(EXCHANGE), "what currencies are worth, from which day on"),
                    "agreements": Key(ListOf(AGREEMENT), "what contracts say beyond the price of a token"),
                }
            ),
            "on top of the shipped price book",
        ),
        "overload": Key(OVERLOAD, "how much one replica takes on at once"),
        "prompts": Key(NamedTables("prompt", PROMPT, NAME), "templates, put before what clients say"),
        "anomaly": Key(ANOMALY, "keys are watched for what is unusual; left out: they are not"),
        "reporting": Key(REPORTING, "the calendar and the currency of reports"),
        "pii": Key(NamedTables("rule set", RULE_SET, NAME), "what becomes of personal data"),
        "alerts": Key(ALERTS, "who is told when a budget runs low, or something looks wrong"),
    }
)
"""The whole of a folder, merged."""

PART: Final = Table({**POLICY.keys, "version": Key(Choice(("1",)), "of this format")})
"""What is left of a folder when a file of it cannot be read."""
