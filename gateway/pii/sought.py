"""Which rules are asked where only some types are sought (`Leaf.sought`), and whom they are remembered for.

Invariants
- A rule is left out where it can find nothing certain of these types, nor take the place of a finding that is.
- May be asked by several threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from gateway.pii.prefilter import Prefilter
from gateway.pii.remembered import Digest, digests
from gateway.pii.resolve import yields
from gateway.pii.view import Rule

MOST_KEPT: Final = 64
ALL: Final[frozenset[str]] = frozenset()


class Asked(NamedTuple):
    """`left_out`: the numbers of rules that are not asked. `digest`: what a text is known by that was read so."""

    prefilter: Prefilter
    left_out: frozenset[int]
    digest: Callable[[str, Sequence[str]], Digest]


class AskedBySought:
    """Made of the rules that are wanted, in their order; `digital`: as a `Prefilter` takes them."""

    __slots__ = ("_known", "_rules")

    def __init__(self, rules: Sequence[Rule], digital: Iterable[str]) -> None:
        self._rules = rules
        self._known = {ALL: Asked(Prefilter(rules, digital), frozenset(), digests())}

    def of(self, sought: frozenset[str]) -> Asked:
        """Of none: everybody."""
        asked = self._known.get(sought)
        if asked is None:
            everybody = self._known[ALL]
            left_out = frozenset(
                number for number, rule in enumerate(self._rules) if yields(rule.types, sought, doubtful=rule.doubtful)
            )
            asked = Asked(everybody.prefilter.without(left_out), left_out, digests())
            known = self._known if len(self._known) < MOST_KEPT else {ALL: everybody}
            self._known = {**known, sought: asked}  # a new mapping: others may be reading that one
        return asked
