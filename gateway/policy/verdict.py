"""What becomes of a request before any provider is asked: the word that `explain` and `simulate` give.

Promise: the same functions decide as in the pipeline (`resolve`, `model_names`); a test holds this to the stages.
"""

from __future__ import annotations

from typing import Final

import msgspec

from gateway.core.policy import Effective, Policy, Target
from gateway.errors import GatewayError, NoPermittedRegion, OperationNotPermitted, UpstreamUnreachable
from gateway.policy.model_names import OUTSIDE, may_see, targets_of
from gateway.policy.parts.levels import ALWAYS

PERMITTED: Final = "permitted"


class Verdict(msgspec.Struct, frozen=True):
    """`code`: `permitted`, or that of the refusal with its reason. Targets and fallbacks that may be tried."""

    code: str
    reason: str = ""
    targets: tuple[Target, ...] = ()
    fallbacks: tuple[Target, ...] = ()


def judge(policy: Policy, team: Effective, model: str, operation: str) -> Verdict:
    """The verdict on a request for `model` by whom `team` holds for."""
    if team.operations is not None and operation not in team.operations and operation not in ALWAYS:
        return Verdict(OperationNotPermitted.code, f"{operation} is not among the operations that are permitted.")
    try:
        listed = targets_of(policy, team, model)
    except GatewayError as refusal:
        return Verdict(refusal.code, refusal.message)
    targets, fallbacks = (
        tuple(target for target in part if may_see(team, policy.providers[target.provider])) for part in listed
    )
    if targets or fallbacks:
        return Verdict(PERMITTED, "", targets, fallbacks)
    if any(listed):
        return Verdict(NoPermittedRegion.code, OUTSIDE)
    alias = policy.models.get(model)
    return Verdict(UpstreamUnreachable.code, (policy.obstacle(alias) if alias else None) or "")
