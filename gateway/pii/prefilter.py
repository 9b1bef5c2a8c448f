"""Which rules could find anything in a text, in a few passes of RE2.

The probes are short expressions of what has to occur somewhere. A pass asks whether any probe of its families occurs,
and only where one does each family is asked which: an automaton that is asked for a bare yes has fewer states, and most
texts hold nothing of most families. A pass that needs a digit is not made where there is none: to look for ten signs is
nothing beside it, and no table is read that other work has driven out of the processor's caches.

Invariants
- A text that was never seen before costs little more than one that was: probes that are under way together stand in
  families of their own, and none counts what may be long. Else the automaton would need a state for every combination,
  and make new ones for every text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from gateway.pii.linear import Pattern, PatternSet
from gateway.pii.view import Rule

ANYTHING: Final[tuple[bytes, ...]] = ()
DIGIT: Final = (b"1", b"2", b"0", b"3", b"4", b"5", b"6", b"7", b"8", b"9")


class Pass(NamedTuple):
    """The families that are asked for together. `needs`: of these signs one stands in whatever their rules find."""

    families: Sequence[Sequence[Rule]]
    needs: tuple[bytes, ...] = ANYTHING


class Prefilter:
    """Made of the rules that are wanted."""

    __slots__ = ("_passes",)

    def __init__(self, passes: Sequence[Pass]) -> None:
        self._passes: list[tuple[tuple[bytes, ...], Pattern, list[tuple[PatternSet, list[Rule]]]]] = []
        for families, needs in passes:
            probes = dict.fromkeys(probe for family in families for rule in family for probe in rule.probes)
            if probes:
                any_of = Pattern(b"|".join(b"(?:%s)" % probe for probe in probes))
                self._passes.append((needs, any_of, [_told_apart(family) for family in families if family]))

    def rules(self, data: bytes) -> list[Rule]:
        """The rules worth running, each once."""
        return [
            rule
            for needs, any_of, families in self._passes
            if (not needs or any(sign in data for sign in needs)) and any_of.occurs(data)
            for each, owners in families
            for rule in dict.fromkeys(owners[index] for index in each.occurring(data))
        ]


def _told_apart(family: Sequence[Rule]) -> tuple[PatternSet, list[Rule]]:
    """Which of the probes occur, and the rule of each."""
    return PatternSet([probe for rule in family for probe in rule.probes]), [
        rule for rule in family for _ in rule.probes
    ]
