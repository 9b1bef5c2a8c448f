"""The detector for a rule set: made once for each, since compiling its expressions takes longer than a request.

Invariants
- It looks for what the rule set holds back from anybody, and for nothing else: what is allowed everywhere costs
  nothing. Of what only a level holds back, see `RuleSet.searched_for`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from threading import Lock
from typing import TYPE_CHECKING, Final

from gateway.core.policy import Policy
from gateway.core.privacy import DATA_TYPES, Detector
from gateway.core.privacy_rules import RuleSet
from gateway.pii.outside import Outside
from gateway.pii.patterns import PatternSpec
from gateway.pii.remembered import Remembered
from gateway.pii.warm_up import warm_up

if TYPE_CHECKING:
    from gateway.pii.engine import Engine, NamesModel

MOST_KEPT: Final = 64

_WARMED_UP: Final[set[frozenset[str]]] = set()
"""The types that this process is warmed up for: whoever looks for the same types shares the automata."""
_WARMING_UP: Final = Lock()


class DetectorsOfRules:
    """Rule set -> detector: by rules alone, or `thorough`: by the name model and other processes, too."""

    def __init__(self, names_model: NamesModel | None = None) -> None:
        self._made: list[tuple[RuleSet, Engine]] = []
        self._names_model = names_model
        self._remembered = Remembered()

    def prepare(self, policy: Policy) -> None:
        """Make now what the first request under this policy would wait for, and warm up: some 0.4 s for the first."""
        for rules in islice(_searched(policy), MOST_KEPT):
            engine = self._engine(rules)
            with _WARMING_UP:
                types = frozenset(_wanted(rules))
                if types not in _WARMED_UP:
                    warm_up(engine)
                    _WARMED_UP.add(types)

    def thorough(self, rules: RuleSet) -> Detector:
        """What a request is searched by. Whoever else is asked takes milliseconds, so it has to run off the loop."""
        engine = self._engine(rules)
        return engine.asking(self._names_model, [Outside(detector) for detector in rules.outside])

    def __call__(self, rules: RuleSet) -> Detector:
        return self._engine(rules)

    def _engine(self, rules: RuleSet) -> Engine:
        for known, detector in self._made:
            if known is rules:
                return detector
        same = next((detector for known, detector in self._made if known == rules), None)  # of an older policy
        made = same if same is not None else _engine(rules, self._remembered)
        self._made = [(rules, made), *self._made[: MOST_KEPT - 1]]
        return made


def _engine(rules: RuleSet, remembered: Remembered) -> Engine:
    from gateway.pii.engine import Engine  # noqa: PLC0415 - a third of a start, of no use where no rule set is

    return Engine(
        _wanted(rules),
        {dictionary.name: dictionary.entries for dictionary in rules.dictionaries},
        [PatternSpec(pattern.name, pattern.expression) for pattern in rules.patterns],
        remembered=remembered,
    )


def _searched(policy: Policy) -> Iterator[RuleSet]:
    """Each rule set, and what levels hold back of what it lets pass, once each."""
    yield from policy.pii.values()
    teams = policy.teams.values()
    inner = chain.from_iterable(
        (team, *team.projects.values(), *team.users.values(), *team.keys.values()) for team in teams
    )
    told: list[RuleSet] = []
    for level in (policy.organisation, *inner):
        if level.pii is not None and level.pii.actions:
            rules = policy.pii[level.pii.rules]
            if (searched := rules.searched_for(level.pii.actions)) is not rules and searched not in told:
                told.append(searched)
                yield searched


def _wanted(rules: RuleSet) -> list[str]:
    return [type_ for type_ in DATA_TYPES if rules.cloud[type_] != "allow" or rules.sovereign[type_] != "allow"]
