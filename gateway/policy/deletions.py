"""How much a new version takes away: a slip that empties a file must not lock everybody out.

Promise: a version that drops more than a fifth of the teams, or of the keys with rules of their own, is told from one
that drops less.
"""

from __future__ import annotations

from typing import Final

from gateway.core.policy import Policy

SHARE: Final = 0.2


def much_taken_away(old: Policy, new: Policy) -> str | None:
    """What is gone, in words, where it is more than a fifth of the teams or keys that there were."""
    told = [
        f"{len(gone)} of {len(before)} {called}"
        for called, before, after in (("teams", set(old.teams), set(new.teams)), ("keys", _keys(old), _keys(new)))
        if len(gone := before - after) > SHARE * len(before)
    ]
    return " and ".join(told) or None


def _keys(policy: Policy) -> set[tuple[str, str]]:
    return {(team.name, key) for team in policy.teams.values() for key in team.keys}
