"""Regions and operators: a provider beyond them is asked by nobody, even if one of the two looks were to fail."""

from __future__ import annotations

import json

import msgspec
import pytest

from gateway.core.objects import OwnedObject
from gateway.core.policy import Policy
from tests.stages.test_call import ok
from tests.support.fakes import AsgiCall, ScriptedUpstream, Stand
from tests.support.running import policy_for

pytestmark = pytest.mark.asyncio


def policy(**borders: frozenset[str]) -> Policy:
    """`sim` is in the house and our own; `gpu` is nobody's by name, and `openai` is another's, far away."""
    plain = policy_for("http://127.0.0.1:9")
    operators = {"sim": "own", "openai": "openai"}
    providers = {
        name: msgspec.structs.replace(provider, operator=operators.get(name))
        for name, provider in plain.providers.items()
    }
    team = msgspec.structs.replace(plain.teams["demo"], **borders)
    return msgspec.structs.replace(plain, providers=providers, teams={"demo": team})


async def asked(model: str, **borders: frozenset[str]) -> tuple[int, str, int]:
    """(status, what is told, how many requests left the house)."""
    stand = Stand(policy(**borders), ScriptedUpstream(ok()))
    call = AsgiCall(
        "/v1/chat/completions", json.dumps({"model": model, "messages": [{"role": "user", "content": "Hi"}]}).encode()
    )
    await call.run(stand.edge)
    return call.status, call.body.decode(), len(stand.upstream.requests)


@pytest.mark.parametrize(
    ("model", "borders", "passes"),
    [
        ("sim/m", {}, True),
        ("openai/m", {}, True),
        ("sim/m", {"operators": frozenset({"own"})}, True),
        ("openai/m", {"operators": frozenset({"own"})}, False),
        ("openai/m", {"operators": frozenset({"own", "openai"})}, True),
        ("gpu/m", {"operators": frozenset({"own"})}, False),
        ("sim/m", {"operators": frozenset()}, False),
        ("sim/m", {"regions": frozenset({"on_prem"})}, True),
        ("openai/m", {"regions": frozenset({"on_prem"})}, False),
        ("openai/m", {"regions": frozenset({"us"}), "operators": frozenset({"own"})}, False),
    ],
)
async def test_a_provider_is_asked_within_both_borders_only(
    model: str, borders: dict[str, frozenset[str]], passes: bool
) -> None:
    status, told, sent = await asked(model, **borders)
    assert (status, sent) == ((200, 1) if passes else (451, 0))
    assert passes or "no_permitted_region" in told


@pytest.mark.parametrize("borders", [{"regions": frozenset({"on_prem"})}, {"operators": frozenset({"own"})}])
async def test_what_chooses_wrongly_is_stopped_before_it_sends(
    borders: dict[str, frozenset[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.stages.choose.may_see", lambda *_: True)
    status, told, sent = await asked("openai/m", **borders)
    assert (status, sent) == (451, 0)
    assert "no_permitted_region" in told


@pytest.mark.parametrize("path", ["/v1/files/mine", "/v1/files/mine/content", "/v1/files"])
@pytest.mark.parametrize("borders", [{"regions": frozenset({"on_prem"})}, {"operators": frozenset({"own"})}])
async def test_an_object_beyond_them_is_asked_for_by_nobody_either(
    path: str, borders: dict[str, frozenset[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.stages.choosing.choose_keeper.may_see", lambda *_: True)
    stand = Stand(policy(**borders), ScriptedUpstream(ok()))
    stand.register.objects.append(
        OwnedObject(id="mine", provider="openai", dialect="openai_chat", kind="file", team="demo", created_at=1.0)
    )
    call = AsgiCall(path, b"", method="GET")
    await call.run(stand.edge)
    assert (call.status, stand.upstream.requests) == (451, [])
    assert b"no_permitted_region" in call.body
