"""Which rules could find anything in a text, in a few passes of RE2.

The probes are short expressions of what has to occur somewhere. Those that are under way at the same time in the same
text stand in sets of their own: in one set the automaton would need a state for every combination.
"""

from __future__ import annotations

from collections.abc import Sequence

from gateway.pii.linear import PatternSet
from gateway.pii.view import Rule


class Prefilter:
    """`families`: the rules, in sets. `marks`: expressions of no rule, told apart by their place."""

    __slots__ = ("_families", "_marks")

    def __init__(self, families: Sequence[Sequence[Rule]], marks: Sequence[bytes]) -> None:
        self._families: list[tuple[PatternSet, list[Rule]]] = []
        for family in families:
            owners = [rule for rule in family for _ in rule.probes]
            if owners:
                self._families.append((PatternSet([probe for rule in family for probe in rule.probes]), owners))
        self._marks = PatternSet(marks)

    def marks(self, data: bytes) -> list[int]:
        """Which of the marks occur."""
        return self._marks.occurring(data)

    def rules(self, data: bytes) -> dict[str, Rule]:
        """The rules worth running, by name, in their order."""
        return {
            owners[index].name: owners[index] for probes, owners in self._families for index in probes.occurring(data)
        }
