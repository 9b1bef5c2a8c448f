"""Who administers, what they may do, and what they did.

Promise: a role opens exactly what its row in `ROLES` says; what no row names is closed to everyone.

Invariants
- A grant is a right and its reach: everywhere, or in the teams that the actor is bound to.
- A right that reaches only some teams never counts where no team is named.
- An entry of the log holds no secret: what stands in `before` and `after` is what the API itself would show.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, Literal

import msgspec


class Right(StrEnum):
    """What can be allowed, each named by what it opens."""

    KEYS_READ = "keys.read"
    KEYS_ISSUE = "keys.issue"
    KEYS_ISSUE_UNENDING = "keys.issue_unending"
    KEYS_ROTATE = "keys.rotate"
    KEYS_REVOKE = "keys.revoke"
    TEAMS_READ = "teams.read"
    POLICY_READ = "policy.read"
    POLICY_CHANGE = "policy.change"
    PII_TRY = "pii.try"
    USAGE_READ = "usage.read"
    COSTS_READ = "costs.read"
    PERSONS_READ = "persons.read"
    REPLICAS_READ = "replicas.read"
    LOG_READ = "log.read"
    SESSIONS_END = "sessions.end"


_KEYS: Final = (Right.KEYS_READ, Right.KEYS_ISSUE, Right.KEYS_ROTATE, Right.KEYS_REVOKE)

ROLES: Final[Mapping[str, frozenset[Right]]] = MappingProxyType(
    {
        "viewer": frozenset({Right.TEAMS_READ, Right.KEYS_READ, Right.POLICY_READ, Right.REPLICAS_READ}),
        "finance": frozenset({Right.TEAMS_READ, Right.USAGE_READ, Right.COSTS_READ}),
        "team-admin": frozenset(
            {*_KEYS, Right.TEAMS_READ, Right.USAGE_READ, Right.COSTS_READ, Right.PERSONS_READ},
        ),
        "policy-admin": frozenset(
            {Right.TEAMS_READ, Right.POLICY_READ, Right.POLICY_CHANGE, Right.PII_TRY, Right.REPLICAS_READ}
        ),
        "key-admin": frozenset({*_KEYS, Right.KEYS_ISSUE_UNENDING, Right.TEAMS_READ, Right.PERSONS_READ}),
        "auditor": frozenset(
            {
                Right.TEAMS_READ,
                Right.KEYS_READ,
                Right.POLICY_READ,
                Right.PII_TRY,
                Right.USAGE_READ,
                Right.COSTS_READ,
                Right.PERSONS_READ,
                Right.REPLICAS_READ,
                Right.LOG_READ,
            }
        ),
        "security": frozenset(
            {
                Right.TEAMS_READ,
                Right.KEYS_READ,
                Right.KEYS_REVOKE,
                Right.PII_TRY,
                Right.PERSONS_READ,
                Right.REPLICAS_READ,
                Right.LOG_READ,
                Right.SESSIONS_END,
            }
        ),
    }
)

BOUND_TO_TEAMS: Final = frozenset({"team-admin"})
"""Roles that hold in named teams only."""

Proof = Literal["bootstrap", "bearer", "session", "command"]
"""How an actor proved who he is: the bootstrap token · a token of the identity provider · a session of the console ·
by sitting at the machine (`gateway keys …`)."""


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Someone who proved who he is. `everywhere`: rights without a border; `within`: rights in single teams."""

    subject: str
    proof: Proof
    roles: tuple[str, ...]
    everywhere: frozenset[Right]
    within: Mapping[str, frozenset[Right]]

    def may(self, right: Right, team: str | None) -> bool:
        """In that team; None: everywhere."""
        return right in self.everywhere or (team is not None and right in self.within.get(team, frozenset()))

    def may_somewhere(self, right: Right) -> bool:
        return right in self.everywhere or any(right in rights for rights in self.within.values())

    def teams_with(self, right: Right) -> frozenset[str] | None:
        """Where he has it; None: everywhere."""
        if right in self.everywhere:
            return None
        return frozenset(team for team, rights in self.within.items() if right in rights)


class Assignment(msgspec.Struct, frozen=True):
    """A role that a group of the identity provider has; `teams` only for a role of BOUND_TO_TEAMS."""

    role: str
    teams: tuple[str, ...] = ()


def actor_of(subject: str, proof: Proof, assignments: Iterable[Assignment]) -> Actor:
    """The actor whose groups have these roles; none: an actor who may do nothing."""
    everywhere: set[Right] = set()
    within: dict[str, frozenset[Right]] = {}
    roles: dict[str, None] = {}
    for assignment in assignments:
        rights = ROLES[assignment.role]
        if assignment.role not in BOUND_TO_TEAMS:
            roles[assignment.role] = None
            everywhere |= rights
        for team in assignment.teams:
            roles[f"{assignment.role}:{team}"] = None
            within[team] = within.get(team, frozenset()) | rights
    return Actor(subject=subject, proof=proof, roles=tuple(roles), everywhere=frozenset(everywhere), within=within)


def owner(subject: str, proof: Proof) -> Actor:
    """Someone who may do everything: who holds the bootstrap token, or sits at the machine."""
    return Actor(subject=subject, proof=proof, roles=("owner",), everywhere=frozenset(Right), within={})


Outcome = Literal["begun", "failed"]


class AdminEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One write: recorded as `begun` before it is done, and once more as `failed` where it was not."""

    id: str
    at: float
    actor: str
    proof: Proof
    action: str
    """As `key.revoke`."""
    object: str
    """Its id."""
    team: str | None = None
    outcome: Outcome = "begun"
    before: dict[str, Any] | None = None
    after: dict[str, Any] | None = None
