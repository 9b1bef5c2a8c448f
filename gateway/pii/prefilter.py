"""Which rules could find anything in a text, in a few passes of RE2.

The probes are short expressions of what has to occur somewhere. Those that can be told together are asked for together
first, for a bare yes; only where one occurs each rule is asked for by itself. What needs a digit or a line break is not
asked for where there is none: to look for ten signs is nothing beside a pass.

Invariants
- A text that was never seen before costs little more than one that was. RE2 makes a state of its automaton for every
  combination of what is under way, and makes new ones for every text: so a probe is looked for from that end at which
  a sign stands that ordinary words do not have (of `from [A-Z]` the capital), and nothing is under way in most of them.
- What is found from one end, from the other, in ordinary words, and by counting are passes of their own, for the same
  reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from gateway.pii.detectors.scanning import LONG_RUN
from gateway.pii.linear import Pattern
from gateway.pii.reversal import begins_rarely, ends_rarely, reverse
from gateway.pii.view import Rule

ANYTHING: Final[tuple[bytes, ...]] = ()
LINES: Final = (b"\n",)
_LONG: Final = 20_000
DIGIT: Final = (b"1", b"2", b"0", b"3", b"4", b"5", b"6", b"7", b"8", b"9")


class _Direction(NamedTuple):
    """`from_end`: of the reversed text. `busy`: what is under way in ordinary words, where something is."""

    from_end: bool
    busy: bytes = b""


class _Question(NamedTuple):
    """One expression. Where it occurs, these rules are worth running, and the questions behind it are asked."""

    pattern: Pattern
    from_end: bool
    rules: list[int]
    behind: list[_Question]


class Prefilter:
    """Made of the rules that are wanted, in their order; `digital`: the names of those that find nothing but near a
    digit.
    """

    __slots__ = ("_asked",)

    def __init__(self, rules: Sequence[Rule], digital: Iterable[str] = ()) -> None:
        needing = frozenset(digital)
        numbered = list(enumerate(rules))
        self._asked = [
            (needs, questions)
            for needs, asked in (
                (ANYTHING, [(number, rule) for number, rule in numbered if rule.name not in needing]),
                (LINES, [(number, rule._replace(probes=rule.over_lines, leads=())) for number, rule in numbered]),
                (DIGIT, [(number, rule) for number, rule in numbered if rule.name in needing]),
            )
            if (questions := _questions(asked))
        ]

    def rules(self, data: bytes) -> list[int]:
        """The numbers of the rules worth running, in order."""
        found: set[int] = set()
        turned = data[::-1]
        for needs, questions in self._asked:
            if not needs or _any_of(needs, data):
                for question in questions:
                    _ask(question, data, turned, found)
        return sorted(found) if found else []


def _any_of(signs: tuple[bytes, ...], data: bytes) -> bool:
    for sign in signs:  # noqa: SIM110 - a generator would cost as much as the search
        if sign in data:
            return True
    return False


def _ask(question: _Question, data: bytes, turned: bytes, found: set[int]) -> None:
    pattern, from_end, rules, behind = question
    if rules and not behind and found.issuperset(rules):  # told from the other end, or by another probe
        return
    if pattern.occurs(turned if from_end else data):
        found.update(rules)
        for each in behind:
            _ask(each, data, turned, found)


def _questions(asked: Iterable[tuple[int, Rule]]) -> list[_Question]:
    ways: dict[_Direction, dict[int, tuple[Rule, list[bytes]]]] = {}
    for number, rule in asked:
        for source in rule.leads or rule.probes:
            ways.setdefault(_direction(source), {}).setdefault(number, (rule, []))[1].append(source)
    return [_for_all(rules, direction.from_end) for direction, rules in ways.items()]


def _for_all(rules: Mapping[int, tuple[Rule, list[bytes]]], from_end: bool) -> _Question:
    """One question for all, and behind it one for each: in parts they would make the same states once more.

    Where several share what leads to them, that is often there; of the others all are asked together once more.
    """
    apart: dict[tuple[tuple[bytes, ...], bool], list[int]] = {}  # of those that ask the same, one question tells all
    for number, (rule, mine) in rules.items():
        # Behind what leads to them all probes are looked for as they are written.
        apart.setdefault((rule.probes, False) if rule.leads else (tuple(mine), from_end), []).append(number)
    sources = Counter(source for numbers in apart.values() for source in set(rules[numbers[0]][1]))
    single = next(iter(apart.items()))
    if len(apart) == 1 and single[0] == (tuple(sources), from_end):
        return _question(sources, from_end, single[1], [])
    shared: list[tuple[_Question, list[bytes]]] = []
    others: list[tuple[_Question, list[bytes]]] = []
    for asked, numbers in apart.items():
        theirs = rules[numbers[0]][1]
        shares = any(sources[source] > 1 for source in theirs)
        (shared if shares else others).append((_question(*asked, numbers, []), theirs))
    behind = [question for question, _ in others]
    if shared and len(others) > 1:
        behind = [_question({source for _, theirs in others for source in theirs}, from_end, [], behind)]
    return _question(sources, from_end, [], [*behind, *(question for question, _ in shared)])


def _question(sources: Iterable[bytes], from_end: bool, rules: list[int], behind: list[_Question]) -> _Question:
    if from_end:
        written = [reverse(source) for source in sources]
    else:  # turned twice it means the same, in the order that RE2 can make most of; a list of names has it already
        written = [source if len(source) > _LONG else reverse(reverse(source)) for source in sources]
    either = b"|".join(b"(?:%s)" % source for source in sorted(set(written)))
    return _Question(Pattern(either), from_end, rules, behind)


def _direction(source: bytes) -> _Direction:
    if begins_rarely(source):
        return _Direction(from_end=False)
    if ends_rarely(source):
        return _Direction(from_end=True)
    return _Direction(from_end=False, busy=LONG_RUN if source == LONG_RUN else b"words")
