from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from gateway.core.administration import BOUND_TO_TEAMS, ROLES
from gateway.core.policy import Alias, Policy, Target, TeamPolicy
from gateway.providers.simulated.server import SimulatedServer
from tests.pii.serving import policy_with
from tests.support.issuer import AUDIENCE, TestIssuer, issuing
from tests.support.running import TEST_ADMIN_TOKEN, LoopThread, RunningGateway, in_thread, policy_for, serving

TOKEN = TEST_ADMIN_TOKEN
GROUPS = ";".join(f"g-{role}={role}{':support' if role in BOUND_TO_TEAMS else ''}" for role in ROLES)


class AdminPort:
    """The admin port of a running gateway, and everybody who may ask it."""

    def __init__(self, running: RunningGateway, url: str, issuer: TestIssuer) -> None:
        self.running = running
        self.url = url
        self.issuer = issuer
        self.api = httpx.Client(base_url=f"{url}/admin/v1", timeout=30, headers={"authorization": f"Bearer {TOKEN}"})

    def bearer(self, *roles: str, **claims: Any) -> dict[str, str]:
        """The headers of somebody who has these roles."""
        return {"authorization": f"Bearer {self.issuer.token(groups=[f'g-{role}' for role in roles], **claims)}"}

    def stranger(self) -> httpx.Client:
        """A client without credentials, and with cookies of its own."""
        return httpx.Client(base_url=f"{self.url}/admin/v1", timeout=30)

    def issue(self, **order: Any) -> dict[str, Any]:
        answer = self.api.post("/keys", json={"team": "support", **order})
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made


@pytest.fixture(scope="session")
def issuer() -> Iterator[TestIssuer]:
    with issuing() as running:
        yield running


def admin_policy(simulated_url: str) -> Policy:
    base = policy_for(simulated_url)
    teams = {name: TeamPolicy(name=name, models=("fast-chat", "claude/*")) for name in ("support", "sales")}
    return Policy(
        version="admin-test",
        providers=base.providers,
        models={
            **base.models,
            "secret-model": Alias(name="secret-model", targets=(Target(provider="gpu", model="m"),)),
        },
        teams=teams,
        pii=policy_with("{actions: {iban: block}}").pii,
    )


@pytest.fixture(scope="module")
def admin(
    simulated: SimulatedServer, gateway_thread: LoopThread, issuer: TestIssuer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[AdminPort]:
    settings = {
        "GATEWAY_OIDC_ISSUER": issuer.url,
        "GATEWAY_OIDC_AUDIENCE": AUDIENCE,
        "GATEWAY_OIDC_ROLES": GROUPS,
    }
    state = tmp_path_factory.mktemp("admin")
    with in_thread(serving(admin_policy(simulated.url), state, more_settings=settings), gateway_thread) as running:
        url = gateway_thread.run(running.admin_url())
        port = AdminPort(running, url, issuer)
        yield port
        port.api.close()
