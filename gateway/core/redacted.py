"""What became of the personal data in one request, as a value: names of types and numbers, never a text.

Invariants
- `to_cloud` and `to_sovereign` are the edits that make the request fit to be seen there. Whoever sends it asks
  `Exchange.outgoing`, which makes them; there is no other way to a request's bytes.
- `found` may be logged and stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from gateway.core.edits import Edit
from gateway.core.privacy_rules import RuleSet


class Redacted(msgspec.Struct, frozen=True, kw_only=True):
    """`issued`: the tokens to restore (`gateway.pii.tokens.Issued`), in memory for the request's life only."""

    rules: RuleSet
    to_cloud: tuple[Edit, ...] = ()
    to_sovereign: tuple[Edit, ...] = ()
    sovereign_only: bool = False
    """No provider but a sovereign one may see the request."""
    issued: Any = None
    found: dict[str, dict[str, int]] = {}
    """Type -> action -> how many values."""

    @property
    def counts(self) -> dict[str, int]:
        """As the record holds them."""
        return {f"{type_}:{action}": count for type_, by in self.found.items() for action, count in by.items()}

    def counts_text(self) -> str:
        """Types and counts, in a sentence part."""
        counts = {type_: sum(by_action.values()) for type_, by_action in self.found.items()}
        return counts_text(counts)

    def __repr__(self) -> str:
        return f"<Redacted {self.found}>"


def summed(rules: RuleSet, parts: Iterable[Redacted], issued: Any) -> Redacted:
    """What became of several parts, as one: what was found in them, and where they may go."""
    found: dict[str, dict[str, int]] = {}
    home = False
    for part in parts:
        home = home or part.sovereign_only
        for type_, by_action in part.found.items():
            sums = found.setdefault(type_, {})
            for action, number in by_action.items():
                sums[action] = sums.get(action, 0) + number
    return Redacted(rules=rules, sovereign_only=home, issued=issued, found=found)


def counts_text(counts: Mapping[str, int]) -> str:
    """`2 email, 1 iban`."""
    return ", ".join(f"{number} {type_}" for type_, number in sorted(counts.items()))
