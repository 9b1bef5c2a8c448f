"""Govern: which rules hold. Pins one version of the policy for the request's whole life."""

from __future__ import annotations

from gateway.core.ports import PolicySource
from gateway.errors import NotPermitted
from gateway.exchange import Exchange
from gateway.stages.identify import Identify
from gateway.stages.stage import Stage


class Govern(Stage):
    """Sets `exchange.policy` and `exchange.team`."""

    after = (Identify,)  # rules are per team

    def __init__(self, policies: PolicySource) -> None:
        self._policies = policies

    async def enter(self, exchange: Exchange) -> None:
        policy = self._policies.current
        team = policy.teams.get(exchange.principal.team)
        exchange.record.policy_version = policy.version
        if team is None:
            raise NotPermitted(
                f"The key belongs to team {exchange.principal.team!r}, which the policies no longer name. "
                "Ask the gateway's administrators."
            )
        exchange.policy = policy
        exchange.team = team
