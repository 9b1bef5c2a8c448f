"""What is worked out of a key is remembered of ten thousand: asking in turns, each finds made what it was told first.

A memory that is too small for those in use is none at all, since each puts out another's before it comes again.
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest

from gateway.audit import writer
from gateway.audit.pseudonyms import Pseudonyms
from gateway.audit.record import VERSION, Header
from gateway.audit.writer import Writer
from gateway.core.identity import Principal
from gateway.policy import resolve
from gateway.policy.load import policy_of_text
from gateway.policy.resolve import Resolver
from gateway.quota import allowances, throttle
from gateway.quota.allowances import Allowances
from gateway.quota.throttle import Plans

KEYS = 10_000
AT = 1_800_000_000.0
POLICY = policy_of_text(
    "a.yaml",
    """
version: 1
providers: {simulator: {kind: simulated, base_url: "http://127.0.0.1:9", speaks: [openai_chat], region: on_prem}}
models: {fast: {targets: [{provider: simulator, model: gpt-5-mini}]}}
teams:
  crowd:
    models: [fast]
    quotas: {requests_per_minute: 100}
    budgets: [{period: month, limit: 100 USD}]
    users: {anna: {quotas: {requests_per_minute: 10}}}
""",
    {},
)
PRINCIPALS = [Principal(key_id=f"key-{number}", team="crowd", user="anna") for number in range(KEYS)]
TEAM = Resolver().effective(POLICY, PRINCIPALS[0])
assert TEAM is not None

Ask = Callable[[Principal], Any]


class NoWrapping:
    """Implements `audit.wrapping.KeyWrapper`."""

    current = "none"

    def wrap(self, data_key: bytes, key_id: bytes) -> tuple[str, bytes]:
        return "none", data_key

    def unwrap(self, wrapped: bytes, key_id: bytes, kek: str) -> bytes:
        return wrapped


def sealing() -> Ask:
    """Each key has a team of its own, as dear as can be."""
    records = Writer(NoWrapping(), Pseudonyms(bytes(32)))

    def ask(principal: Principal) -> Any:
        team = f"team of {principal.key_id}"
        if records.needs_key(team, AT):
            records.keep(team, records.new_key(team, AT))
        header = Header(v=VERSION, kind="request", at=0)
        return records.draft(header, team, principal.key_id, AT, with_content=True)

    return ask


def models_by_provider(kind: str) -> tuple[Ask, ModuleType, str]:
    """(what asks, the module and the name of what must be done once a key)."""
    if kind == "levels":
        resolver = Resolver()
        return lambda principal: resolver.effective(POLICY, principal), resolve, "levels_over"
    if kind == "quotas":
        plans = Plans()
        return lambda principal: plans.over(TEAM, principal, 7, None), throttle, "quotas_over"
    if kind == "budgets":
        over = Allowances().over
        return lambda principal: over(POLICY, TEAM, principal, AT, "fast"), allowances, "allowances_at"
    return sealing(), writer, "Sealer"


@pytest.mark.parametrize("kind", ["levels", "quotas", "budgets", "seals"])
def test_what_is_worked_out_once_a_key(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ask, module, name = models_by_provider(kind)
    made = 0
    real = getattr(module, name)

    def counted(*arguments: Any) -> Any:
        nonlocal made
        made += 1
        return real(*arguments)

    monkeypatch.setattr(module, name, counted)
    for principal in PRINCIPALS:
        ask(principal)
    assert made == KEYS
    for principal in PRINCIPALS:
        ask(principal)
    assert made == KEYS
