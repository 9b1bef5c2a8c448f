"""Govern: which rules hold. Pins one version of the policy for the request's whole life.

Where the version in force cannot decide, for a defect that no check of it saw, the request is decided whole by the
version that was good before (`policy.source` says when the new one is benched).

A version on trial decides for its share of the keys; one that is only a shadow is compared when the request has ended.
"""

from __future__ import annotations

from gateway.core.policy import Effective, Policy
from gateway.core.ports import PolicySource
from gateway.core.tags import HEADER, PROJECT, read_tags, written
from gateway.errors import BadParameter, NotPermitted, OperationNotPermitted
from gateway.exchange import Exchange
from gateway.policy.parts.levels import ALWAYS
from gateway.policy.resolve import Resolver
from gateway.policy.rollout import is_on_trial
from gateway.policy.shadow import Shadow
from gateway.stages.identify import Identify
from gateway.stages.stage import Stage
from gateway.telemetry import logs


class Govern(Stage):
    """Sets `exchange.policy` and `exchange.team`."""

    after = (Identify,)  # rules are per team, and per key

    def __init__(self, policies: PolicySource, shadow: Shadow) -> None:
        self._policies = policies
        self._shadow = shadow
        self._resolver = Resolver()

    def enter(self, exchange: Exchange) -> None:
        policy, team = self._judged(exchange)
        exchange.record.policy_version = policy.version
        if team is None:
            raise NotPermitted(
                f"The key belongs to team {exchange.principal.team!r}, which the policies no longer name. "
                "Ask the gateway's administrators."
            )
        operation = exchange.inbound.operation.name
        if team.operations is not None and operation not in team.operations and operation not in ALWAYS:
            raise OperationNotPermitted(
                f"Team {team.name!r} may not use {operation} with this key. "
                f"Permitted here: {', '.join(sorted(team.operations))}."
            )
        exchange.policy = policy
        exchange.team = team
        record = exchange.record
        record.cost_center, record.project = team.cost_center, team.project
        if (text := exchange.inbound.headers.get(HEADER)) is not None:
            tags = read_tags(text, team.tags or ())
            record.tags = written(tags)
            if record.project is None:  # what a key belongs to is not for its holder to say
                record.project = _not_in_policy(tags.get(PROJECT), policy, team)

    def settle(self, exchange: Exchange) -> None:
        trial, model = self._policies.trial, exchange.record.model_asked
        if trial is not None and not trial.share and model is not None:
            policy = getattr(exchange, "policy", self._policies.current)
            operation = exchange.inbound.operation.name
            self._shadow.compare(policy, trial.policy, exchange.principal, model, operation)

    def _judged(self, exchange: Exchange) -> tuple[Policy, Effective | None]:
        """The policy that holds, and what it says; where it fails, what held before it decides."""
        policy = self._policies.current
        trial = self._policies.trial
        if trial is not None and trial.share and is_on_trial(trial, exchange.principal.key_id):
            policy = trial.policy
        try:
            return policy, self._resolver.effective(policy, exchange.principal)
        except Exception as defect:
            before = self._policies.before(policy)
            if before is None:
                raise
            logs.fault(exchange.record.request_id, defect)
            effective = self._resolver.effective(before, exchange.principal)  # one that fails, too, is no better
            self._policies.failed(policy)
            return before, effective


def _not_in_policy(project: str | None, policy: Policy, team: Effective) -> str | None:
    """A project that only the client knows; raises BadParameter, since one of the policy's has budgets and keys of its
    own.
    """
    if project in policy.teams[team.name].projects:
        raise BadParameter(
            f"This key is not among those of the project {project!r}. Leave the tag {PROJECT!r} out, or have the key "
            "added to the project.",
            param=HEADER,
        )
    return project
