"""Which rules could find anything in a text, in a few passes of RE2.

The probes are short expressions of what has to occur somewhere. A pass asks whether any probe of its families occurs,
and only where one does each family is asked which: an automaton that is asked for a bare yes has fewer states, and most
texts hold nothing of most families.

Invariants
- A text that was never seen before costs little more than one that was: probes that are under way together stand in
  families of their own, and none counts what may be long. Else the automaton would need a state for every combination,
  and make new ones for every text.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.pii.linear import Pattern, PatternSet
from gateway.pii.view import Rule


class Prefilter:
    """`passes`: the rules, in families, in what is asked for in one pass."""

    __slots__ = ("_passes",)

    def __init__(self, passes: Sequence[Sequence[Sequence[Rule]]]) -> None:
        self._passes: list[tuple[Pattern, list[tuple[PatternSet, list[Rule]]]]] = []
        for families in passes:
            probes = dict.fromkeys(probe for family in families for rule in family for probe in rule.probes)
            if probes:
                any_of = Pattern(b"|".join(b"(?:%s)" % probe for probe in probes))
                self._passes.append((any_of, [_told_apart(family) for family in families if family]))

    def rules(self, data: bytes) -> list[Rule]:
        """The rules worth running, each once."""
        return [
            rule
            for any_of, families in self._passes
            if any_of.occurs(data)
            for each, owners in families
            for rule in dict.fromkeys(owners[index] for index in each.occurring(data))
        ]


def _told_apart(family: Sequence[Rule]) -> tuple[PatternSet, list[Rule]]:
    """Which of the probes occur, and the rule of each."""
    return PatternSet([probe for rule in family for probe in rule.probes]), [
        rule for rule in family for _ in rule.probes
    ]
